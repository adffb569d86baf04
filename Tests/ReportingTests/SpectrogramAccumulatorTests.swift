import SignalCore
import TestSupport
import Testing

@testable import Reporting

@Suite("Gathering a spectrogram of a recording of any length")
struct SpectrogramAccumulatorTests {
    private static func schema(bands: Int, isCausal: Bool = true) -> FeatureSchema {
        FeatureSchema(
            feature: "log-mel",
            columns: (0..<bands).map {
                FeatureColumn("band.\($0)", unit: "dB", band: Double($0) * 100...Double($0 + 2) * 100)
            }, frameSeconds: 0.064, hopSeconds: 0.032, isCausal: isCausal)
    }

    private static func frames(_ count: Int, bands: Int, from start: Int = 0, level: (Int, Int) -> Float)
        -> FeatureFrames
    {
        var frames = FeatureFrames(columnCount: bands)
        for frame in start..<start + count {
            frames.append(time: Double(frame) * 0.032, row: (0..<bands).map { level(frame, $0) })
        }
        return frames
    }

    @Test("A short recording keeps every frame, drawn about its middle")
    func short() throws {
        var accumulator = try SpectrogramAccumulator(schema: Self.schema(bands: 3))
        accumulator.consume(Self.frames(10, bands: 3) { Float($0 * 10 + $1) })
        let spectrogram = try accumulator.spectrogram()
        let expected: [Float] = (0..<30).map { Float($0 / 3 * 10 + $0 % 3) }
        #expect(spectrogram.levels == expected)
        #expect(spectrogram.frequencies == [100, 200, 300])
        #expect(abs(spectrogram.startTime - 0.016) < 1e-12 && abs(spectrogram.endTime - 0.336) < 1e-12)
        #expect(spectrogram.columnSeconds == 0.032)
    }

    @Test("Centred frames are drawn about their time")
    func centred() throws {
        var accumulator = try SpectrogramAccumulator(schema: Self.schema(bands: 1, isCausal: false))
        accumulator.consume(Self.frames(2, bands: 1) { _, _ in 0 })
        #expect(abs(try accumulator.spectrogram().startTime + 0.016) < 1e-12)
    }

    @Test(
        "A long recording is joined as a direct computation joins it",
        arguments: [1, 63, 64, 65, 127, 128, 129, 1000, 5000], SpectrogramAccumulator.Reduction.allCases)
    func long(count: Int, reduction: SpectrogramAccumulator.Reduction) throws {
        // Small whole numbers, so that means of sums are exact.
        let level: (Int, Int) -> Float = { Float(($0 * 37 + $1 * 11) % 64) }
        var accumulator = try SpectrogramAccumulator(
            schema: Self.schema(bands: 2), maximumColumns: 64, reduction: reduction)
        accumulator.consume(Self.frames(count, bands: 2, level: level))
        let spectrogram = try accumulator.spectrogram()

        var size = 1
        while (count + size - 1) / size > 64 { size *= 2 }
        var expected: [Float] = []
        for start in stride(from: 0, to: count, by: size) {
            let members = start..<min(start + size, count)
            for band in 0..<2 {
                let values = members.map { level($0, band) }
                expected.append(
                    reduction == .maximum ? values.max() ?? 0 : values.reduce(0, +) / Float(values.count))
            }
        }
        #expect(spectrogram.columnCount == expected.count / 2)
        #expect(Closeness.largestDifference(spectrogram.levels, expected.map(Double.init)) < 1e-5)
        #expect(abs(spectrogram.columnSeconds - Double(size) * 0.032) < 1e-9)
        #expect(abs(spectrogram.endTime - spectrogram.startTime - Double(count) * 0.032) < 1e-9)
    }

    @Test("The result does not depend on how the frames are cut", arguments: SpectrogramAccumulator.Reduction.allCases)
    func cuts(reduction: SpectrogramAccumulator.Reduction) throws {
        var generator = SeededGenerator(seed: 7)
        let levels = (0..<3000).map { _ in Float(generator.uniform() * -90) }
        let level: (Int, Int) -> Float = { levels[$0 * 3 + $1] }
        var whole = try SpectrogramAccumulator(schema: Self.schema(bands: 3), maximumColumns: 50, reduction: reduction)
        whole.consume(Self.frames(1000, bands: 3, level: level))
        var cut = try SpectrogramAccumulator(schema: Self.schema(bands: 3), maximumColumns: 50, reduction: reduction)
        var start = 0
        while start < 1000 {
            let count = min(Int.random(in: 0...40, using: &generator), 1000 - start)
            cut.consume(Self.frames(count, bands: 3, from: start, level: level))
            start += count
        }
        #expect(try whole.spectrogram() == cut.spectrogram())
    }

    @Test("More bands than pixels are joined by their maximum")
    func manyBands() throws {
        var accumulator = try SpectrogramAccumulator(schema: Self.schema(bands: 2049))
        accumulator.consume(Self.frames(1, bands: 2049) { Float($1) })
        let spectrogram = try accumulator.spectrogram()
        #expect(spectrogram.frequencies.count == 683)
        #expect(spectrogram.levels == (0..<683).map { Float($0 * 3 + 2) })
        #expect(spectrogram.frequencies[1] == 500)
    }

    @Test("Features that are no bands over time, or have no frame, are refused with a sentence")
    func refusals() throws {
        var power = Self.schema(bands: 2)
        power.columns[0].unit = ""
        #expect(throws: SignalError.self) { try SpectrogramAccumulator(schema: power) }
        let single = FeatureSchema(feature: "welch", columns: Self.schema(bands: 2).columns)
        #expect(throws: SignalError.self) { try SpectrogramAccumulator(schema: single) }
        var unnamed = Self.schema(bands: 2)
        unnamed.columns[1].band = nil
        #expect(throws: SignalError.self) { try SpectrogramAccumulator(schema: unnamed) }
        var twoChannels = Self.schema(bands: 2)
        twoChannels.columns += twoChannels.columns
        let error = #expect(throws: SignalError.self) { try SpectrogramAccumulator(schema: twoChannels) }
        #expect(error?.message.contains("choose a channel") == true)
        let empty = try SpectrogramAccumulator(schema: Self.schema(bands: 2))
        #expect(throws: SignalError.self) { try empty.spectrogram() }
    }
}
