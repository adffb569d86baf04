public import SignalCore

/// The options of ``CepstralCoefficients``.
public struct CepstralOptions: AlgorithmOptions {
    /// The log-mel spectrum that is transformed.
    public var logMel = LogMelOptions()
    /// The number of coefficients, from the lowest (librosa: `n_mfcc`); at most `melBands`.
    public var coefficients = 13

    /// The defaults: 13 coefficients of 64 bands.
    public init() {}

    /// Reads the options of the log-mel spectrum beside the own ones.
    public init(from decoder: any Decoder) throws {
        logMel = try LogMelOptions(from: decoder)
        coefficients = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .coefficients)
    }

    /// Writes the options of the log-mel spectrum beside the own ones.
    public func encode(to encoder: any Encoder) throws {
        try logMel.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(coefficients, forKey: .coefficients)
    }

    /// Checks the log-mel spectrum and the count.
    public func validate() throws {
        try logMel.validate()
        let bands = logMel.spectrogram.mel.melBands
        guard (1...bands).contains(coefficients) else {
            throw SignalError(.invalidOption, "coefficients is 1 to melBands (\(bands)), not \(coefficients)")
        }
    }

    private enum Key: String, CodingKey { case coefficients }
}

/// Mel-frequency cepstral coefficients: the orthonormal cosine transform of the log-mel spectrum in dB, as
/// `librosa.feature.mfcc`. Shape of a frame: `coefficients`.
struct CepstralCoefficients: ChannelAnalysis {
    static let name = "mfcc"
    static let summary = "mel-frequency cepstral coefficients"

    let columns: [FeatureColumn]
    var frameSeconds: Double { logMel.frameSeconds }
    var hopSeconds: Double { logMel.hopSeconds }
    var isCausal: Bool { logMel.isCausal }
    var warnings: [String] { logMel.warnings }
    private var logMel: LogMelSpectrogram
    private let transform: CosineTransform
    private var rows: FeatureFrames

    init(sampleRate: Double, unit: SignalUnit, options: CepstralOptions) throws {
        logMel = try LogMelSpectrogram(sampleRate: sampleRate, unit: unit, options: options.logMel)
        let bands = options.logMel.spectrogram.mel.melBands
        transform = CosineTransform(inputCount: bands, outputCount: options.coefficients)
        columns = (0..<options.coefficients).map { FeatureColumn("mfcc.\($0)", unit: "dB") }
        rows = FeatureFrames(columnCount: bands)
    }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        try logMel.consume(samples, into: &rows)
        transformRows(into: &frames)
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        try logMel.finish(into: &rows)
        transformRows(into: &frames)
    }

    mutating func reset() {
        logMel.reset()
        rows.removeAll()
    }

    private mutating func transformRows(into frames: inout FeatureFrames) {
        for frame in 0..<rows.count {
            frames.append(time: rows.times[frame]) { row in
                transform.apply(rows.values.span.extracting(rows.range(ofFrame: frame)), into: &row)
            }
        }
        rows.removeAll()
    }
}
