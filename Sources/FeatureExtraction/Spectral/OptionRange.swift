internal import SignalCore

/// Refuses options outside their range, all in the same words.
enum OptionRange {
    /// - Throws: `SignalError` with code `invalidOption`, naming the option, the range and the value.
    static func check<Value: Comparable>(_ name: String, _ value: Value, in range: ClosedRange<Value>) throws {
        guard range.contains(value) else {
            throw SignalError(
                .invalidOption, "\(name) takes \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
    }
}
