internal import SignalCore

/// How an uploader sends.
public struct UploaderOptions: Codable, Equatable, Sendable {
    /// Seconds between two calls at least: 15 by default, what ThingSpeak asks of a free licence; 0 for a server of one's
    /// own.
    public var interval = 15.0
    /// Rows of one call at most: 960, ThingSpeak's limit for a free licence; 14400 with a paid one.
    public var maximumRows = 960
    /// Bytes of one call at most.
    public var maximumBytes = 2_500_000
    /// One row a call by `/update`, for servers without bulk writes.
    public var usesSingleUpdates = false
    /// What becomes of several values of one field in the same second.
    public var merge = MergeRule.last
    /// Whether times before 2010 or more than a day ahead are taken.
    public var allowsImplausibleTimes = false
    /// Seconds after the newest point until its second counts as complete, though no later one has come.
    public var settleSeconds = 2.0
    /// Messages of the licence a day, to warn before; `nil` for none.
    public var dailyMessages: Int?
    /// Messages of the licence a year, to warn before; `nil` for none.
    public var yearlyMessages: Int?
    /// Size and age of the queue.
    public var limits = QueueLimits()
    /// The seed of the waits' randomness.
    public var seed: UInt64 = 42

    /// The options by default.
    public init() {}

    /// The options by default for a server; a free licence's allowance when it is ThingSpeak's.
    public init(for access: ChannelAccess) {
        if access.isThingSpeak { (dailyMessages, yearlyMessages) = (8_200, 3_000_000) }
    }

    /// Checks the options, also against what a server allows.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    func validate(for access: ChannelAccess) throws {
        guard interval.isFinite, interval >= 0 else {
            throw SignalError(.invalidOption, "the interval of uploads is at least 0 seconds, not \(interval)")
        }
        let least = usesSingleUpdates ? 1.0 : 15.0
        guard !access.isThingSpeak || interval >= least else {
            throw SignalError(
                .invalidOption,
                "ThingSpeak takes a call every \(Int(least)) seconds, not every \(interval); less is for "
                    + "other servers (THINGSPEAK_URL)")
        }
        try OptionRange.check("the rows of a call", maximumRows, in: 1...14_400)
        try OptionRange.check("the bytes of a call", maximumBytes, in: 10_000...100_000_000)
        try OptionRange.check("the bytes of the queue", limits.maximumBytes, in: 1_000...(1 << 40))
        guard limits.maximumAge.map({ $0 > 0 }) ?? true else {
            throw SignalError(.invalidOption, "the age limit of the queue is a positive number of seconds")
        }
    }
}
