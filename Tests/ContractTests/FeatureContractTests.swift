import FeatureExtraction
import SignalCore
import TestSupport
import Testing

/// What holds for every feature in the registry; a new one is tested by being listed there.
@Suite("Every registered feature")
struct FeatureContractTests {
    static let names = FeatureRegistry.all.map { $0.name }
    static let rate = 16000.0
    /// Three seconds: noise, a tone, and clicks, so that no feature sees only one kind of signal.
    static let signal: [Float] = {
        var samples = Tone.noise(seed: 5, count: 48000).map { $0 * 0.1 }
        for (index, tone) in Tone.sine(440, amplitude: 0.3, rate: rate, count: 48000).enumerated() {
            samples[index] += tone
        }
        for index in stride(from: 100, to: 48000, by: 1777) { samples[index] += 0.5 }
        return samples
    }()

    @Test("names are unique and every feature says what it is")
    func naming() {
        #expect(Set(Self.names).count == Self.names.count)
        for feature in FeatureRegistry.all { #expect(!feature.summary.isEmpty, "\(feature.name)") }
    }

    @Test("columns are named once, without comma or blank, and frames have as many values", arguments: names)
    func columns(_ name: String) throws {
        var extractor = try make(name)
        let columns = extractor.schema.columns
        #expect(!columns.isEmpty)
        #expect(Set(columns.map(\.name)).count == columns.count)
        #expect(!columns.contains { $0.name.contains { ",; \t\"".contains($0) } })
        #expect(extractor.schema.feature == name)
        let frames = try run(&extractor, Self.signal, cuts: [48000])
        #expect(frames.columnCount == columns.count)
        #expect(!frames.isEmpty)
        #expect(frames.values.allSatisfy { $0.isFinite })
    }

    @Test("frames are the same to the bit however the signal is cut", arguments: names)
    func cuts(_ name: String) throws {
        var extractor = try make(name)
        let whole = try run(&extractor, Self.signal, cuts: [48000])
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<3 {
            extractor.reset()
            let cuts = (0..<40).map { _ in Int.random(in: 1...3000, using: &generator) }
            #expect(try run(&extractor, Self.signal, cuts: cuts) == whole)
        }
        extractor.reset()
        #expect(try run(&extractor, Array(Self.signal.prefix(20000)), cuts: [1]).count <= whole.count)
    }

    @Test("a feature that says it is causal does not look ahead", arguments: names)
    func causality(_ name: String) throws {
        var extractor = try make(name)
        guard extractor.schema.isCausal else { return }
        let whole = try run(&extractor, Self.signal, cuts: [48000])
        extractor.reset()
        var other = Array(Self.signal.prefix(40000))
        other += Tone.noise(seed: 99, count: 8000)
        let changed = try run(&extractor, other, cuts: [777])
        let end = 40000 / Self.rate - extractor.schema.frameSeconds - extractor.schema.hopSeconds
        let unaffected = whole.times.count { $0 < end }
        #expect(unaffected > 0)
        let width = whole.columnCount
        #expect(changed.values.prefix(unaffected * width) == whole.values.prefix(unaffected * width))
    }

    @Test("channels side by side equal each channel alone", arguments: names)
    func channels(_ name: String) throws {
        let second = Tone.noise(seed: 3, count: 48000)
        var single = try make(name)
        let first = try run(&single, Self.signal, cuts: [48000])
        single.reset()
        let other = try run(&single, second, cuts: [48000])
        var extractor: any FeatureExtractor = try FeatureRegistry.feature(named: name).make(
            format: SignalFormat(sampleRate: Self.rate, channelNames: ["x", "y"]), settings: [])
        var both = FeatureFrames(columnCount: extractor.schema.columns.count)
        for start in stride(from: 0, to: 48000, by: 5000) {
            let range = start..<min(start + 5000, 48000)
            let block = SignalBlock(
                startFrame: start, channelCount: 2, samples: Array(Self.signal[range] + second[range]))
            try extractor.consume(block, into: &both)
        }
        try extractor.finish(into: &both)
        #expect(both.times == first.times)
        #expect(extractor.schema.columns.first?.name.hasPrefix("x/") == true)
        for frame in 0..<first.count {
            let row = both.values[both.range(ofFrame: frame)]
            #expect(
                row.elementsEqual(first.values[first.range(ofFrame: frame)] + other.values[other.range(ofFrame: frame)])
            )
        }
    }

    @Test("silence, a constant and huge values give finite frames", arguments: names, [Float(0), 0.25, 1e12])
    func extremes(_ name: String, _ value: Float) throws {
        var extractor = try make(name)
        let frames = try run(&extractor, Array(repeating: value, count: 33000), cuts: [10000])
        #expect(frames.values.allSatisfy { $0.isFinite })
    }

    @Test("options survive being written by name, and an unknown one is answered with the known", arguments: names)
    func options(_ name: String) throws {
        let feature = try FeatureRegistry.feature(named: name)
        let values = try feature.optionValues()
        #expect(!values.names.isEmpty)
        let texts = values.entries.map { (name: $0.name, text: $0.value.description) }
        #expect(try feature.optionValues(settings: texts) == values)
        let error = #expect(throws: SignalError.self) {
            try feature.optionValues(settings: [(name: values.names[0] + "x", text: "1")])
        }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains(values.names[0]) == true)
    }

    private func make(_ name: String) throws -> any FeatureExtractor {
        try FeatureRegistry.feature(named: name).make(format: SignalFormat(sampleRate: Self.rate), settings: [])
    }

    private func run(_ extractor: inout any FeatureExtractor, _ samples: [Float], cuts: [Int]) throws -> FeatureFrames {
        var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
        var position = 0
        var turn = 0
        while position < samples.count {
            let length = min(cuts[turn % cuts.count], samples.count - position)
            try extractor.consume(
                SignalBlock(startFrame: position, samples: Array(samples[position..<position + length])), into: &frames)
            position += length
            turn += 1
        }
        try extractor.finish(into: &frames)
        return frames
    }
}
