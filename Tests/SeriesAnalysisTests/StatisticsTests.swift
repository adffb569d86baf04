import Foundation
import SignalCore
import TestSupport
import Testing

@testable import SeriesAnalysis

/// Reference values of SciPy 1.17.1, on ``DecompositionReference/values`` and `((53 i) mod 17) / 4 + i / 10`.
@Suite struct `Statistics of columns` {
    static let values = DecompositionReference.values
    static let other: [Double] = (0..<60).map { (row: Int) -> Double in Double(row * 53 % 17) / 4 + Double(row) / 10 }

    @Test func `moments, the normality test and quantiles are SciPy's and NumPy's`() throws {
        let distribution = try #require(Distribution(Self.values + [.nan]))
        #expect(distribution.count == 60 && distribution.missingCount == 1)
        #expect(abs(distribution.skewness - 0.43393812635191814) < 1e-12)
        #expect(abs(distribution.kurtosis - 0.8077441740557654) < 1e-12)
        #expect(abs(distribution.jarqueBera - 2.825032907314755) < 1e-12)
        #expect(abs(distribution.normalityPValue - 0.24352968027103555) < 1e-12)
        let simple = try #require(Distribution([4, 1, 3, 2]))
        #expect(simple.mean == 2.5 && simple.quantiles[3] == 2.5 && simple.quantiles[2] == 1.75)
        #expect(simple.minimum == 1 && simple.maximum == 4)
        #expect(abs(simple.standardDeviation - (5.0 / 3).squareRoot()) < 1e-15)
    }

    @Test func `a histogram holds every value once, its bins by the rule`() throws {
        let values = (0..<1_000).map { Double($0) }
        let histogram = try #require(Distribution(values)?.histogram)
        // The interquartile range is 499.5, so a bin is 99.9 wide: ten of them.
        #expect(histogram.counts.count == 10 && abs(histogram.width - 99.9) < 1e-9)
        #expect(histogram.counts.reduce(0, +) == 1_000)
        let equal = try #require(Distribution([7, 7, 7]))
        #expect(equal.histogram.counts == [3] && equal.skewness == 0 && equal.standardDeviation == 0)
        let heavy = try #require(Distribution(Array(repeating: 0, count: 99) + [1e9]))
        #expect(heavy.histogram.counts.reduce(0, +) == 100)
        #expect(Distribution([.nan]) == nil && Distribution([]) == nil)
    }

    @Test func `the slope and its interval are those of Theil and Sen`() throws {
        let trend = try #require(RobustTrend(Self.values, times: (0..<60).map(Double.init)))
        #expect(abs(trend.slope - 0.0375) < 1e-12)
        #expect(abs(trend.lower + 0.0061875) < 1e-12 && abs(trend.upper - 0.0622857142857143) < 1e-12)
        #expect(abs(trend.tau - 0.15828) < 1e-3 && trend.direction == "steady")
    }

    @Test func `the test of Mann and Kendall by hand`() throws {
        // S of 1, 3, 2, 5, 4, 6: 13 pairs up, 2 down.
        let trend = try #require(RobustTrend([1, 3, 2, 5, 4, 6], times: [0, 1, 2, 3, 4, 5]))
        #expect(abs(trend.tau - 11.0 / 15) < 1e-15)
        let variance = 6.0 * 5 * 17 / 18
        #expect(abs(trend.pValue - erfc(10 / variance.squareRoot() / 2.0.squareRoot())) < 1e-14)
        let tied = try #require(RobustTrend([1, 1, 1, 1], times: [0, 1, 2, 3]))
        #expect(tied.slope == 0 && tied.pValue == 1 && tied.direction == "steady")
    }

    @Test func `a trend is found among outliers and gaps, of any length`() throws {
        var values = (0..<5_000).map { 3 + 0.002 * Double($0) + sin(Double($0)) * 0.1 }
        for row in stride(from: 7, to: 5_000, by: 50) { values[row] = row % 100 == 7 ? .nan : 40 }
        let trend = try #require(RobustTrend(values, times: values.indices.map { Double($0) / 10 }))
        #expect(trend.lower < 0.02 && trend.upper > 0.02 && abs(trend.slope - 0.02) < 0.001)
        #expect(trend.direction == "rising" && trend.count == 4_950)
        #expect(RobustTrend([1, 2], times: [0, 1]) == nil)
        #expect(RobustTrend([1, 2, 3], times: [0, 0, 0]) == nil)
    }

    @Test func `correlations are SciPy's, and missing values are left out by pairs`() throws {
        var values: [[Double]] = [Self.values, Self.other, Array(repeating: 1.0, count: 60)]
        let map = try CorrelationMap(columns: ["a", "b", "c"], values: values, longestLag: 5, jobs: 2)
        #expect(abs(try #require(map.pairs[0].pearson) - 0.13985107641747707) < 1e-12)
        #expect(abs(try #require(map.pairs[0].spearman) - 0.17258051077822903) < 1e-12)
        #expect(map.pairs[1].pearson == nil && map.pairs[1].lag == nil)
        values[0][3] = .nan
        values[1][3] = 1e9
        values[1][5] = .nan
        let gaps = try CorrelationMap(columns: ["a", "b", "c"], values: values, longestLag: 5, jobs: 1)
        let rows = (0..<60).filter { $0 != 3 && $0 != 5 }
        let expected = CorrelationMap.pearson(rows.map { Self.values[$0] }, rows.map { Self.other[$0] })
        #expect(gaps.pairs[0].pearson == expected && gaps.pairs[0].count == 58)
        #expect(CorrelationMap.ranks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2])
    }

    @Test func `the lag says which column follows`() throws {
        var generator = SeededGenerator(seed: 5)
        let noise = (0..<400).map { _ in generator.uniform() }
        let late = (0..<400).map { $0 < 7 ? 0.5 : -noise[$0 - 7] }
        let map = try CorrelationMap(columns: ["first", "late"], values: [noise, late], longestLag: 20, jobs: 1)
        #expect(map.pairs[0].lag == 7 && (map.pairs[0].lagCorrelation ?? 0) < -0.9)
        let turned = try CorrelationMap(columns: ["late", "first"], values: [late, noise], longestLag: 20, jobs: 1)
        #expect(turned.pairs[0].lag == -7)
    }

    @Test func `rolling statistics are those of their windows`() {
        let values = [1, 2, 3, .nan, 5, 6, 7, 8, 9, 10]
        let rolling = RollingStatistics(values, window: 3, points: 4)
        #expect(rolling.rows.last == 9 && rolling.rows.count >= 4)
        for (number, row) in rolling.rows.enumerated() {
            let part = values[row - 2...row].filter(\.isFinite)
            #expect(rolling.counts[number] == part.count)
            #expect(rolling.minimum[number] == part.min() && rolling.maximum[number] == part.max())
            #expect(rolling.mean[number] == part.reduce(0, +) / Double(part.count))
        }
        let empty = RollingStatistics([.nan, .nan], window: 2, points: 5)
        #expect(empty.mean == [nil] && empty.minimum == [nil])
        #expect(RollingStatistics([], window: 3, points: 3).rows.isEmpty)
    }

    @Test func `the anomalies of a column are counted in rows, episodes and severities`() throws {
        let readings = (0..<2_000).map { row in
            let isAnomalous = (100..<110).contains(row) || row >= 1_500 && row % 10 == 0
            return AnomalyReading(
                time: Double(row) * 86.4, isAnomalous: isAnomalous,
                severity: isAnomalous ? (row < 110 ? "high" : "low") : "none", column: row < 105 ? "power" : "current")
        }
        let histories = AnomalyHistory.summing(readings)
        #expect(histories.map(\.column) == ["current", "power"])
        #expect(histories[0].rowCount == 55 && histories[0].episodeCount == 51 && histories[0].highCount == 5)
        #expect(histories[1].rowCount == 5 && histories[1].episodeCount == 1 && histories[1].lowCount == 0)
        #expect(abs(histories[0].episodesPerDay - 51 / (1_999 * 86.4 / 86_400)) < 1e-12)
        #expect(histories[0].perPart.reduce(0, +) == 55 && histories[0].trend?.direction != "falling")
        #expect(AnomalyHistory.summing([]).isEmpty)
    }

    @Test func `a history does not depend on the number of threads, and can be encoded`() throws {
        let columns = ["a", "b"].map { FeatureColumn($0) }
        let values = [Self.values, Self.other]
        let times = (0..<60).map { Double($0) * 3_600 }
        var options = HistoryOptions()
        options.period = 12
        let one = try SeriesHistory(
            columns: columns, values: values, times: times, rowSeconds: 3_600, options: options, jobs: 1)
        let two = try SeriesHistory(
            columns: columns, values: values, times: times, rowSeconds: 3_600, options: options, jobs: 2)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(try encoder.encode(one) == encoder.encode(two))
        #expect(one.columns[0].period == 12 && one.columns[0].decomposition != nil)
        let error = #expect(throws: SignalError.self) {
            try SeriesHistory(columns: columns, values: [[1], [2]], times: [0], rowSeconds: 1)
        }
        #expect(error?.message == "has 1 row; a history needs at least 3")
    }
}
