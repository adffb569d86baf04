import Foundation
import SignalCore
import Testing

@testable import Learning

@Suite struct SeriesEvaluationTests {
    private func series(_ name: String, seed: UInt64, rows: Int = 900) -> LabelledSeries {
        var generator = SeededGenerator(seed: seed)
        let labels = (0..<rows).map { $0 % 300 >= 240 && $0 % 300 < 280 }
        return LabelledSeries(
            name: name, times: (0..<rows).map { Double($0) * 10 },
            scores: labels.map { Float(generator.uniform() + ($0 ? 0.6 : 0)) }, labels: labels,
            baselines: [
                "constant": labels.map { _ in 1 }, "loudness": labels.map { _ in Float(generator.uniform()) },
            ])
    }

    @Test func `Everything in one value, each series and all together`() throws {
        let evaluation = try SeriesEvaluation(
            [series("a", seed: 1), series("b", seed: 2, rows: 600)], threshold: 1, bufferLength: 20, seed: 42)
        let all = evaluation.overall
        #expect(all.rowCount == 1500 && all.anomalousRowCount == 200 && all.name == nil)
        #expect(evaluation.series.map(\.name) == ["a", "b"])
        let (first, second) = (evaluation.series[0], evaluation.series[1])
        #expect(
            all.classification == ClassificationMetrics(summing: [first.classification, second.classification]))
        #expect(all.events.counts == EventCounts(summing: [first.events.counts, second.events.counts]))
        #expect(all.events.counts.foundCount == 5 && all.classification.falseAlarmRate == 0)
        #expect(all.events.falseAlarmsPerHour == 0 && (all.events.meanDelay ?? -1) >= 0)
        let auc = try #require(all.ranking.auc)
        // Two uniform distributions 0.6 apart: 1 - 0.4^2 / 2.
        #expect(abs(auc - 0.92) < 0.03)
        #expect(try #require(all.ranking.aucLower) < auc && #require(all.ranking.aucUpper) > auc)
        let f1 = try #require(all.intervals.f1)
        #expect(f1[0] < all.classification.f1 && all.classification.f1 < f1[1])
        #expect(all.nab.map(\.profile.name) == ["standard", "reward_low_FP_rate", "reward_low_FN_rate"])
        #expect(all.nab.allSatisfy { $0.foundWindowCount == 5 && $0.score > 80 })
        #expect(all.pointAdjustment.adjusted.recall == 1 && all.pointAdjustment.randomF1 > 0)

        #expect(all.baselines.map(\.name) == ["random", "constant", "loudness"])
        #expect(all.baselines[1].ranking.auc == 0.5)
        let random = all.baselines[0]
        #expect(abs(try #require(random.ranking.auc) - 0.5) < 0.02)
        #expect(try #require(random.vusPr) < #require(all.volume.vusPr))
        #expect(abs(try #require(evaluation.mean.auc) - (first.ranking.auc! + second.ranking.auc!) / 2) < 1e-15)
        #expect(evaluation.mean.baselineAuc["constant"] == 0.5)

        let roc = try #require(evaluation.rocCurve)
        #expect(roc.count == 200 && roc.first?.truePositiveRate == 0 && roc.last?.falsePositiveRate == 1)
        #expect(evaluation.prCurve?.last?.recall == 0)
        let again = try SeriesEvaluation(
            [series("a", seed: 1), series("b", seed: 2, rows: 600)], threshold: 1, bufferLength: 20, seed: 42)
        #expect(again == evaluation)
    }

    @Test func `Alarms of a policy replace the threshold`() throws {
        var one = series("a", seed: 1)
        one.alarms = one.labels
        let evaluation = try SeriesEvaluation([one], threshold: 100, bufferLength: 5, seed: 1)
        #expect(evaluation.overall.classification.f1 == 1 && evaluation.overall.events.counts.f1 == 1)
        #expect(evaluation.series[0].name == "a" && evaluation.series[0].volume == evaluation.overall.volume)
    }

    @Test(arguments: [true, false]) func `One class only becomes JSON with reasons`(label: Bool) throws {
        var one = series("a", seed: 1, rows: 200)
        one.labels = one.labels.map { _ in label }
        let evaluation = try SeriesEvaluation([one], threshold: 0.5, bufferLength: 5, seed: 1)
        #expect(evaluation.overall.ranking.auc == nil && evaluation.mean.rankedGroupCount == 0)
        #expect(evaluation.overall.nab.isEmpty == !label && evaluation.rocCurve == nil)
        let json = String(decoding: try JSONEncoder().encode(evaluation), as: UTF8.self)
        #expect(json.contains(label ? "no row is normal" : "no row is anomalous"))
    }

    @Test func `Series that cannot be evaluated are refused by name`() throws {
        func message(_ change: (inout LabelledSeries) -> Void) -> String {
            var one = series("pump 3", seed: 1, rows: 20)
            change(&one)
            return TestData.message { _ = try SeriesEvaluation([one], threshold: 1, seed: 1) }
        }
        #expect(message { $0.scores[3] = .nan }.contains("series 'pump 3': a score is not finite"))
        #expect(message { $0.times[3] = 0 }.contains("sort the rows by time"))
        #expect(message { $0.labels.removeLast() }.contains("one entry for every row"))
        #expect(message { $0.baselines["constant"] = [] }.contains("one entry for every row"))
        #expect(message { $0.alarms = [true] }.contains("one entry for every row"))
        #expect(message { $0.baselines["random"] = $0.scores }.contains("taken"))
        #expect(message { $0 = LabelledSeries(name: "", times: [], scores: [], labels: []) }.contains("no rows"))
        #expect(TestData.message { _ = try SeriesEvaluation([], threshold: 1, seed: 1) }.contains("no labelled series"))
        var other = series("b", seed: 2)
        other.baselines = [:]
        #expect(
            TestData.message {
                _ = try SeriesEvaluation([series("a", seed: 1), other], threshold: 1, seed: 1)
            }.contains("lack a baseline"))
        // A single row can be judged, if not by much.
        let single = LabelledSeries(name: "", times: [0], scores: [2], labels: [true])
        #expect(try SeriesEvaluation([single], threshold: 1, seed: 1).overall.events.counts.foundCount == 1)
    }
}
