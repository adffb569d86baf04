import SignalCore

/// The computation of one feature on one channel. ``PerChannel`` makes a `FeatureExtractor` of it, so that no feature
/// has to know about channels.
protocol ChannelAnalysis {
    /// The options of the feature.
    associatedtype Options: AlgorithmOptions

    /// The name used on the command line and in files.
    static var name: String { get }
    /// What the feature is, in one line.
    static var summary: String { get }

    /// Makes an analysis of signals of one rate (Hz) and unit.
    ///
    /// - Throws: `SignalError` with code `invalidOption`. The options have been validated by themselves before.
    init(sampleRate: Double, unit: SignalUnit, options: Options) throws

    /// The columns of a frame.
    var columns: [FeatureColumn] { get }
    /// Seconds of signal that one frame looks at; 0 for the whole recording.
    var frameSeconds: Double { get }
    /// Seconds from one frame to the next; 0 for one frame a recording.
    var hopSeconds: Double { get }
    /// Whether a frame depends only on the signal up to its own end.
    var isCausal: Bool { get }

    /// What a person should know about these options although they work.
    var warnings: [String] { get }

    /// Takes the next samples and appends the frames that are complete with them.
    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws
    /// Appends what is due at the end of the signal.
    mutating func finish(into frames: inout FeatureFrames) throws
    /// Forgets the signal so far.
    mutating func reset()
}

extension ChannelAnalysis {
    var warnings: [String] { [] }
}

/// A feature of every channel of a signal, side by side.
struct PerChannel<Analysis: ChannelAnalysis>: FeatureExtractor {
    static var name: String { Analysis.name }
    static var summary: String { Analysis.summary }

    let schema: FeatureSchema
    var warnings: [String] { analyses[0].warnings }
    private var analyses: [Analysis]
    /// The frames of one channel while those of several are put side by side; unused for a single channel.
    private var parts: [FeatureFrames]

    init(format: SignalFormat, options: Analysis.Options) throws {
        try options.validate()
        guard format.channelCount > 0, format.sampleRate > 0, format.sampleRate.isFinite else {
            throw SignalError(.invalidOption, "a signal has at least one channel and a positive sample rate")
        }
        let analysis = try Analysis(sampleRate: format.sampleRate, unit: format.unit, options: options)
        var columns = analysis.columns
        if format.channelCount > 1 {
            columns = format.channelNames.flatMap { channel in
                analysis.columns.map { FeatureColumn("\(channel)/\($0.name)", unit: $0.unit, band: $0.band) }
            }
        }
        schema = FeatureSchema(
            feature: Analysis.name, columns: columns, frameSeconds: analysis.frameSeconds,
            hopSeconds: analysis.hopSeconds, isCausal: analysis.isCausal)
        analyses =
            try [analysis]
            + (1..<format.channelCount).map { _ in
                try Analysis(sampleRate: format.sampleRate, unit: format.unit, options: options)
            }
        parts = Array(repeating: FeatureFrames(columnCount: analysis.columns.count), count: format.channelCount)
    }

    mutating func consume(_ block: SignalBlock, into frames: inout FeatureFrames) throws {
        precondition(block.channelCount == analyses.count, "a block has the channels of its format")
        if analyses.count == 1 {
            try analyses[0].consume(block.samples.span, into: &frames)
            return
        }
        for channel in analyses.indices {
            let samples = block.samples.span.extracting(block.range(ofChannel: channel))
            try analyses[channel].consume(samples, into: &parts[channel])
        }
        join(into: &frames)
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        if analyses.count == 1 {
            try analyses[0].finish(into: &frames)
            return
        }
        for channel in analyses.indices { try analyses[channel].finish(into: &parts[channel]) }
        join(into: &frames)
    }

    mutating func reset() {
        for channel in analyses.indices {
            analyses[channel].reset()
            parts[channel].removeAll()
        }
    }

    /// Puts the frames of all channels side by side; every channel has as many, at the same times.
    private mutating func join(into frames: inout FeatureFrames) {
        let width = parts[0].columnCount
        for frame in 0..<parts[0].count {
            frames.append(time: parts[0].times[frame]) { row in
                for (channel, part) in parts.enumerated() {
                    for column in 0..<width {
                        row[channel * width + column] = part.values[frame * width + column]
                    }
                }
            }
        }
        for channel in parts.indices { parts[channel].removeAll() }
    }
}
