internal import SignalCore

extension Threshold {
    /// The same threshold with another multiplier: the distance from the usual score is stretched anew, and nothing has
    /// to be trained again. What training with that multiplier would have given, but for the rounding of the threshold
    /// to 32 bits.
    ///
    /// - Parameter multiplier: above 1 for fewer alarms than the rule gives, below 1 for more; from 0.01 to 100. It
    ///   replaces ``multiplier`` and is not applied on top of it.
    /// - Throws: `SignalError` with code `invalidOption` for a multiplier out of range.
    public func withMultiplier(_ multiplier: Double) throws -> Threshold {
        try Self.check(multiplier: multiplier)
        let distance = (Double(value) - Double(usualScore)) / self.multiplier
        return Threshold(
            value: Self.clamped(Double(usualScore) + multiplier * distance), usualScore: usualScore, rule: rule,
            multiplier: multiplier, scoreCount: scoreCount, basis: basis)
    }

    static func check(multiplier: Double) throws {
        guard (0.01...100).contains(multiplier) else {
            throw SignalError(.invalidOption, "the multiplier of a threshold is 0.01 to 100, not \(multiplier)")
        }
    }

    static func clamped(_ value: Double) -> Float {
        let largest = Double(Float.greatestFiniteMagnitude)
        return Float(min(max(value, -largest), largest))
    }
}
