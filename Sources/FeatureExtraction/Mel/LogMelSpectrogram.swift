internal import RealModule
import SignalCore

/// The level in mel bands in dB: `10 log10(max(mel, logFloor))`, as `librosa.power_to_db` with `ref=1`. Shape of a
/// frame: `melBands`.
struct LogMelSpectrogram: ChannelAnalysis {
    static let name = "log-mel"
    static let summary = "level in mel bands (dB), the usual input for machine sounds"

    let columns: [FeatureColumn]
    let isCausal: Bool
    var frameSeconds: Double { engine.frameSeconds }
    var hopSeconds: Double { engine.hopSeconds }
    var warnings: [String] { engine.bank.warnings }
    private var engine: MelEngine
    private let floor: Float
    private let dynamicRange: Float
    /// All frames of the recording so far, when a limit below the loudest value is asked for.
    private var held: FeatureFrames?

    /// 10 / ln 10: dB of a power from its natural logarithm.
    static let decibelFactor = Float(10 / Double.log(10))

    init(sampleRate: Double, unit: SignalUnit, options: LogMelOptions) throws {
        engine = try MelEngine(sampleRate: sampleRate, options: options.spectrogram)
        floor = Float(options.logFloor)
        dynamicRange = Float(options.dynamicRange)
        isCausal = !options.spectrogram.framing.center && dynamicRange == 0
        columns = engine.bank.columns(Self.name, unit: "dB")
        if dynamicRange > 0 { held = FeatureFrames(columnCount: columns.count) }
    }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        let floor = floor
        let finishing = { (row: inout MutableSpan<Float>) in
            VectorKernels.logarithm(&row, floor: floor, factor: Self.decibelFactor)
        }
        if held == nil {
            engine.consume(samples, into: &frames, finishing: finishing)
        } else {
            var rows = take()
            engine.consume(samples, into: &rows, finishing: finishing)
            held = rows
        }
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        let floor = floor
        let finishing = { (row: inout MutableSpan<Float>) in
            VectorKernels.logarithm(&row, floor: floor, factor: Self.decibelFactor)
        }
        guard held != nil else { return try engine.finish(into: &frames, finishing: finishing) }
        var rows = take()
        try engine.finish(into: &rows, finishing: finishing)
        let lowest = (rows.values.max() ?? 0) - dynamicRange
        for frame in 0..<rows.count {
            frames.append(
                time: rows.times[frame], row: rows.values[rows.range(ofFrame: frame)].lazy.map { max($0, lowest) })
        }
        rows.removeAll()
        held = rows
    }

    mutating func reset() {
        engine.reset()
        held?.removeAll()
    }

    /// The held frames, taken out so that they are changed in place.
    private mutating func take() -> FeatureFrames {
        let rows = held ?? FeatureFrames(columnCount: columns.count)
        held = FeatureFrames(columnCount: columns.count)
        return rows
    }
}
