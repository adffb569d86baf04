import FeatureExtraction
import Learning
import SignalCore
import SignalIO

/// From a file to the frames of one or several features. One object serves one thread, file after file, and keeps its
/// extractors as long as the format stays the same.
final class FeaturePipeline {
    /// The RMS that clips are scaled to by `--normalize rms`: -20 dB of full scale.
    static let normalizedLevel = 0.1

    private let features: [FeatureChoice]
    private let reading: SignalReadingOptions
    private let normalization: LoudnessNormalization
    private let measuresLevel: Bool
    private let nominalRate: Double?
    private var format: SignalFormat?
    private var extractors: [any FeatureExtractor] = []
    private var buffers: [FeatureFrames] = []

    /// - Parameters:
    ///   - measuresLevel: whether the summary shall hold the level of the signal.
    ///   - nominalRate: the rate in Hz that tables are taken to have whose measured one is within 1 % of it, so that
    ///     files of one sensor give the same frames.
    init(
        features: [FeatureChoice], reading: SignalReadingOptions, normalization: LoudnessNormalization,
        measuresLevel: Bool = false, nominalRate: Double? = nil
    ) {
        self.features = features
        self.reading = reading
        self.normalization = normalization
        self.measuresLevel = measuresLevel
        self.nominalRate = nominalRate
    }

    /// What was learnt of a signal on its way.
    struct Summary: Sendable {
        var format: SignalFormat
        var frameCount: Int
        /// RMS over all channels read, as the file has it, in dB of full scale (or of one unit); `nil` when it was not
        /// asked for.
        var level: Double?
        var warnings: [String]
        /// Whether the file is cut off.
        var isIncomplete: Bool

        var seconds: Double { Double(frameCount) / format.sampleRate }
    }

    /// The schemas of the features of the last signal.
    var schemas: [FeatureSchema] { extractors.map(\.schema) }

    /// Computes all features of a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - consume: takes frames as they come, with the number of their feature; may empty them.
    /// - Returns: what was learnt of the signal; frames that `consume` did not remove stay in the buffers handed to it.
    /// - Throws: `SignalError` with the path.
    func run(
        _ path: String, consume: (_ feature: Int, _ schema: FeatureSchema, _ frames: inout FeatureFrames) throws -> Void
    ) throws -> Summary {
        do {
            var source = try SignalOpener.open(path, options: reading)
            let format = source.format.adopting(nominalRate: nominalRate)
            try prepare(for: format)
            var hasFrames = extractors.map { _ in false }
            let gain = normalization == .rms ? try Self.gain(of: path, reading: reading) : 1
            var sum = 0.0
            var count = 0
            while let block = try source.nextBlock(maximumFrames: 16384) {
                try Interruption.check()
                count += block.frameCount
                if measuresLevel { sum += Self.sumOfSquares(block) }
                let scaled = gain == 1 ? block : Self.scaled(block, by: gain)
                for index in extractors.indices {
                    try extractors[index].consume(scaled, into: &buffers[index])
                    hasFrames[index] = hasFrames[index] || !buffers[index].isEmpty
                    try consume(index, extractors[index].schema, &buffers[index])
                }
            }
            for index in extractors.indices {
                try extractors[index].finish(into: &buffers[index])
                guard hasFrames[index] || !buffers[index].isEmpty else { throw tooShort(index, samples: count) }
                try consume(index, extractors[index].schema, &buffers[index])
            }
            let samples = Double(max(1, count * format.channelCount))
            return Summary(
                format: format, frameCount: count,
                level: measuresLevel ? Decibels.level(meanSquare: sum / samples) : nil,
                warnings: source.warnings + extractors.flatMap(\.warnings), isIncomplete: source.isIncomplete)
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    /// Computes all features of a file and returns all frames.
    func allFrames(_ path: String) throws -> (frames: [FeatureFrames], summary: Summary) {
        let summary = try run(path) { _, _, _ in }
        let frames = buffers
        for index in buffers.indices { buffers[index].removeAll() }
        return (frames, summary)
    }

    private func tooShort(_ index: Int, samples: Int) -> SignalError {
        let schema = extractors[index].schema
        return SignalError(
            .insufficientData,
            "\(samples) samples are too few for one frame of \(schema.feature), which is \(schema.frameSeconds) s long")
    }

    /// Computes all features of a file of any length; the earlier frames of a long one are put aside in `folder`.
    func features(
        _ path: String, spoolingTo folder: String
    ) throws -> (features: [FeatureSet.Feature], summary: Summary) {
        var spools = features.map { _ in FrameSpool(folder: folder) }
        let summary = try run(path) { index, _, frames in try spools[index].relieve(&frames) }
        let all = extractors.indices.map {
            FeatureSet.Feature(schema: extractors[$0].schema, frames: buffers[$0], earlier: spools[$0])
        }
        for index in buffers.indices { buffers[index].removeAll() }
        return (all, summary)
    }

    private func prepare(for format: SignalFormat) throws {
        if self.format == format {
            for index in extractors.indices {
                extractors[index].reset()
                buffers[index].removeAll()
            }
            return
        }
        extractors = try features.map { try $0.makeExtractor(format: format) }
        buffers = extractors.map { FeatureFrames(columnCount: $0.schema.columns.count) }
        self.format = format
    }

    /// The factor that brings a file to the normalised level; 1 for silence.
    private static func gain(of path: String, reading: SignalReadingOptions) throws -> Float {
        var source = try SignalOpener.open(path, options: reading)
        var sum = 0.0
        var count = 0
        while let block = try source.nextBlock(maximumFrames: 16384) {
            sum += sumOfSquares(block)
            count += block.samples.count
        }
        let level = (sum / Double(max(1, count))).squareRoot()
        return level > 0 ? Float(normalizedLevel / level) : 1
    }

    private static func scaled(_ block: SignalBlock, by gain: Float) -> SignalBlock {
        SignalBlock(
            startFrame: block.startFrame, channelCount: block.channelCount, samples: block.samples.map { $0 * gain })
    }

    /// The sum of squares in four running sums, which the processor can do at once.
    static func sumOfSquares(_ block: SignalBlock) -> Double {
        var sums = SIMD4<Double>.zero
        let whole = block.samples.count / 4 * 4
        for index in stride(from: 0, to: whole, by: 4) {
            let values = SIMD4<Double>(
                Double(block.samples[index]), Double(block.samples[index + 1]), Double(block.samples[index + 2]),
                Double(block.samples[index + 3]))
            sums += values * values
        }
        var sum = sums.sum()
        for index in whole..<block.samples.count { sum += Double(block.samples[index]) * Double(block.samples[index]) }
        return sum
    }
}

extension SignalFormat {
    /// The format with a nominal rate in place of one that was measured from a time column and lies within 1 % of it.
    func adopting(nominalRate: Double?) -> SignalFormat {
        guard let nominalRate, unit != .fullScale, abs(sampleRate / nominalRate - 1) <= 0.01 else { return self }
        var format = self
        format.sampleRate = nominalRate
        return format
    }
}
