import SignalCore

/// From samples to rows of mel bands, shared by the features of the mel family.
struct MelEngine {
    let bank: MelFilterBank
    let frameSeconds: Double
    let hopSeconds: Double
    private let framing: FramingOptions
    private let sampleRate: Double
    private let engine: SpectrumEngine
    private var framer: Framer

    init(sampleRate: Double, options: MelSpectrogramOptions) throws {
        framing = options.framing
        self.sampleRate = sampleRate
        bank = try MelFilterBank(options: options.mel, sampleRate: sampleRate, fftLength: framing.fftLength)
        engine = try SpectrumEngine(framing: framing, scale: options.scale)
        framer = framing.framer()
        frameSeconds = Double(framing.fftLength) / sampleRate
        hopSeconds = Double(framing.hopLength) / sampleRate
    }

    /// Takes samples and appends a row a frame: the bands, then whatever `finishing` makes of them in place.
    @inline(__always)
    mutating func consume(
        _ samples: Span<Float>, into frames: inout FeatureFrames, finishing: (inout MutableSpan<Float>) -> Void
    ) {
        let (engine, bank, framing, rate) = (engine, bank, framing, sampleRate)
        framer.consume(samples) { frame, index in
            engine.analyse(frame)
            frames.append(time: framing.time(ofFrame: index, sampleRate: rate)) { row in
                unsafe bank.apply(to: engine.values, into: &row)
                finishing(&row)
            }
        }
    }

    /// Appends the rows that the padding of the end completes.
    mutating func finish(into frames: inout FeatureFrames, finishing: (inout MutableSpan<Float>) -> Void) throws {
        let (engine, bank, framing, rate) = (engine, bank, framing, sampleRate)
        try framer.finish { frame, index in
            engine.analyse(frame)
            frames.append(time: framing.time(ofFrame: index, sampleRate: rate)) { row in
                unsafe bank.apply(to: engine.values, into: &row)
                finishing(&row)
            }
        }
    }

    mutating func reset() { framer.reset() }
}
