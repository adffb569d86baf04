import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct MetricsTests {
    private typealias Items = [(score: Double, isAnomalous: Bool)]

    private struct Reference {
        let json: [String: Any]
        let items: [(score: Double, isAnomalous: Bool)]

        init() throws {
            json = try SharedData.json("tabular/metrics.json")
            let scores = try #require(json["score"] as? [Double])
            let labels = try #require(json["y_true"] as? [Int])
            items = zip(scores, labels).map { (score: $0, isAnomalous: $1 == 1) }
        }

        func number(_ key: String) throws -> Double { try #require(json[key] as? Double) }

        func curve(_ name: String, _ key: String) throws -> [Double] {
            let curve = try #require(json[name] as? [String: Any])
            let values = try #require(curve[key] as? [Any])
            return values.compactMap { $0 as? Double }
        }
    }

    @Test(.enabled(if: SharedData.isPresent)) func `Areas and average precision are scikit-learn's, with ties`() throws
    {
        let reference = try Reference()
        let ranking = try ScoreRanking(reference.items)
        let auc = try #require(ranking.areaUnderCurve)
        let partial = try #require(ranking.partialArea(upTo: 0.1))
        let precision = try #require(ranking.averagePrecision)
        #expect(abs(auc - (try reference.number("roc_auc"))) < 1e-14)
        #expect(abs(partial - (try reference.number("partial_auc_fpr_0_1"))) < 1e-14)
        #expect(abs(precision - (try reference.number("average_precision"))) < 1e-14)
    }

    @Test(.enabled(if: SharedData.isPresent)) func `Curves are scikit-learn's`() throws {
        let reference = try Reference()
        let ranking = try ScoreRanking(reference.items)
        let operating = try #require(ranking.operatingPoints)
        #expect(
            Closeness.largestDifference(operating.map(\.falsePositiveRate), try reference.curve("roc", "fpr")) < 1e-15)
        #expect(
            Closeness.largestDifference(operating.map(\.truePositiveRate), try reference.curve("roc", "tpr")) < 1e-15)
        #expect(operating.compactMap(\.threshold) == (try reference.curve("roc", "thresholds")))
        let precision = try #require(ranking.precisionPoints)
        #expect(Closeness.largestDifference(precision.map(\.precision), try reference.curve("pr", "precision")) < 1e-15)
        #expect(Closeness.largestDifference(precision.map(\.recall), try reference.curve("pr", "recall")) < 1e-15)
        #expect(precision.compactMap(\.threshold) == (try reference.curve("pr", "thresholds")))
    }

    @Test(.enabled(if: SharedData.isPresent)) func `Decisions at a threshold are scikit-learn's`() throws {
        let reference = try Reference()
        // The reference finds scores equal to its threshold, we only those above.
        let metrics = ClassificationMetrics(reference.items, threshold: (try reference.number("threshold")).nextDown)
        let confusion = try #require(reference.json["confusion_matrix_rows_true"] as? [[Int]])
        #expect(
            [[metrics.trueNegatives, metrics.falsePositives], [metrics.falseNegatives, metrics.truePositives]]
                == confusion)
        #expect(abs(metrics.precision - (try reference.number("precision"))) < 1e-15)
        #expect(abs(metrics.recall - (try reference.number("recall"))) < 1e-15)
        #expect(abs(metrics.f1 - (try reference.number("f1"))) < 1e-15)
        #expect(metrics.undefined.isEmpty)
        #expect(abs(metrics.falseAlarmRate - 15.0 / 58) < 1e-15 && abs(metrics.missedAlarmRate - 6.0 / 22) < 1e-15)
    }

    @Test(arguments: 1...20) func `The area is the share of pairs in order`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let items: Items = (0..<40).map { _ in
            (score: (generator.uniform() * 8).rounded(), isAnomalous: generator.uniform() < 0.4)
        }
        var wins = 0.0
        var pairs = 0.0
        for anomalous in items where anomalous.isAnomalous {
            for normal in items where !normal.isAnomalous {
                pairs += 1
                wins += anomalous.score > normal.score ? 1 : anomalous.score == normal.score ? 0.5 : 0
            }
        }
        let ranking = try ScoreRanking(items)
        let area = try #require(ranking.areaUnderCurve)
        let whole = try #require(ranking.partialArea(upTo: 1))
        #expect(abs(area - wins / pairs) < 1e-12 && abs(whole - area) < 1e-12)
    }

    @Test func `Separation, reversal and equal scores`() throws {
        func ranking(_ normal: [Double], _ anomalous: [Double]) throws -> ScoreRanking {
            try ScoreRanking(
                normal.map { (score: $0, isAnomalous: false) } + anomalous.map { (score: $0, isAnomalous: true) })
        }
        let apart = try ranking([1, 2, 3], [4, 5])
        #expect(apart.areaUnderCurve == 1 && apart.partialArea() == 1 && apart.averagePrecision == 1)
        #expect(apart.areaInterval(seed: 1) == 1...1)
        #expect(try ranking([4, 5], [1, 2]).areaUnderCurve == 0)
        let equal = try ranking([1, 1, 1], [1])
        #expect(equal.areaUnderCurve == 0.5 && equal.averagePrecision == 0.25)
        #expect(abs((equal.partialArea() ?? 0) - 0.5) < 1e-15)
    }

    @Test(arguments: [true, false]) func `One class only gives a reason, not a number`(isAnomalous: Bool) throws {
        let ranking = try ScoreRanking([(score: 1, isAnomalous: isAnomalous), (score: 2, isAnomalous: isAnomalous)])
        let metrics = RankingMetrics(ranking, seed: 1)
        #expect(metrics.auc == nil && metrics.partialAuc == nil && metrics.averagePrecision == nil)
        #expect(metrics.aucLower == nil && metrics.reason?.contains("nothing can be told apart") == true)
        #expect(try ScoreRanking([]).reasonForNoArea == "there are no items")
        #expect(throws: SignalError.self) { try ScoreRanking([(score: .nan, isAnomalous: false)]) }
    }

    @Test func `Undefined decisions are zero and said to be`() {
        let nothing = ClassificationMetrics([(score: 1.0, isAnomalous: false)], threshold: 2)
        #expect(nothing.precision == 0 && nothing.recall == 0 && nothing.f1 == 0)
        #expect(nothing.undefined.count == 4 && nothing.falseAlarmRate == 0)
        #expect(ClassificationMetrics([(score: 1.0, isAnomalous: true)], threshold: 1).falseNegatives == 1)
    }

    @Test func `The bootstrap interval is seeded, holds the area and covers the truth as often as it says`() throws {
        var generator = SeededGenerator(seed: 5)
        func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() } }
        var covered = 0
        let rounds = 60
        for _ in 0..<rounds {
            let items: Items = (0..<60).map { (score: normal() + ($0 < 25 ? 1 : 0), isAnomalous: $0 < 25) }
            let ranking = try ScoreRanking(items)
            let interval = try #require(ranking.areaInterval(seed: 1, resamples: 200))
            #expect(ranking.areaInterval(seed: 1, resamples: 200) == interval)
            // Two normal distributions one deviation apart: the area is the normal distribution at 1/sqrt(2).
            if interval.contains(0.7602499) { covered += 1 }
        }
        #expect(Double(covered) / Double(rounds) > 0.85 && covered < rounds)
    }
}
