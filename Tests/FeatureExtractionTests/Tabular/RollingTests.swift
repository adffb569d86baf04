import Foundation
import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

@Suite struct RollingTests {
    /// Every statistic of a window, from its definition.
    private func slow(_ statistic: RollingStatistic, _ window: [Float]) -> Double {
        let values = window.map(Double.init)
        let n = Double(values.count)
        // Of distances from the first value, so that the reference itself loses no digits.
        let distances = values.map { $0 - values[0] }
        let mean = distances.reduce(0, +) / n
        func power(_ exponent: Int) -> Double {
            distances.reduce(0) { $0 + pow($1 - mean, Double(exponent)) }
        }
        let variance = power(2) / n
        let isConstant = Set(window).count == 1
        let sorted = values.sorted()
        switch statistic {
        case .mean: return values[0] + mean
        case .std: return n > 1 ? (power(2) / (n - 1)).squareRoot() : 0
        case .min: return sorted[0]
        case .max: return sorted[sorted.count - 1]
        case .range: return sorted[sorted.count - 1] - sorted[0]
        case .median: return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        case .sum: return values.reduce(0, +)
        case .skewness:
            guard n > 2, !isConstant else { return 0 }
            return (n * (n - 1)).squareRoot() / (n - 2) * (power(3) / n) / pow(variance, 1.5)
        case .kurtosis:
            guard n > 3, !isConstant else { return 0 }
            return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * power(4) / n / (variance * variance) - 3 * (n - 1))
        case .flatline: return Double(window.reversed().prefix { $0 == window[window.count - 1] }.count - 1)
        case .slope:
            guard n > 1 else { return 0 }
            let middle = (n - 1) / 2
            let products = distances.enumerated().reduce(0) { $0 + (Double($1.offset) - middle) * ($1.element - mean) }
            return products / values.indices.reduce(0) { $0 + pow(Double($1) - middle, 2) }
        }
    }

    @Test(arguments: RollingStatistic.allCases)
    func `Every statistic is that of its definition, through jumps, spikes and still stretches`(
        statistic: RollingStatistic
    ) throws {
        let input = Tables.lively(rows: 1200, columns: 2, seed: 3)
        var options = TabularOptions()
        options.windows = [2, 5, 30, 100]
        options.statistics = [statistic]
        var pipeline = try TabularPipeline(schema: Tables.schema(2), options: options)
        let output = try Tables.run(&pipeline, input, cutSeed: 1).frames
        for length in options.windows {
            let name = "current.\(statistic.rawValue)\(length)"
            let own = try #require(Tables.column(name, output, pipeline.schema))
            let values = try #require(Tables.column("current", output, pipeline.schema))
            for row in own.indices {
                let expected = slow(statistic, Array(values[max(0, row - length + 1)...row]))
                let tolerance = max(1e-6 * abs(expected), 1e-5)
                #expect(abs(Double(own[row]) - expected) <= tolerance, "\(name) of row \(row)")
            }
        }
    }

    @Test(.enabled(if: SharedData.isPresent))
    func `Rolling and exponentially weighted statistics are those of pandas`() throws {
        let json = try SharedData.json("tabular/rolling.json")
        let text = try String(contentsOf: SharedData.golden("tabular/data.csv"), encoding: .utf8)
        let values = text.split(separator: "\n").dropFirst().compactMap { Float($0.prefix { $0 != "," }) }
        var options = TabularOptions()
        options.windows = [7]
        options.statistics = [.mean, .std, .min, .max, .median]
        options.spans = [9]
        var pipeline = try TabularPipeline(schema: Tables.schema(1), options: options)
        let output = try Tables.run(&pipeline, Tables.frames(values)).frames
        for (name, key) in [
            ("mean7", "mean"), ("std7", "std_ddof1"), ("min7", "min"), ("max7", "max"), ("median7", "median"),
            ("ewm9", "ewm_mean_adjust_true"),
        ] {
            let own = try #require(Tables.column("pressure.\(name)", output, pipeline.schema))
            let expected = try #require(json[key] as? [Any])
            #expect(own.count == expected.count)
            var compared = 0
            for (value, reference) in zip(own, expected) {
                guard let reference = reference as? Double else { continue }
                #expect(abs(Double(value) - reference) < 2e-6 * max(1, abs(reference)))
                compared += 1
            }
            #expect(compared >= 494)
        }
    }

    @Test func `A million rows at a large offset drift nowhere`() throws {
        // Steps of 1/16 are exact in single precision at this offset, and the pattern repeats every 16 rows.
        let pattern = (0..<16).map { Float(1 << 19) + Float($0 * 7 % 16) / 16 }
        // The ring holds the pattern twice, so that rows need not be written.
        let ring = pattern + pattern
        var moments = RollingMoments(length: 16, hasHigherPowers: true)
        func results(_ row: Int) -> [Double] {
            [
                moments.mean, moments.standardDeviation, moments.sum, moments.skewness, moments.kurtosis,
                moments.slope(row: row),
            ]
        }
        var first: [Double] = []
        for row in 0..<1_000_000 {
            moments.take(row: row, from: ring.span)
            if row == 63 { first = results(row) }
        }
        #expect(results(999_999) == first)
        for (statistic, own) in zip([.mean, .std, .sum, .skewness, .kurtosis, .slope] as [RollingStatistic], first) {
            let expected = slow(statistic, pattern)
            #expect(abs(own - expected) <= 1e-12 * max(1, abs(expected)), "\(statistic)")
        }
    }

    @Test func `A spike leaves no trace once it has left the window`() throws {
        var values = (0..<400).map { Float($0 % 7) * 0.01 }
        values[100] = 1e8
        var options = TabularOptions()
        options.windows = [10]
        options.statistics = RollingStatistic.allCases
        var pipeline = try TabularPipeline(schema: Tables.schema(1), options: options)
        let output = try Tables.run(&pipeline, Tables.frames(values)).frames
        for statistic in options.statistics {
            let own = try #require(Tables.column("pressure.\(statistic.rawValue)10", output, pipeline.schema))
            let expected = slow(statistic, Array(values[101...110]))
            #expect(abs(Double(own[110]) - expected) <= 2e-6 * max(0.01, abs(expected)), "\(statistic)")
        }
    }

    @Test func `Equal values have exactly no deviation, skewness, kurtosis and slope`() throws {
        var values = Tables.lively(rows: 200, columns: 1, seed: 9).values
        values += Array(repeating: 0.1, count: 60) + Array(repeating: -3e30, count: 60)
        var options = TabularOptions()
        options.windows = [24]
        options.statistics = [.std, .skewness, .kurtosis, .slope, .range]
        var pipeline = try TabularPipeline(schema: Tables.schema(1), options: options)
        let output = try Tables.run(&pipeline, Tables.frames(values)).frames
        for row in [230, 259, 290, 319] {
            #expect(Array(output.values[row * 6 + 1..<row * 6 + 6]) == [0, 0, 0, 0, 0])
        }
    }
}
