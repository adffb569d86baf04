internal import RealModule
internal import SignalCore

/// The shape of the magnitude spectrum of every frame: centroid, bandwidth, roll-off, flatness, contrast, flux; and the
/// zero-crossing rate and RMS of its samples.
struct SpectralAnalysis: ChannelAnalysis {
    static let name = "spectral"
    static let summary =
        "spectral centroid, bandwidth, roll-off, flatness, contrast and flux, zero-crossing rate, RMS"

    let columns: [FeatureColumn]
    let frameSeconds: Double
    let hopSeconds: Double
    let isCausal: Bool

    private let options: SpectralOptions
    private let spacing: Double
    private let transform: RealFourierTransform
    private let weights: [Float]
    private var contrast: SpectralContrast
    private var frames: Framer
    /// The same frames with repeated edges, for the zero-crossing rate of centred frames.
    private var edgeFrames: Framer?
    private var crossingRates: [Float] = []
    private var ratesUsed = 0
    private var magnitudes: [Float]
    private var previous: [Float]
    private var framesMade = 0

    init(sampleRate: Double, unit: SignalUnit, options: SpectralOptions) throws {
        self.options = options
        spacing = sampleRate / Double(options.fftLength)
        transform = try RealFourierTransform(length: options.fftLength)
        weights = options.window.weights(options.fftLength).map { Float($0) }
        contrast = SpectralContrast(options: options, sampleRate: sampleRate)
        let padMode = options.center ? options.padMode : nil
        frames = Framer(frameLength: options.fftLength, hopLength: options.hopLength, padMode: padMode)
        if options.center {
            edgeFrames = Framer(frameLength: options.fftLength, hopLength: options.hopLength, padMode: .edge)
        }
        magnitudes = Array(repeating: 0, count: options.fftLength / 2 + 1)
        previous = magnitudes
        let bands = contrast.edges.enumerated().map { index, edges in
            FeatureColumn("contrast.\(index)\(FrequencyLabel.suffix(edges))", unit: "dB", band: edges)
        }
        columns =
            [
                FeatureColumn("centroid", unit: "Hz"), FeatureColumn("bandwidth", unit: "Hz"),
                FeatureColumn("roll_off", unit: "Hz"), FeatureColumn("flatness"),
            ] + bands + [
                FeatureColumn("flux", unit: unit.rawValue), FeatureColumn("rising_flux", unit: unit.rawValue),
                FeatureColumn("zero_crossing_rate"), FeatureColumn("rms", unit: unit.rawValue),
            ]
        frameSeconds = Double(options.fftLength) / sampleRate
        hopSeconds = Double(options.hopLength) / sampleRate
        isCausal = !options.center
    }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        try takeCrossings { framer, body in try framer.consume(samples, body) }
        var framer = Framer.idle
        swap(&framer, &self.frames)
        defer { swap(&framer, &self.frames) }
        framer.consume(samples) { frame, index in append(frame, index, to: &frames) }
        forgetCrossings()
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        try takeCrossings { framer, body in try framer.finish(body) }
        var framer = Framer.idle
        swap(&framer, &self.frames)
        defer { swap(&framer, &self.frames) }
        try framer.finish { frame, index in append(frame, index, to: &frames) }
        forgetCrossings()
    }

    mutating func reset() {
        frames.reset()
        edgeFrames?.reset()
        forgetCrossings()
        framesMade = 0
    }

    private mutating func forgetCrossings() {
        crossingRates.removeAll(keepingCapacity: true)
        ratesUsed = 0
    }

    /// Runs the framer with repeated edges, if there is one, and keeps the rate of every frame it hands out; the other
    /// framer will hand out as many.
    private mutating func takeCrossings(
        _ run: (inout Framer, (Span<Float>, Int) throws -> Void) throws -> Void
    ) rethrows {
        guard var framer = edgeFrames else { return }
        edgeFrames = nil
        defer { edgeFrames = framer }
        try run(&framer) { frame, _ in crossingRates.append(Self.crossingRate(frame)) }
    }

    private mutating func append(_ samples: Span<Float>, _ index: Int, to frames: inout FeatureFrames) {
        var energy = 0.0
        for position in samples.indices { energy += Double(samples[position]) * Double(samples[position]) }
        swap(&magnitudes, &previous)
        transform.forward { input in
            for position in samples.indices { input[position] = samples[position] * weights[position] }
        } body: { spectrum in
            for bin in magnitudes.indices {
                magnitudes[bin] = .hypot(spectrum[2 * bin], spectrum[2 * bin + 1])
            }
        }
        var squares = 0.0
        var rises = 0.0
        if framesMade > 0 {
            for bin in magnitudes.indices {
                let difference = Double(magnitudes[bin]) - Double(previous[bin])
                squares += difference * difference
                rises += max(0, difference)
            }
        }
        let rate = options.center ? crossingRates[ratesUsed] : Self.crossingRate(samples)
        let current = magnitudes
        let shape = SpectralShape(current.span, spacing: spacing, rollOffShare: options.rollOffShare)
        framesMade += 1
        ratesUsed += 1
        frames.append(time: Double(index) * hopSeconds) { row in
            row[0] = Float(shape.centroid)
            row[1] = Float(shape.bandwidth)
            row[2] = Float(shape.rollOff)
            row[3] = Float(shape.flatness)
            contrast.write(current.span, into: &row, at: 4)
            let rest = row.count - 4
            row[rest] = Float(squares.squareRoot())
            row[rest + 1] = Float(rises)
            row[rest + 2] = rate
            row[rest + 3] = Float((energy / Double(samples.count)).squareRoot())
        }
    }

    /// The share of samples whose sign is another than that of the sample before; 0 counts as positive, as does
    /// anything below 1e-10 (`librosa.feature.zero_crossing_rate`).
    private static func crossingRate(_ samples: Span<Float>) -> Float {
        var count = 0
        var wasNegative = false
        for index in samples.indices {
            let isNegative = samples[index] < -1e-10
            if index > 0 && isNegative != wasNegative { count += 1 }
            wasNegative = isNegative
        }
        return Float(Double(count) / Double(samples.count))
    }
}
