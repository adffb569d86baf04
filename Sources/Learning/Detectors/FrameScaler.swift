internal import SignalCore

/// Mean and standard deviation of every column of a table of frames, to bring columns of different units together.
///
/// As scikit-learn's `StandardScaler` (deviation with divisor n), but for constant columns, see ``constantColumns``.
struct FrameScaler: Sendable, Equatable {
    /// The mean of every column.
    var mean: [Double]
    /// What every column is divided by: its standard deviation, or 1 for a constant column.
    var scale: [Double]
    /// The columns that do not change, beyond single precision, in the frames the scaler was made from.
    ///
    /// They are kept, with scale 1, rather than refused: a mel band above the band limit of the recordings is constant
    /// in normal state, and sound appearing there is worth noticing.
    var constantColumns: [Int]

    /// Measures all frames.
    ///
    /// - Precondition: there is at least one frame, and all values are finite.
    init(_ frames: FeatureFrames) {
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
        self.mean = mean
        scale = squares.map { ($0 / Double(frames.count)).squareRoot() }
        constantColumns = []
        for column in 0..<columns where scale[column] <= max(1e-7 * abs(mean[column]), 1e-30) {
            scale[column] = 1
            constantColumns.append(column)
        }
    }

    init(mean: [Double], scale: [Double]) {
        self.mean = mean
        self.scale = scale
        constantColumns = []
    }
}

extension FeatureFrames {
    /// Refuses a value that is not finite, naming its frame and column.
    func requireFinite(_ schema: FeatureSchema?) throws {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        let column = index % columnCount
        throw SignalError(
            .malformed,
            "the value of frame \(index / columnCount) is \(values[index]); remove the frame or fill the gap"
        )
        .at(column: schema?.columns[column].name ?? String(column))
    }
}
