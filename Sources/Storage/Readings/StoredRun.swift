public import SignalCore

/// What a stream is made of.
public struct RunDescription: Sendable, Equatable {
    /// What tells a stream from others, so that one that was interrupted goes on in its run; nil for one that never does.
    public var key: String?
    /// The recordings, tables or the link, as they were named.
    public var inputs: [String]
    /// The models, as they were named.
    public var models: [String]
    /// The forecaster, as it was named.
    public var forecaster: String?

    /// Describes a stream.
    public init(key: String? = nil, inputs: [String], models: [String], forecaster: String? = nil) {
        (self.key, self.inputs, self.models, self.forecaster) = (key, inputs, models, forecaster)
    }
}

/// A stream whose readings are stored.
public struct StoredRun: Sendable, Equatable, Identifiable {
    /// What the values of a model's readings mean.
    public struct Model: Sendable, Equatable {
        /// The model's name as readings have it; empty where there is one.
        public let name: String
        /// The columns, without bands.
        public let columns: [FeatureColumn]
    }

    /// The number of the run.
    public let id: Int
    /// What the stream is made of.
    public let description: RunDescription
    /// The models that judged, in the order of their first readings.
    public let models: [Model]
    /// Seconds since 1970 on this machine's clock.
    public let startedAt: Double
    /// Seconds since 1970 on this machine's clock; nil while it runs, or when it ended suddenly.
    public let endedAt: Double?
    /// Whether the stream came to its end, rather than being interrupted.
    public let isComplete: Bool
    /// How many readings are stored.
    public let readingCount: Int
    /// Times of the first and last reading, seconds since 1970-01-01 UTC on the clock of the signal; nil without any.
    public let times: ClosedRange<Double>?
}

/// A reading as it is stored.
public struct StoredReading: Sendable, Equatable {
    /// Seconds since 1970-01-01 UTC on the clock of the signal.
    public let time: Double
    /// The recording, table or link.
    public let source: String
    /// The score; nil before the model said anything, like the four that follow.
    public let score: Float?
    /// The threshold it was compared with.
    public let threshold: Float?
    /// Whether the score is above the threshold.
    public let isAnomalous: Bool?
    /// How far it is above.
    public let severity: Severity?
    /// The number of the column that adds most to the score.
    public let topColumn: Int?
    /// Whether the alarm is on.
    public let isAlarm: Bool
    /// The values, one a column; NaN for what is missing.
    public let values: [Float]
    /// What a forecaster expects, as a JSON object from column to number; nil without one.
    public let forecast: String?
}

/// An alarm as it is stored.
public struct StoredAlarm: Sendable, Equatable {
    /// The run.
    public let run: Int
    /// When, where and how high.
    public let span: AlarmSpan
}
