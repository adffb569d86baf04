public import SignalCore

/// The sensor tables that a model understands.
public struct TableExpectation: Sendable, Equatable {
    /// The columns of the table that are read, in this order, before anything is made of them.
    public var columns: [FeatureColumn]
    /// The usual seconds from one row to the next.
    public var rowSpacing: Double
    /// Whether times are absolute, as seconds from 1970-01-01 UTC; else they count from the first row.
    public var hasAbsoluteTimes: Bool

    /// Makes an expectation.
    public init(columns: [FeatureColumn], rowSpacing: Double, hasAbsoluteTimes: Bool) {
        self.columns = columns
        self.rowSpacing = rowSpacing
        self.hasAbsoluteTimes = hasAbsoluteTimes
    }

    /// Refuses a table whose rows lie more than twice or less than half as far apart, since windows count rows; or
    /// whose times are of the other kind.
    ///
    /// - Throws: `SignalError` with code `mismatch`.
    public func requireMatch(rowSpacing other: Double, hasAbsoluteTimes: Bool) throws {
        guard (0.5...2).contains(other / rowSpacing) else {
            throw SignalError(
                .mismatch,
                "the model was trained on rows \(OptionValue.number(rowSpacing)) s apart, these are "
                    + "\(OptionValue.number(other)) s apart")
        }
        guard hasAbsoluteTimes == self.hasAbsoluteTimes else {
            let (trained, found) = self.hasAbsoluteTimes ? ("dates", "seconds") : ("seconds", "dates")
            throw SignalError(
                .mismatch, "the model was trained on a table whose times are \(trained), these are \(found)")
        }
    }
}

/// What a model takes in.
public enum InputExpectation: Sendable, Equatable {
    /// Recordings of signals.
    case signal(SignalExpectation)
    /// Sensor tables.
    case table(TableExpectation)

    /// The signals, or `nil` for tables.
    public var signal: SignalExpectation? {
        if case .signal(let signal) = self { signal } else { nil }
    }

    /// The tables, or `nil` for signals.
    public var table: TableExpectation? {
        if case .table(let table) = self { table } else { nil }
    }
}
