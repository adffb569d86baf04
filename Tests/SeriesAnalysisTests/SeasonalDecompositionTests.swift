import Foundation
import SignalCore
import TestSupport
import Testing

@testable import SeriesAnalysis

@Suite struct `Seasonal decomposition` {
    static func options(outer: Int, _ change: (inout SeasonalDecompositionOptions) -> Void = { _ in })
        -> SeasonalDecompositionOptions
    {
        var options = SeasonalDecompositionOptions()
        options.period = 12
        options.outerIterations = outer
        (options.seasonalJump, options.trendJump, options.lowPassJump) = (1, 1, 1)
        change(&options)
        return options
    }

    static func wave(_ count: Int, period: Int, slope: Double = 0.01) -> [Double] {
        (0..<count).map { 5 + slope * Double($0) + 2 * sin(2 * Double.pi * Double($0) / Double(period)) }
    }

    @Test func `it is that of statsmodels, with and without robustness weights`() throws {
        let plain = try SeasonalDecomposition(DecompositionReference.values, options: Self.options(outer: 0))
        #expect(Closeness.largestDifference(plain.trend, DecompositionReference.trend) < 1e-8)
        #expect(Closeness.largestDifference(plain.season, DecompositionReference.season) < 1e-8)
        let robust = try SeasonalDecomposition(DecompositionReference.values, options: Self.options(outer: 5))
        #expect(Closeness.largestDifference(robust.trend, DecompositionReference.robustTrend) < 1e-8)
        #expect(Closeness.largestDifference(robust.season, DecompositionReference.robustSeason) < 1e-8)
        #expect(Closeness.largestDifference(robust.weights, DecompositionReference.robustWeights) < 1e-8)
        #expect(robust.weights[17] == 0 && robust.weights[40] == 0)
    }

    @Test func `trend, season and remainder add up to the values`() throws {
        let parts = try SeasonalDecomposition(DecompositionReference.values, options: Self.options(outer: 2))
        for (row, value) in DecompositionReference.values.enumerated() {
            #expect(abs(parts.trend[row] + parts.season[row] + parts.remainder[row] - value) < 1e-12)
        }
    }

    @Test func `jumps change little`() throws {
        let values = Self.wave(2_000, period: 96)
        let every = try SeasonalDecomposition(values, options: Self.options(outer: 0) { $0.period = 96 })
        var options = Self.options(outer: 0) { $0.period = 96 }
        (options.seasonalJump, options.trendJump, options.lowPassJump) = (0, 0, 0)
        let some = try SeasonalDecomposition(values, options: options)
        #expect(Closeness.largestDifference(some.trend, every.trend) < 0.02)
        #expect(Closeness.largestDifference(some.season, every.season) < 0.02)
    }

    @Test func `missing values do not move the rest, and are no remainder`() throws {
        var values = Self.wave(240, period: 12)
        let whole = try SeasonalDecomposition(values, options: Self.options(outer: 1))
        for row in [30, 31, 32, 100, 239] { values[row] = .nan }
        let parts = try SeasonalDecomposition(values, options: Self.options(outer: 1))
        #expect(Closeness.largestDifference(parts.season, whole.season) < 0.05)
        #expect(Closeness.largestDifference(parts.trend, whole.trend) < 0.05)
        #expect(parts.remainder.indices.filter { parts.remainder[$0].isNaN } == [30, 31, 32, 100, 239])
        #expect(parts.weights[100] == 0 && parts.weights[101] > 0)
    }

    @Test func `a pure season and a pure trend are told apart`() throws {
        let parts = try SeasonalDecomposition(Self.wave(480, period: 12), options: Self.options(outer: 0))
        #expect(parts.seasonStrength > 0.999 && parts.trendStrength > 0.999)
        let range = (parts.season.max() ?? 0) - (parts.season.min() ?? 0)
        #expect(abs(range - 4) < 0.1)
    }

    @Test func `a season is found, and none where there is none`() {
        #expect(SeasonalPeriod.find(Self.wave(600, period: 24)) == 24)
        // Longer than what the search looks at: found to a few rows.
        let found = SeasonalPeriod.find(Self.wave(20_160, period: 1_440, slope: 0)) ?? 0
        #expect(abs(found - 1_440) <= 5)
        var generator = SeededGenerator(seed: 1)
        let noise = (0..<2_000).map { _ in generator.uniform() }
        #expect(SeasonalPeriod.find(noise) == nil)
        #expect(SeasonalPeriod.find((0..<500).map(Double.init)) == nil)
        #expect(SeasonalPeriod.find([]) == nil && SeasonalPeriod.find([1, 1, 1]) == nil)
    }

    @Test func `what cannot be taken apart is refused with a sentence`() {
        let changes: [(inout SeasonalDecompositionOptions) -> Void] = [
            { $0.period = 1 }, { $0.seasonalLength = 4 }, { $0.trendLength = 11 }, { $0.trendLength = 14 },
            { $0.lowPassLength = 12 }, { $0.innerIterations = 0 }, { $0.outerIterations = -1 }, { $0.trendJump = -1 },
        ]
        for change in changes {
            let error = #expect(throws: SignalError.self) {
                try SeasonalDecomposition(Self.wave(60, period: 12), options: Self.options(outer: 0, change))
            }
            #expect(error?.code == .invalidOption)
        }
        for values in [Self.wave(23, period: 12), Array(repeating: Double.nan, count: 60)] {
            let error = #expect(throws: SignalError.self) {
                try SeasonalDecomposition(values, options: Self.options(outer: 0))
            }
            #expect(error?.code == .insufficientData)
        }
    }
}
