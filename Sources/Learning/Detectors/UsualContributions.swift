internal import SignalCore

/// Measures what every column usually adds to the score in training.
struct UsualContributions {
    private var sums: [Double]
    private var count = 0

    init(columnCount: Int) {
        sums = Array(repeating: 0, count: columnCount)
    }

    /// The range that ``means()`` stay within; contributions divided by them are finite.
    static let range = 1e-15...1e36

    /// Adds the columns' shares of the first `count` of sixteen windows.
    mutating func add(_ shares: [SIMD16<Float>], count: Int) {
        for (column, share) in shares.enumerated() {
            for lane in 0..<count { sums[column] += Double(share[lane]) }
        }
        self.count += count
    }

    /// The mean of every column, at least a hundredth of the typical one, so that a column which was constant in
    /// training does not outdo all others at its first stir.
    func means() -> [Double] { Self.floored(sums.map { $0 / Double(max(count, 1)) }) }

    /// Mean contributions in training, floored at a hundredth of their mean over the columns.
    static func floored(_ means: [Double]) -> [Double] {
        let typical = max(means.reduce(0, +) / Double(means.count), 1e-12)
        return means.map { min(max($0, 0.01 * typical), range.upperBound) }
    }

    /// A contribution relative to the usual one, finite.
    static func relative(_ share: Double, to usual: Double) -> Float {
        Float(min(share / usual, Double(Float.greatestFiniteMagnitude)))
    }
}

/// Collects the columns' shares of the scores of windows, relative to what is usual.
struct RelativeContributions {
    /// Shape: windows x columns.
    private(set) var values: [Float]
    private let inverseMean: [Float]
    private var next = 0

    init(windowCount: Int, means: [Double]) {
        inverseMean = means.map { Float(1 / $0) }
        values = Array(repeating: 0, count: windowCount * means.count)
    }

    /// Appends those of the first `count` of sixteen windows.
    mutating func append(_ shares: [SIMD16<Float>], count: Int) {
        let columnCount = inverseMean.count
        for column in 0..<columnCount {
            let relative = pointwiseMin(
                shares[column] * inverseMean[column], SIMD16(repeating: .greatestFiniteMagnitude))
            for lane in 0..<count { values[next + lane * columnCount + column] = relative[lane] }
        }
        next += count * columnCount
    }
}

extension FeatureFrames {
    /// The number of windows that a model of so many columns can score.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the frames have other columns, `malformed` when a value is not
    ///   finite.
    func windowCount(columns: Int, contextFrames: Int) throws -> Int {
        try requireColumns(columns)
        try requireFinite(nil)
        return max(0, count - contextFrames + 1)
    }
}
