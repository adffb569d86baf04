internal import RealModule
public import SignalCore

/// The options of ``KaldiFilterBank``.
public struct KaldiFilterBankOptions: AlgorithmOptions {
    /// The number of mel bands; 4 to 256.
    public var melBands = 80
    /// Milliseconds that are transformed at once.
    public var frameMilliseconds = 25.0
    /// Milliseconds from one frame to the next.
    public var hopMilliseconds = 10.0
    /// The lower edge of the lowest band in Hz.
    public var minimumFrequency = 20.0
    /// The upper edge of the highest band in Hz; 0 for half the sample rate.
    public var maximumFrequency = 0.0
    /// The coefficient of the pre-emphasis `x[n] - c x[n-1]`, taken within each frame; 0 to 1.
    public var preEmphasis = 0.97
    /// What samples are multiplied by; Kaldi's are 16-bit integers.
    public var sampleScale = 32768.0

    /// The defaults of Kaldi, with 80 bands and without dither.
    public init() {}

    /// Checks the ranges.
    public func validate() throws {
        guard (4...256).contains(melBands) else {
            throw SignalError(.invalidOption, "melBands is 4 to 256, not \(melBands)")
        }
        guard (1...10_000).contains(frameMilliseconds), (0.1...10_000).contains(hopMilliseconds) else {
            throw SignalError(.invalidOption, "frameMilliseconds is 1 to 10000, hopMilliseconds 0.1 to 10000")
        }
        guard minimumFrequency >= 0, maximumFrequency == 0 || maximumFrequency > minimumFrequency else {
            throw SignalError(.invalidOption, "maximumFrequency lies above minimumFrequency, which is not negative")
        }
        guard (0...1).contains(preEmphasis), sampleScale > 0, sampleScale <= 1e9 else {
            throw SignalError(.invalidOption, "preEmphasis is 0 to 1 and sampleScale above 0 up to 1e9")
        }
    }
}

/// The log filter-bank energies of Kaldi (`compute-fbank-feats`, `torchaudio.compliance.kaldi.fbank`): mean removed,
/// pre-emphasis, Povey window, power spectrum of the next power of two, mel triangles by Kaldi's scale, natural
/// logarithm. Whole frames only, no dither. Shape of a frame: `melBands`.
struct KaldiFilterBank: ChannelAnalysis {
    static let name = "kaldi-fbank"
    static let summary = "log mel filter-bank energies as Kaldi and speech models expect them"

    let columns: [FeatureColumn]
    let frameSeconds: Double
    let hopSeconds: Double
    let isCausal = true
    private let options: KaldiFilterBankOptions
    private let sampleRate: Double
    private let hopLength: Int
    private let weights: [Float]
    private let transform: RealFourierTransform
    private let bands: [(firstBin: Int, weights: [Float])]
    private var framer: Framer

    init(sampleRate: Double, unit: SignalUnit, options: KaldiFilterBankOptions) throws {
        let nyquist = sampleRate / 2
        let maximum = options.maximumFrequency == 0 ? nyquist : options.maximumFrequency
        guard maximum <= nyquist, options.minimumFrequency < maximum else {
            throw SignalError(
                .invalidOption, "bands up to \(maximum) Hz do not fit below half the sample rate, \(nyquist) Hz")
        }
        self.options = options
        self.sampleRate = sampleRate
        let frameLength = Int(sampleRate * options.frameMilliseconds / 1000)
        let hop = Int(sampleRate * options.hopMilliseconds / 1000)
        guard frameLength >= 2, hop >= 1 else {
            throw SignalError(.invalidOption, "frames of \(frameLength) samples every \(hop) are too short")
        }
        hopLength = hop
        frameSeconds = Double(frameLength) / sampleRate
        hopSeconds = Double(hop) / sampleRate
        framer = Framer(frameLength: frameLength, hopLength: hop)
        weights = Window.hann.weights(frameLength, periodic: false).map { Float(.pow($0, 0.85)) }
        var padded = 16
        while padded < frameLength { padded *= 2 }
        transform = try RealFourierTransform(length: padded)
        let step = (Self.mel(maximum) - Self.mel(options.minimumFrequency)) / Double(options.melBands + 1)
        let lowest = Self.mel(options.minimumFrequency)
        bands = (0..<options.melBands).map { band in
            let (lower, center) = (lowest + Double(band) * step, lowest + Double(band + 1) * step)
            let upper = center + step
            var first = 0
            var weights: [Float] = []
            // Kaldi leaves out the bin at half the sample rate.
            for bin in 0..<padded / 2 {
                let mel = Self.mel(Double(bin) * sampleRate / Double(padded))
                guard mel > lower, mel < upper else { continue }
                if weights.isEmpty { first = bin }
                weights.append(Float(mel <= center ? (mel - lower) / step : (upper - mel) / step))
            }
            return (first, weights)
        }
        columns = (0..<options.melBands).map { band in
            let lower = Self.frequency(lowest + Double(band) * step)
            let upper = Self.frequency(lowest + Double(band + 2) * step)
            return FeatureColumn(
                "kaldi-fbank.\(band)@\(Int(lower.rounded()))-\(Int(upper.rounded()))Hz", band: lower...upper)
        }
    }

    /// Kaldi's mel scale, `1127 ln(1 + f / 700)`: that of HTK with a natural logarithm.
    private static func mel(_ frequency: Double) -> Double { 1127 * .log(onePlus: frequency / 700) }

    private static func frequency(_ mel: Double) -> Double { 700 * .expMinusOne(mel / 1127) }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        let (transform, weights, bands, options) = (transform, weights, bands, options)
        let hop = Double(hopLength) / sampleRate
        framer.consume(samples) { frame, index in
            frames.append(time: Double(index) * hop) { row in
                Self.analyse(frame, transform, weights: weights, bands: bands, options: options, into: &row)
            }
        }
    }

    mutating func finish(into frames: inout FeatureFrames) throws {}

    mutating func reset() { framer.reset() }

    private static func analyse(
        _ frame: Span<Float>, _ transform: RealFourierTransform, weights: [Float],
        bands: [(firstBin: Int, weights: [Float])], options: KaldiFilterBankOptions, into row: inout MutableSpan<Float>
    ) {
        let scale = Float(options.sampleScale)
        let emphasis = Float(options.preEmphasis)
        var sum = 0.0
        for index in frame.indices { sum += Double(frame[index]) }
        let mean = Float(sum / Double(frame.count))
        transform.forward { samples in
            var previous = frame[0] - mean
            for index in frame.indices {
                let value = frame[index] - mean
                samples[index] = scale * (value - emphasis * previous) * weights[index]
                previous = value
            }
        } body: { spectrum in
            for (band, filter) in bands.enumerated() {
                var energy: Float = 0
                for (offset, weight) in filter.weights.enumerated() {
                    let bin = 2 * (filter.firstBin + offset)
                    energy += weight * (spectrum[bin] * spectrum[bin] + spectrum[bin + 1] * spectrum[bin + 1])
                }
                row[band] = energy
            }
        }
        VectorKernels.logarithm(&row, floor: .ulpOfOne, factor: 1)
    }
}
