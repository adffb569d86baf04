public import SignalCore

/// The options of ``ShortTimeTransform``.
public struct ShortTimeTransformOptions: AlgorithmOptions {
    /// How the signal is cut.
    public var framing = FramingOptions()
    /// Whether magnitudes or powers are given.
    public var scale = SpectrumScale.magnitude

    /// The defaults: magnitudes of 1024 samples every 512.
    public init() {}

    /// Reads the framing options beside the own ones.
    public init(from decoder: any Decoder) throws {
        framing = try FramingOptions(from: decoder)
        scale = try decoder.container(keyedBy: Key.self).decode(SpectrumScale.self, forKey: .scale)
    }

    /// Writes the framing options beside the own ones.
    public func encode(to encoder: any Encoder) throws {
        try framing.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(scale, forKey: .scale)
    }

    /// Checks the framing.
    public func validate() throws { try framing.validate() }

    private enum Key: String, CodingKey { case scale }
}

/// The short-time Fourier transform: the magnitudes (or powers) of every frame's spectrum, without scaling, as
/// `abs(librosa.stft(y))`. Shape of a frame: `fftLength / 2 + 1`.
struct ShortTimeTransform: ChannelAnalysis {
    static let name = "stft"
    static let summary = "short-time Fourier transform: magnitude or power of every frequency bin"

    let columns: [FeatureColumn]
    let frameSeconds: Double
    let hopSeconds: Double
    let isCausal: Bool
    private let framing: FramingOptions
    private let sampleRate: Double
    private let engine: SpectrumEngine
    private var framer: Framer

    init(sampleRate: Double, unit: SignalUnit, options: ShortTimeTransformOptions) throws {
        framing = options.framing
        self.sampleRate = sampleRate
        engine = try SpectrumEngine(framing: framing, scale: options.scale)
        framer = framing.framer()
        frameSeconds = Double(framing.fftLength) / sampleRate
        hopSeconds = Double(framing.hopLength) / sampleRate
        isCausal = !framing.center
        let half = sampleRate / Double(framing.fftLength) / 2
        let unitName = options.scale == .power ? "\(unit.rawValue)^2" : unit.rawValue
        columns = (0..<engine.binCount).map { [framing] bin in
            let frequency = framing.frequency(ofBin: bin, sampleRate: sampleRate)
            return FeatureColumn(
                "stft.\(bin)@\(Int(frequency.rounded()))Hz", unit: unitName,
                band: max(0, frequency - half)...min(sampleRate / 2, frequency + half))
        }
    }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        let emit = emitter()
        framer.consume(samples) { emit($0, $1, &frames) }
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        let emit = emitter()
        try framer.finish { emit($0, $1, &frames) }
    }

    mutating func reset() { framer.reset() }

    /// A closure without `self` in it, so that the framer may change while it runs.
    private func emitter() -> (Span<Float>, Int, inout FeatureFrames) -> Void {
        { [engine, framing, sampleRate] frame, index, frames in
            engine.analyse(frame)
            frames.append(time: framing.time(ofFrame: index, sampleRate: sampleRate)) { row in
                for bin in 0..<engine.binCount { row[bin] = unsafe engine.values[bin] }
            }
        }
    }
}
