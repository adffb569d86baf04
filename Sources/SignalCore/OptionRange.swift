/// Refuses options outside their range, all in the same words.
public enum OptionRange {
    /// Checks one option; what is no number is in no range.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption`, naming the option, the range and the value.
    public static func check<Value: Comparable>(_ name: String, _ value: Value, in range: ClosedRange<Value>) throws {
        guard range.contains(value) else {
            throw SignalError(
                .invalidOption, "\(name) takes \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
    }
}
