import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct CompositeDetectorTests {
    private func twoStage(
        _ data: TrainingData, _ settings: [(name: String, text: String)] = [],
        context: FittingContext = FittingContext()
    ) throws -> TwoStageDetector {
        try TwoStageDetector.fit(
            data, options: TwoStageOptions().setting([("screen", "pca")] + settings), context: context)
    }

    private func ensemble(
        _ data: TrainingData, _ settings: [(name: String, text: String)] = [],
        context: FittingContext = FittingContext()
    ) throws -> EnsembleDetector {
        try EnsembleDetector.fit(
            data, options: EnsembleOptions().setting([("members", "pca+mahalanobis+gaussian-mixture")] + settings),
            context: context)
    }

    /// Normal frames, and such with a fault in one column.
    private let frames: FeatureFrames = {
        var frames = TestData.correlated(seed: 2, clips: 10).frames
        let odd = TestData.correlated(seed: 3, clips: 3).frames
        var values = odd.values
        for frame in 0..<odd.count { values[frame * 8 + frame % 8] += Float(frame % 8 + 1) * 3 }
        frames.append(contentsOf: FeatureFrames(columnCount: 8, times: odd.times, values: values))
        return frames
    }()

    @Test func `Only suspects have the careful model's score, and every one of them is above all others`() throws {
        let detector = try twoStage(TestData.correlated(seed: 1), [("screenQuantile", "0.7")])
        let scores = try detector.scores(frames)
        let screen = try detector.screen.detector.scores(frames)
        let careful = try detector.careful.detector.scores(frames)
        let suspects = screen.indices.filter { Double(screen[$0]) >= detector.calibration.limit }
        let others = screen.indices.filter { Double(screen[$0]) < detector.calibration.limit }
        #expect(suspects.count > 50 && others.count > 50)
        let highest = try #require(others.map { scores[$0] }.max())
        let lowest = try #require(suspects.map { scores[$0] }.min())
        #expect(highest < lowest)
        func isMonotone(_ windows: [Int], _ by: [Float]) -> Bool {
            let sorted = windows.sorted { by[$0] < by[$1] }
            return zip(sorted, sorted.dropFirst()).allSatisfy { by[$0] == by[$1] || scores[$0] < scores[$1] }
        }
        #expect(isMonotone(suspects, careful))
        #expect(isMonotone(others, screen))
        let share = try #require(try detector.savedShare(frames))
        #expect(abs(share - Double(others.count) / Double(frames.count)) < 1e-12)
        #expect(abs(detector.usualSavedShare - 0.7) < 0.02)
        #expect(try detector.savedShare(FeatureFrames(columnCount: 8)) == nil)
    }

    @Test func `Members of different length look at the same last frame`() throws {
        let data = TestData.correlated(seed: 4)
        let detector = try twoStage(data, [("screen.contextFrames", "2"), ("careful.contextFrames", "5")])
        #expect(detector.contextLength == 5)
        let scores = try detector.scores(frames)
        #expect(scores.count == frames.count - 4)
        let screen = try detector.screen.detector.scores(frames).dropFirst(3)
        let careful = try detector.careful.detector.scores(frames)
        for (window, (quick, slow)) in zip(screen, careful).enumerated() {
            if Double(quick) < detector.calibration.limit {
                #expect(scores[window] == min(Float(detector.calibration.ranks.rank(of: quick)), 1))
            } else {
                let z = detector.calibration.scale.standardized(slow)
                #expect(scores[window] == max(Float(1 + (z >= 0 ? 1 + z : 1 / (1 - z))), Float(1).nextUp))
            }
        }
        // The other way about, with blame.
        let reversed = try twoStage(data, [("screen.contextFrames", "5"), ("screenQuantile", "0.5")])
        #expect(reversed.contextLength == 5)
        let blame = try reversed.contributions(frames)
        let carefulBlame = try reversed.careful.detector.contributions(frames)
        let suspects = try reversed.screen.detector.scores(frames).map { Double($0) >= reversed.calibration.limit }
        #expect(suspects.contains(true) && suspects.contains(false))
        for (window, isSuspect) in suspects.enumerated() where isSuspect {
            #expect(blame[window * 8..<window * 8 + 8] == carefulBlame[(window + 4) * 8..<(window + 5) * 8])
        }
    }

    @Test func `Options of members are set by their role, and survive the archive`() throws {
        let settings = [
            (name: "careful.components", text: "2"), (name: "careful.components", text: "3"),
            (name: "screen.statistic", text: "residual"), (name: "screen", text: "pca"),
        ]
        let detector = try twoStage(TestData.correlated(seed: 5), settings)
        #expect(detector.options.settings == "careful.components=3,screen.statistic=residual")
        #expect((detector.careful.detector as? GaussianMixtureDetector)?.components.count == 3)
        #expect((detector.screen.detector as? PrincipalComponentDetector)?.options.statistic == .residual)
        let archive = try detector.archived()
        #expect(archive.metadata["member.careful.option.components"] == "3")
        let back = try TwoStageDetector(archive: archive)
        #expect(back.options == detector.options && back.usualSavedShare == detector.usualSavedShare)
        #expect(try back.archived() == archive)
        #expect(try back.scores(frames) == detector.scores(frames))
    }

    @Test(arguments: [
        (settings: [("careful.components", "99")], expected: "careful: components takes 0 to 64"),
        (settings: [("careful.componnets", "9")], expected: "did you mean 'components'?"),
        (settings: [("careflu.components", "9")], expected: "did you mean 'careful'? Known: screen, careful"),
        (settings: [("careful", "two-stage")], expected: "two-stage is put together from other algorithms"),
        (settings: [("screen", "ensemble")], expected: "ensemble is put together from other algorithms"),
        (settings: [("screen", "pac")], expected: "did you mean 'pca'?"),
        (settings: [("settings", "nonsense")], expected: "settings takes assignments such as screen.NAME=VALUE"),
        (settings: [("careful.components", "1,2")], expected: "without commas"),
        (settings: [("screenQuantile", "1.5")], expected: "screenQuantile"),
        (settings: [("screnQuantile", "0.5")], expected: "did you mean 'screenQuantile'?"),
    ])
    func `Options that cannot be are refused with a sentence`(
        settings: [(String, String)], expected: String
    ) {
        let assignments = settings.map { (name: $0.0, text: $0.1) }
        let message = TestData.message { _ = try TwoStageOptions().setting(assignments) }
        #expect(message.contains(expected), "\(message)")
    }

    @Test func `An ensemble refuses one member, one twice, and another ensemble`() {
        func message(_ name: String, _ text: String) -> String {
            TestData.message { _ = try EnsembleOptions().setting([(name: name, text: text)]) }
        }
        #expect(message("members", "pca").contains("2 to 16 algorithms"))
        #expect(message("members", "pca+pca").contains("names pca twice"))
        #expect(message("members", "pca+ensemble").contains("cannot be a part"))
        #expect(message("isolation.trees", "3").contains("Known: pca, isolation-forest"))
        #expect(message("pca.trees", "3").contains("pca: unknown option 'trees'"))
    }

    @Test func `Options without parts refuse a name with a dot`() {
        let message = TestData.message { _ = try PrincipalComponentOptions().setting([(name: "a.b", text: "1")]) }
        #expect(message.contains("unknown option 'a.b'") && message.contains("components"))
    }

    @Test(arguments: ["rank", "standardized"])
    func `The score of an ensemble is the mean of its members' on one scale`(combination: String) throws {
        let detector = try ensemble(
            TestData.correlated(seed: 6),
            [("combination", combination), ("mahalanobis.contextFrames", "3"), ("members", "pca+mahalanobis")])
        let scores = try detector.scores(frames)
        let first = try detector.members[0].member.detector.scores(frames).dropFirst(2)
        let second = try detector.members[1].member.detector.scores(frames)
        #expect(scores.count == frames.count - 2)
        for (window, pair) in zip(first, second).enumerated() {
            let expected =
                combination == "rank"
                ? detector.members[0].ranks.rank(of: pair.0) + detector.members[1].ranks.rank(of: pair.1)
                : detector.members[0].scale.standardized(pair.0) + detector.members[1].scale.standardized(pair.1)
            #expect(scores[window] == Float(expected / 2))
        }
    }

    @Test func `Scales come from data the members were not fitted on`() throws {
        let data = TestData.correlated(seed: 7, clips: 10)
        let early = data.selecting(Array(0..<8))
        let late = data.selecting([8, 9])
        let own = try ensemble(data)
        let given = try ensemble(early, context: FittingContext(validation: late))
        #expect(try own.archived() == given.archived())
        let scores = try own.members[0].member.scores(late, contextLength: 1, fewest: 1)
        #expect(own.members[0].ranks == ScoreRanks(scores))
        let pca = try PrincipalComponentDetector.fit(
            early, options: PrincipalComponentOptions(), context: FittingContext())
        #expect(try pca.scores(frames) == own.members[0].member.detector.scores(frames))
        // One segment is cut, not left out.
        let one = TestData.oneSegment(data.frames).splittingLastFifth()
        #expect(one.fitting.segments == [0..<320] && one.calibration.segments == [0..<80])
    }

    @Test func `Members report under their role and have a seed each`() throws {
        let steps = Log()
        let context = FittingContext(report: {
            steps.append($0.step)
            return .proceed
        })
        _ = try twoStage(TestData.correlated(seed: 8), context: context)
        #expect(steps.lines.contains("careful: 2 components"))
        let data = TestData.correlated(seed: 8)
        let one = try twoStage(data, context: FittingContext(seed: 1, jobs: 1)).archived()
        let four = try twoStage(data, context: FittingContext(seed: 1, jobs: 4)).archived()
        #expect(one == four)
    }

    @Test func `Ranks are strictly increasing, also beyond what was seen, and finite`() {
        for scores: [Float] in [
            [1, 2, 2, 2, 3, 10], [5], [5, 5, 5], [-3, -2.5, 1e30], TestData.correlated(seed: 9).frames.values,
        ] {
            let ranks = ScoreRanks(scores)
            let sorted = Set(scores).sorted()
            let probes =
                [-Float.greatestFiniteMagnitude, sorted[0] - 1000, sorted[0] - 1] + sorted
                + [sorted[sorted.count - 1] + abs(sorted[sorted.count - 1]), 1e32, 1e36, .greatestFiniteMagnitude]
            let distinct = Set(probes).sorted()
            let values = distinct.map { ranks.rank(of: $0) }
            #expect(values.allSatisfy { $0.isFinite })
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
        }
        let ranks = ScoreRanks((0...1000).map(Float.init))
        #expect(abs(ranks.rank(of: 250) - 0.25) < 1e-12 && ranks.rank(of: 0) == 0 && ranks.rank(of: 1000) == 1)
    }

    @Test func `Damaged archives are refused or give finite scores`() throws {
        let data = TestData.correlated(seed: 10, clips: 10)
        let test = frames.frames(in: 380..<420)
        let two = try twoStage(data, [("careful.components", "2")]).archived()
        try DamagedArchives.expectNamedTensors(two) { try TwoStageDetector(archive: $0) }
        try DamagedArchives.expectFiniteScores(two, mutations: 300, on: test) { try TwoStageDetector(archive: $0) }
        let all = try ensemble(data, [("combination", "standardized"), ("members", "pca+mahalanobis")]).archived()
        try DamagedArchives.expectNamedTensors(all) { try EnsembleDetector(archive: $0) }
        try DamagedArchives.expectFiniteScores(all, mutations: 300, on: test) { try EnsembleDetector(archive: $0) }
        var mixed = all
        for (name, tensor) in try MahalanobisDetector.fit(
            TestData.correlated(seed: 1, columns: 5), options: MahalanobisOptions(), context: FittingContext()
        ).archived().tensors {
            mixed.tensors["member.mahalanobis.\(name)"] = tensor
        }
        #expect(TestData.message { _ = try EnsembleDetector(archive: mixed) }.contains("8 and 5 columns"))
    }
}
