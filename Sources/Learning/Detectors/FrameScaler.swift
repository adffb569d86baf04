public import SignalCore

/// How the columns of frames are brought together before a model looks at them.
public enum FrameScaling: String, OptionChoice {
    /// Mean 0 and standard deviation 1, as scikit-learn's `StandardScaler` (divisor n).
    case standard
    /// From 0 to 1 in training, as scikit-learn's `MinMaxScaler`.
    case minMax
    /// Median 0 and interquartile range 1, as scikit-learn's `RobustScaler`: outliers in training do not matter.
    case robust
    /// As they are.
    case none
}

/// What is subtracted from every column of a table of frames, and what it is divided by then, to bring columns of
/// different units together.
struct FrameScaler: Sendable, Equatable {
    /// What is subtracted from every column: its mean, smallest value or median; 0 without scaling.
    var offset: [Double]
    /// What every column is divided by: its standard deviation, range or interquartile range; 1 for a constant column
    /// and without scaling. Where the middle half of a column's values are equal, but not all are, its standard
    /// deviation takes the place of the interquartile range.
    var scale: [Double]
    /// The columns that do not change, beyond single precision, in the frames the scaler was made from.
    ///
    /// They are kept, with scale 1, rather than refused: a mel band above the band limit of the recordings is constant
    /// in normal state, and sound appearing there is worth noticing.
    var constantColumns: [Int]

    /// Measures all frames.
    ///
    /// - Precondition: there is at least one frame, and all values are finite.
    init(_ frames: FeatureFrames, scaling: FrameScaling = .standard) {
        let (mean, deviation) = Self.moments(frames)
        offset = mean
        scale = deviation
        constantColumns = []
        for column in mean.indices where deviation[column] <= Self.smallestScale(at: mean[column]) {
            scale[column] = 1
            constantColumns.append(column)
        }
        let isConstant = Set(constantColumns)
        switch scaling {
        case .standard: break
        case .minMax:
            let (least, largest) = Self.ranges(frames)
            offset = least
            for column in mean.indices where !isConstant.contains(column) {
                scale[column] = largest[column] - least[column]
            }
        case .robust:
            for column in mean.indices {
                let values = stride(from: column, to: frames.values.count, by: frames.columnCount)
                    .map { frames.values[$0] }.sorted()
                offset[column] = Quantile.linear(ofSorted: values, 0.5)
                let range = Quantile.linear(ofSorted: values, 0.75) - Quantile.linear(ofSorted: values, 0.25)
                if !isConstant.contains(column), range > Self.smallestScale(at: offset[column]) {
                    scale[column] = range
                }
            }
        case .none:
            offset = Array(repeating: 0, count: mean.count)
            scale = Array(repeating: 1, count: mean.count)
        }
    }

    init(mean: [Double], scale: [Double]) {
        offset = mean
        self.scale = scale
        constantColumns = []
    }

    /// The offset under the name it has when the scaling is the standard one.
    var mean: [Double] { offset }

    /// What is no more than the rounding of single precision around a value.
    private static func smallestScale(at value: Double) -> Double { max(1e-7 * abs(value), 1e-30) }

    private static func moments(_ frames: FeatureFrames) -> (mean: [Double], deviation: [Double]) {
        let columns = frames.columnCount
        let values = frames.values
        var sums = Array(repeating: 0.0, count: columns)
        for start in stride(from: 0, to: values.count, by: columns) {
            for column in 0..<columns { sums[column] += Double(values[start + column]) }
        }
        let mean = sums.map { $0 / Double(frames.count) }
        var squares = Array(repeating: 0.0, count: columns)
        for start in stride(from: 0, to: values.count, by: columns) {
            for column in 0..<columns {
                let deviation = Double(values[start + column]) - mean[column]
                squares[column] += deviation * deviation
            }
        }
        return (mean, squares.map { ($0 / Double(frames.count)).squareRoot() })
    }

    private static func ranges(_ frames: FeatureFrames) -> (least: [Double], largest: [Double]) {
        let columns = frames.columnCount
        let values = frames.values
        var least = Array(values[0..<columns])
        var largest = least
        for start in stride(from: 0, to: values.count, by: columns) {
            for column in 0..<columns {
                least[column] = min(least[column], values[start + column])
                largest[column] = max(largest[column], values[start + column])
            }
        }
        return (least.map { Double($0) }, largest.map { Double($0) })
    }
}

extension FeatureFrames {
    /// Refuses a value that is not finite, naming its frame and column.
    func requireFinite(_ schema: FeatureSchema?) throws {
        // Nought times what is not finite is not a number; sixteen at a time, for nearly always there is nothing to find.
        let whole = values.count & ~15
        var lanes = SIMD16<Float>()
        unsafe values.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: whole * 4, by: 64) {
                lanes += unsafe bytes.loadUnaligned(fromByteOffset: start, as: SIMD16<Float>.self) * 0
            }
        }
        if lanes.sum() == 0, values[whole...].allSatisfy(\.isFinite) { return }
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        let column = index % columnCount
        throw SignalError(
            .malformed,
            "the value of frame \(index / columnCount) is \(values[index]); remove the frame or fill the gap"
        )
        .at(column: schema?.columns[column].name ?? String(column))
    }
}
