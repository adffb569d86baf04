/// One column of a feature: its name, unit and, where it stands for a band of the spectrum, the band.
public struct FeatureColumn: Sendable, Equatable {
    /// The name, unique within its schema, such as `rms` or `log-mel.12@1188-1312Hz`; without commas or blanks.
    public var name: String
    /// The unit of the values (`dB`, `Hz`, `m/s^2`), empty for a pure number.
    public var unit: String
    /// The band in Hz that the column covers, if it covers one.
    public var band: ClosedRange<Double>?

    /// Makes a column.
    public init(_ name: String, unit: String = "", band: ClosedRange<Double>? = nil) {
        self.name = name
        self.unit = unit
        self.band = band
    }
}

/// What the columns of a table of frames mean, and how the frames lie in time.
public struct FeatureSchema: Sendable, Equatable {
    /// The feature's name, such as `log-mel`; `table` for a sensor table.
    public var feature: String
    /// The columns, in order.
    public var columns: [FeatureColumn]
    /// Seconds of signal that one frame looks at; 0 where a frame is a single instant or the whole recording.
    public var frameSeconds: Double
    /// Seconds from one frame to the next; 0 where there is one frame a recording.
    public var hopSeconds: Double
    /// Whether a frame depends only on the signal up to its own end. A feature that looks at the whole recording, or
    /// pads it, can be extracted but not run live.
    public var isCausal: Bool

    /// Makes a schema.
    public init(
        feature: String, columns: [FeatureColumn], frameSeconds: Double = 0, hopSeconds: Double = 0,
        isCausal: Bool = true
    ) {
        self.feature = feature
        self.columns = columns
        self.frameSeconds = frameSeconds
        self.hopSeconds = hopSeconds
        self.isCausal = isCausal
    }
}
