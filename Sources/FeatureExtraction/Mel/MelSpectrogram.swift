import SignalCore

/// The power (or magnitude) in mel bands, as `librosa.feature.melspectrogram`. Shape of a frame: `melBands`.
struct MelSpectrogram: ChannelAnalysis {
    static let name = "mel"
    static let summary = "power in mel bands"

    let columns: [FeatureColumn]
    let isCausal: Bool
    var frameSeconds: Double { engine.frameSeconds }
    var hopSeconds: Double { engine.hopSeconds }
    var warnings: [String] { engine.bank.warnings }
    private var engine: MelEngine

    init(sampleRate: Double, unit: SignalUnit, options: MelSpectrogramOptions) throws {
        engine = try MelEngine(sampleRate: sampleRate, options: options)
        isCausal = !options.framing.center
        columns = engine.bank.columns(
            Self.name, unit: options.scale == .power ? "\(unit.rawValue)^2" : unit.rawValue)
    }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        engine.consume(samples, into: &frames) { _ in }
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        try engine.finish(into: &frames) { _ in }
    }

    mutating func reset() { engine.reset() }
}
