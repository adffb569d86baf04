import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

/// Measurements of others, as they were published.
@Suite(.enabled(if: SharedData.isPresent)) struct TablesRealDataTests {
    private func rms(_ samples: [Float], removingMean: Bool = false) -> Double {
        let mean = removingMean ? samples.reduce(0) { $0 + Double($1) } / Double(samples.count) : 0
        return (samples.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(samples.count))
            .squareRoot()
    }

    @Test(arguments: [("12k_DE_IR007_0", 121_265, 0.2915), ("12k_DE_OR021at6_1", 121_991, 0.5614)])
    func `bearing records are one column in g`(name: String, rows: Int, expected: Double) throws {
        let path = SharedData.data("cwru/\(name).csv").path
        let source = try SignalOpener.open(path, options: SignalReadingOptions(rate: 12000))
        #expect(source.format == SignalFormat(sampleRate: 12000, channelNames: ["DE"], unit: .standardGravity))
        let samples = try readAll(source)[0]
        #expect(samples.count == rows && abs(rms(samples) - expected) < 1e-3)
        #expect(readingError(path)?.message.contains("--rate") == true)
    }

    @Test(arguments: [
        ("2004.02.12.10.42.39", [0.075, 0.093, 0.110, 0.056]), ("2004.02.19.05.02.39", [0.672, 0.191, 0.176, 0.125]),
    ])
    func `snapshots are four columns at 20 kHz`(name: String, expected: [Double]) throws {
        let source = try SignalOpener.open(SharedData.data("ims-bearing/raw/\(name)").path)
        #expect(source.format == SignalFormat(sampleRate: 20000, channelCount: 4, unit: .standardGravity))
        let channels = try readAll(source)
        #expect(channels[0].count == 20480 && source.warnings.isEmpty)
        for (samples, level) in zip(channels, expected) {
            #expect(abs(rms(samples, removingMean: true) - level) < 1e-3)
        }
    }

    @Test func `accelerometer logs give their axes`() throws {
        let fan = try SignalOpener.open(
            SharedData.data("ceiling-fan/fan_0_low_0_weight.csv").path, options: SignalReadingOptions(rate: 200))
        #expect(fan.format == SignalFormat(sampleRate: 200, channelNames: ["x", "y", "z"], unit: .standardGravity))
        #expect(try readAll(fan)[2].count == 40000)
        let uci = try SignalOpener.open(
            SharedData.data("fan-accelerometer/accelerometer_first40s.csv").path,
            options: SignalReadingOptions(rate: 50, unit: .standardGravity))
        #expect(uci.format.channelNames == ["x", "y", "z"])
        #expect(try readAll(uci)[0].count == 102_000)
    }

    @Test func `sensor tables give their rate and their gaps`() throws {
        let skab = try SignalOpener.open(SharedData.data("skab/valve1/4.csv").path)
        #expect(skab.format.sampleRate == 1 && skab.format.channelCount == 8)
        #expect(try readAll(skab)[0].count == 1095)
        let bearings = try SignalOpener.open(SharedData.data("ims-bearing/merged_dataset_BearingTest_2.csv").path)
        #expect(abs(bearings.format.sampleRate - 1.0 / 600) < 1e-9)
        #expect(bearings.format.channelNames == ["Bearing 1", "Bearing 2", "Bearing 3", "Bearing 4"])
    }
}
