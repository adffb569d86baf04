import SignalCore
import Testing

@testable import Learning

@Suite struct RandomSearchTests {
    private let search: RandomSearch

    init() throws { search = try RandomSearch(of: PrincipalComponentDetector.self, seed: 7) }

    @Test func `Trials depend on seed and number alone, the first is the defaults`() throws {
        let again = try RandomSearch(of: PrincipalComponentDetector.self, seed: 7)
        let other = try RandomSearch(of: PrincipalComponentDetector.self, seed: 8)
        func texts(_ search: RandomSearch) -> [String] {
            (0..<20).map { search.assignments(ofTrial: $0).map { "\($0.name)=\($0.text)" }.joined(separator: " ") }
        }
        #expect(texts(search) == texts(again) && texts(search) != texts(other))
        #expect(texts(search)[0].isEmpty && Set(texts(search)).count == 20)
        let fixed = try RandomSearch(
            of: PrincipalComponentDetector.self, fixed: [("contextFrames", "3")], seed: 7)
        #expect(!fixed.ranges.contains { $0.name == "contextFrames" } && search.ranges.count == fixed.ranges.count + 1)
    }

    @Test func `Drawn values cover their range, on the scale asked for`() {
        func draws(_ values: OptionSearch.Values) -> [Double] {
            var generator = SeededGenerator(seed: 1)
            return (0..<2000).compactMap { _ in Double(OptionSearch("x", values).draw(using: &generator).description) }
        }
        let whole = draws(.integers(1...4, isLogarithmic: false))
        #expect(Set(whole) == [1, 2, 3, 4] && whole.count { $0 == 1 } > 400 && whole.count { $0 == 4 } > 400)
        let logarithmic = draws(.numbers(0.0001...1, isLogarithmic: true))
        #expect(logarithmic.allSatisfy { (0.0001...1).contains($0) })
        #expect(abs(logarithmic.count { $0 < 0.01 } - 1000) < 120)
        let linear = draws(.numbers(-1...1, isLogarithmic: false))
        #expect(linear.allSatisfy { (-1...1).contains($0) } && abs(linear.reduce(0, +) / 2000) < 0.05)
        // Three digits, written as a person would.
        #expect(logarithmic.allSatisfy { String($0).filter(\.isNumber).count <= 12 })
    }

    @Test func `Disturbances are heard by a fitted detector and the better options win`() throws {
        let training = TestData.correlated(seed: 1, clips: 30)
        let judge = try SearchJudge(disturbing: TestData.correlated(seed: 2, clips: 10), seed: 3)
        #expect(judge.basis.contains("no label"))
        let trials = try (0..<6).map {
            try search.trial($0, training: training, judge: judge, context: FittingContext(jobs: 2))
        }
        let qualities = try trials.map { try #require($0.quality) }
        // Not every setting hears a frozen value, which makes a score smaller, but the best hears most.
        #expect(qualities.allSatisfy { $0 > 0.3 && $0 <= 1 } && Set(qualities).count > 1)
        #expect(qualities.contains { $0 > 0.65 })
        let best = try #require(SearchTrial.best(of: trials.reversed()))
        #expect(best.quality == qualities.max())
        #expect(
            try search.trial(3, training: training, judge: judge, context: FittingContext(jobs: 1)) == trials[3])
    }

    @Test func `Every disturbance changes one column of its episode and nothing else`() throws {
        let data = TestData.correlated(seed: 4, clips: 5)
        let episodes = try DisturbedEpisodes(of: data, history: 10, count: 40, seed: 5).episodes
        for episode in episodes {
            let changed = episode.normal.values.indices.filter {
                episode.normal.values[$0] != episode.disturbed.values[$0]
            }
            #expect(!changed.isEmpty && Set(changed.map { $0 % 8 }).count == 1)
            #expect(changed.allSatisfy { episode.range.contains($0 / 8) })
            #expect(episode.range.upperBound == episode.normal.count)
        }
    }

    @Test func `Options that the data cannot carry are no error but have no quality`() throws {
        let search = try RandomSearch(
            of: PrincipalComponentDetector.self, fixed: [("componentCount", "500")], seed: 7)
        let judge = try SearchJudge(disturbing: TestData.correlated(seed: 2, clips: 10), seed: 3)
        let trial = try search.trial(
            0, training: TestData.correlated(seed: 1), judge: judge, context: FittingContext())
        #expect(trial.quality == nil && trial.failure?.contains("componentCount") == true)
        #expect(SearchTrial.best(of: [trial]) == nil)
    }

    @Test func `Labelled validation judges rows and recordings by their labels`() throws {
        let training = TestData.correlated(seed: 1)
        let test = TestData.correlated(seed: 2, clips: 4)
        var values = test.frames.values
        for index in 80 * 8..<160 * 8 { values[index] += 40 }
        let frames = FeatureFrames(columnCount: 8, times: test.frames.times, values: values)
        let rows = SearchJudge(
            labelled: [LabelledFrames(frames: frames, labels: (0..<160).map { $0 >= 80 })])
        let clips = SearchJudge(
            labelled: (0..<4).map { (frames: frames.frames(in: $0 * 40..<($0 + 1) * 40), isAnomalous: $0 >= 2) },
            aggregation: .mean)
        for judge in [rows, clips] {
            let trial = try search.trial(0, training: training, judge: judge, context: FittingContext())
            #expect(try #require(trial.quality) > 0.95)
            #expect(judge.basis.contains("labelled"))
        }
        let onlyNormal = SearchJudge(labelled: [LabelledFrames(frames: frames, labels: frames.times.map { _ in false })]
        )
        #expect(
            try search.trial(0, training: training, judge: onlyNormal, context: FittingContext()).quality == nil)
    }
}
