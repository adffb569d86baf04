import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct EvaluationTests {
    private let items: [EvaluationItem] = {
        var generator = SeededGenerator(seed: 3)
        return (0..<200).map { index in
            let isAnomalous = index % 4 == 0
            let machine = index < 120 ? "fan" : "valve"
            return EvaluationItem(
                score: generator.uniform() + (isAnomalous ? 0.5 : 0) + (machine == "valve" ? 10 : 0),
                isAnomalous: isAnomalous, machine: machine, id: index % 8 < 4 ? "id_00" : "id_02",
                baselines: ["loudness": generator.uniform()])
        }
    }()

    @Test func `Groups, overall, mean and baselines`() throws {
        let evaluation = try Evaluation(items, threshold: 1, seed: 42)
        #expect(
            evaluation.groups.map { [$0.machine, $0.id] } == [
                ["fan", "id_00"], ["fan", "id_02"], ["valve", "id_00"], ["valve", "id_02"],
            ])
        #expect(evaluation.groups.reduce(0) { $0 + $1.normalCount } == 150 && evaluation.overall.anomalousCount == 50)
        let areas = evaluation.groups.compactMap(\.ranking.auc)
        #expect(evaluation.mean.rankedGroupCount == 4)
        #expect(abs((evaluation.mean.auc ?? 0) - areas.reduce(0, +) / 4) < 1e-15)
        // Scores of the two machines are not comparable, so all together do worse than each alone.
        #expect((evaluation.overall.ranking.auc ?? 1) < (evaluation.mean.auc ?? 0))
        #expect(evaluation.overall.baselines.map(\.name) == ["random", "loudness"])
        let random = try #require(evaluation.overall.baselines[0].ranking.auc)
        #expect(abs(random - 0.5) < 0.02)
        let chance = evaluation.overall.baselines[0].ranking
        #expect(try #require(chance.aucLower) < 0.48 && #require(chance.aucUpper) > 0.52)
        #expect(
            evaluation.overall.classification.truePositives + evaluation.overall.classification.falseNegatives == 50)
        #expect(try Evaluation(items, threshold: 1, seed: 42) == evaluation)
        #expect(try Evaluation(items, threshold: 1, seed: 43) != evaluation)
    }

    @Test func `It becomes JSON, also where measures are missing`() throws {
        let evaluation = try Evaluation(items.filter { !$0.isAnomalous }, threshold: 1, seed: 42)
        #expect(evaluation.mean.auc == nil && evaluation.mean.rankedGroupCount == 0)
        let json = String(decoding: try JSONEncoder().encode(evaluation), as: UTF8.self)
        #expect(json.contains("there are no anomalous items"))
    }

    @Test func `Items that cannot be evaluated are refused`() {
        func message(_ items: [EvaluationItem]) -> String {
            TestData.message { _ = try Evaluation(items, threshold: 1, seed: 1) }
        }
        let item = EvaluationItem(score: 1, isAnomalous: true)
        #expect(message([]).contains("no labelled recordings"))
        #expect(message([EvaluationItem(score: .infinity, isAnomalous: true)]).contains("not finite"))
        #expect(
            message([item, EvaluationItem(score: 1, isAnomalous: true, baselines: ["loudness": 1])]).contains(
                "lack a baseline"))
        #expect(message([EvaluationItem(score: 1, isAnomalous: true, baselines: ["random": 1])]).contains("taken"))
    }
}
