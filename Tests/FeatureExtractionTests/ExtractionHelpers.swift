import FeatureExtraction
import SignalCore
import TestSupport
import Testing

/// Runs one feature over a signal, cut into blocks of the given lengths (the last one repeated).
func frames(
    of samples: [Float], rate: Double, unit: SignalUnit = .fullScale, feature: String,
    settings: [(name: String, text: String)] = [], blocks: [Int] = [4096]
) throws -> FeatureFrames {
    let format = SignalFormat(sampleRate: rate, channelCount: 1, unit: unit)
    var extractor: any FeatureExtractor = try FeatureRegistry.feature(named: feature).make(
        format: format, settings: settings)
    var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
    var position = 0
    var turn = 0
    while position < samples.count {
        let length = min(blocks[min(turn, blocks.count - 1)], samples.count - position)
        let block = SignalBlock(startFrame: position, samples: Array(samples[position..<position + length]))
        try extractor.consume(block, into: &frames)
        position += length
        turn += 1
    }
    try extractor.finish(into: &frames)
    return frames
}

/// The recordings of the reference data and the settings their features were made with.
struct ReferenceCase: CustomTestStringConvertible, Sendable {
    let name: String
    let mel: [(name: String, text: String)]

    var testDescription: String { name }

    static let framing = [("fftLength", "1024"), ("hopLength", "256"), ("center", "true"), ("padMode", "constant")]
        .map { (name: $0.0, text: $0.1) }

    static let all = [
        ReferenceCase(name: "mono_16k_s16", mel: []),
        ReferenceCase(name: "mono_44k_s24", mel: []),
        ReferenceCase(
            name: "mono_44k_f32", mel: [("minimumFrequency", "50"), ("maximumFrequency", "16000")]),
    ]

    func recording() throws -> ReferenceRecording { try ReferenceRecording(SharedData.golden("audio/\(name).wav")) }

    func golden(_ array: String) throws -> ReferenceArray {
        try ReferenceArray(SharedData.golden("audio/\(name)/\(array).npy"))
    }
}
