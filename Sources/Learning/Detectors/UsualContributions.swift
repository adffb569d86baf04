internal import SignalCore

/// What columns usually contribute to the score, which their contributions are measured by.
enum UsualContributions {
    /// What the usual contributions of a model file lie within; with it relative ones are finite.
    static let range = 1e-15...1e36

    /// Mean contributions in training, floored at a hundredth of their mean over the columns, so that a column which
    /// was constant there does not outdo all others at its first stir.
    static func floored(_ means: [Double]) -> [Double] {
        let typical = max(means.reduce(0, +) / Double(means.count), 1e-12)
        return means.map { min(max($0, 0.01 * typical), range.upperBound) }
    }

    /// A contribution relative to the usual one, finite.
    static func relative(_ share: Double, to usual: Double) -> Float {
        Float(min(share / usual, Double(Float.greatestFiniteMagnitude)))
    }
}

extension FeatureFrames {
    /// The number of windows that a model of so many columns can score.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the frames have other columns, `malformed` when a value is not
    ///   finite.
    func windowCount(columns: Int, contextFrames: Int) throws -> Int {
        guard columnCount == columns else {
            throw SignalError(
                .mismatch, "the frames have \(columnCount) columns, the model was trained on \(columns)")
        }
        try requireFinite(nil)
        return max(0, count - contextFrames + 1)
    }
}

extension ModelArchive {
    /// Refuses a tensor with a value outside a range.
    func require<Value: Comparable>(_ tensor: String, _ values: [Value], within range: ClosedRange<Value>) throws {
        if let value = values.first(where: { !range.contains($0) }) {
            throw SignalError(.malformed, "\(value) is outside \(range.lowerBound) to \(range.upperBound)").at(
                tensor: tensor)
        }
    }
}
