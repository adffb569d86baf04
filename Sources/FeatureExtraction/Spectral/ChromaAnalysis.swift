internal import RealModule
internal import SignalCore

/// The power in each of the twelve pitch classes (C, C#, ... B at A4 = 440 Hz), the strongest 1, as
/// `librosa.feature.chroma_stft` with `tuning=0`.
struct ChromaAnalysis: ChannelAnalysis {
    static let name = "chroma"
    static let summary = "power in the twelve pitch classes, the strongest 1"

    let columns: [FeatureColumn]
    let frameSeconds: Double
    let hopSeconds: Double
    let isCausal: Bool

    private let transform: RealFourierTransform
    private let weights: [Float]
    /// Shape: 12 x bins.
    private let bank: [Float]
    private var frames: Framer
    private var power: [Float]

    init(sampleRate: Double, unit: SignalUnit, options: ChromaOptions) throws {
        transform = try RealFourierTransform(length: options.fftLength)
        weights = options.window.weights(options.fftLength).map { Float($0) }
        bank = Self.bank(fftLength: options.fftLength, sampleRate: sampleRate)
        frames = Framer(
            frameLength: options.fftLength, hopLength: options.hopLength,
            padMode: options.center ? options.padMode : nil)
        power = Array(repeating: 0, count: options.fftLength / 2 + 1)
        columns = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"].map { FeatureColumn($0) }
        frameSeconds = Double(options.fftLength) / sampleRate
        hopSeconds = Double(options.hopLength) / sampleRate
        isCausal = !options.center
    }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        var framer = Framer.idle
        swap(&framer, &self.frames)
        defer { swap(&framer, &self.frames) }
        framer.consume(samples) { frame, index in append(frame, index, to: &frames) }
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        var framer = Framer.idle
        swap(&framer, &self.frames)
        defer { swap(&framer, &self.frames) }
        try framer.finish { frame, index in append(frame, index, to: &frames) }
    }

    mutating func reset() { frames.reset() }

    private mutating func append(_ samples: Span<Float>, _ index: Int, to frames: inout FeatureFrames) {
        transform.forward { input in
            for position in samples.indices { input[position] = samples[position] * weights[position] }
        } body: { spectrum in
            for bin in power.indices {
                let real = spectrum[2 * bin]
                let imaginary = spectrum[2 * bin + 1]
                power[bin] = real * real + imaginary * imaginary
            }
        }
        frames.append(time: Double(index) * hopSeconds) { row in
            var strongest: Float = 0
            for pitch in row.indices {
                var sum = 0.0
                let offset = pitch * power.count
                for bin in power.indices { sum += Double(bank[offset + bin]) * Double(power[bin]) }
                row[pitch] = Float(sum)
                strongest = max(strongest, row[pitch])
            }
            guard strongest >= .leastNormalMagnitude else { return }
            for pitch in row.indices { row[pitch] /= strongest }
        }
    }

    /// The weights of every bin in every pitch class: a bell of the bin's width about the pitch, and over all octaves
    /// one about the fifth (`librosa.filters.chroma` with its defaults). Shape: 12 x bins.
    static func bank(fftLength: Int, sampleRate: Double) -> [Float] {
        let bins = fftLength / 2 + 1
        var positions = (0..<fftLength).map { bin in
            12 * Double.log2(Double(max(1, bin)) * sampleRate / Double(fftLength) / 27.5)
        }
        positions[0] = positions[1] - 18
        var bank = Array(repeating: Float(0), count: 12 * bins)
        for bin in 0..<bins {
            let width = bin + 1 < fftLength ? max(1, positions[bin + 1] - positions[bin]) : 1
            let bells = (0..<12).map { pitch in
                let distance = positions[bin] - Double(pitch) + 6
                let wrapped = distance - 12 * (distance / 12).rounded(.down) - 6
                return Double.exp(-2 * (wrapped / width) * (wrapped / width))
            }
            let length = bells.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let octave = (positions[bin] / 12 - 5) / 2
            let envelope = Double.exp(-0.5 * octave * octave)
            // Pitch classes are counted from A up to here and from C in the result.
            for pitch in 0..<12 where length > 0 {
                bank[((pitch + 9) % 12) * bins + bin] = Float(bells[pitch] / length * envelope)
            }
        }
        return bank
    }
}
