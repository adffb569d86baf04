import SignalCore
import TestSupport

@testable import FeatureExtraction

/// Runs extractors in tests.
enum Extraction {
    /// The frames of a mono signal given as one block.
    static func frames<Analysis: ChannelAnalysis>(
        _ type: Analysis.Type, _ samples: [Float], rate: Double, unit: SignalUnit = .fullScale,
        options: Analysis.Options = Analysis.Options()
    ) throws -> (schema: FeatureSchema, frames: FeatureFrames) {
        var extractor = try PerChannel<Analysis>(
            format: SignalFormat(sampleRate: rate, channelCount: 1, unit: unit), options: options)
        var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
        try extractor.consume(SignalBlock(startFrame: 0, samples: samples), into: &frames)
        try extractor.finish(into: &frames)
        return (extractor.schema, frames)
    }

    /// The frames of a signal cut in random places, from an extractor that has seen another signal before.
    static func framesOfRandomCuts<Analysis: ChannelAnalysis>(
        _ type: Analysis.Type, _ samples: [Float], rate: Double, unit: SignalUnit = .fullScale,
        options: Analysis.Options = Analysis.Options(), seed: UInt64
    ) throws -> FeatureFrames {
        var generator = SeededGenerator(seed: seed)
        var extractor = try PerChannel<Analysis>(
            format: SignalFormat(sampleRate: rate, channelCount: 1, unit: unit), options: options)
        var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
        let other = Tone.noise(seed: seed, count: samples.count / 2)
        try extractor.consume(SignalBlock(startFrame: 0, samples: other), into: &frames)
        extractor.reset()
        frames.removeAll()
        var start = 0
        while start < samples.count {
            let longest = generator.uniform() < 0.5 ? 50 : 3000
            let end = min(samples.count, start + Int.random(in: 0...longest, using: &generator))
            try extractor.consume(SignalBlock(startFrame: start, samples: Array(samples[start..<end])), into: &frames)
            start = end
        }
        try extractor.finish(into: &frames)
        return frames
    }
}

extension FeatureFrames {
    /// The values of one column.
    func column(_ column: Int) -> [Float] { (0..<count).map { values[$0 * columnCount + column] } }
}

extension FeatureSchema {
    /// The number of a column.
    func index(_ name: String) -> Int? { columns.firstIndex { $0.name == name || $0.name.hasPrefix(name + "@") } }
}
