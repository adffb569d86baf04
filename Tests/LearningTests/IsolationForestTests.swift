import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct IsolationForestTests {
    private func fit(
        _ data: TrainingData, jobs: Int = 1, seed: UInt64 = 42,
        _ change: (inout IsolationForestOptions) -> Void = { _ in }
    ) throws -> IsolationForest {
        var options = IsolationForestOptions()
        options.trees = 20
        change(&options)
        return try IsolationForest.fit(data, options: options, context: FittingContext(seed: seed, jobs: jobs))
    }

    /// The path length of a window in one tree, step by step.
    private func slow(_ forest: IsolationForest, _ window: [Float], tree: Int) -> Double {
        let nodeCount = forest.nodes.count / forest.options.trees
        var place = 0
        while place < nodeCount {
            let node = forest.nodes[tree * nodeCount + place]
            place = window[Int(node.feature)] <= node.threshold ? 2 * place + 1 : 2 * place + 2
        }
        return forest.pathLengths[tree * (nodeCount + 1) + place - nodeCount]
    }

    @Test func `The average path length has the values of the paper and never falls`() {
        // As in scikit-learn's tests, which compute 2 (ln 4 + gamma) - 2 * 4 / 5 and the like.
        #expect(IsolationTree.averagePathLength(0) == 0)
        #expect(IsolationTree.averagePathLength(1) == 0)
        #expect(IsolationTree.averagePathLength(2) == 1)
        #expect(abs(IsolationTree.averagePathLength(5) - 2.327_020_052_042_847) < 1e-14)
        #expect(abs(IsolationTree.averagePathLength(999) - 12.967_939_884_427_995) < 1e-13)
        let lengths = (0...2000).map(IsolationTree.averagePathLength)
        #expect(zip(lengths, lengths.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func `Trees end at the logarithm of their sample`() {
        let limits = [0, 1, 2, 3, 4, 5, 64, 255, 256, 257].map(IsolationTree.depthLimit)
        #expect(limits == [0, 0, 1, 2, 2, 3, 6, 8, 8, 9])
    }

    @Test(arguments: [1, 4]) func `Scores and contributions are what the definition says`(context: Int) throws {
        let forest = try fit(TestData.correlated(seed: 1)) {
            $0.contextFrames = context
            $0.sampleSize = 100
        }
        let frames = TestData.correlated(seed: 2, clips: 1).frames
        let scores = try forest.scores(frames)
        let contributions = try forest.contributions(frames)
        #expect(scores.count == 40 - context + 1)
        for index in scores.indices {
            let window = Array(frames.values[index * 8..<(index + context) * 8])
            let lengths = (0..<20).map { slow(forest, window, tree: $0) }
            let mean = lengths.reduce(0, +) / 20
            #expect(abs(Double(scores[index]) - exp2(-mean / IsolationTree.averagePathLength(100))) < 1e-7)
            for column in 0..<8 {
                var longer = 0.0
                for tree in 0..<20 {
                    for element in stride(from: column, to: window.count, by: 8) {
                        var changed = window
                        changed[element] = forest.median[column]
                        longer += slow(forest, changed, tree: tree) - lengths[tree]
                    }
                }
                let expected = max(longer, 0) / forest.contributionMean[column]
                #expect(abs(Double(contributions[index * 8 + column]) - expected) < 1e-5 * max(1, expected))
            }
        }
    }

    @Test func `Every training window of a tree that saw all reaches a leaf, and the leaves hold them all`() throws {
        var generator = SeededGenerator(seed: 3)
        let frames = TestData.correlated(seed: 3, clips: 1).frames
        let tree = IsolationTree(
            values: frames.values, windows: (0..<40).map { $0 * 8 }, features: Array(0..<8), rangeMargin: 0,
            using: &generator)
        // With no depth limit in the way, 2 (n - 1) edges would be walked in all; here the mean is near c(40).
        #expect(tree.nodes.count == 63 && tree.pathLengths.count == 64)
        #expect(tree.nodes.count { $0 != .leaf } <= 39)
        for (index, node) in tree.nodes.enumerated() where node == .leaf && 2 * index + 2 < 63 {
            #expect(tree.nodes[2 * index + 1] == .leaf && tree.nodes[2 * index + 2] == .leaf)
        }
    }

    @Test func `The number of threads changes nothing, the seed does`() throws {
        let data = TestData.correlated(seed: 4)
        let archive = try fit(data).archived()
        for jobs in [2, 3] { #expect(try fit(data, jobs: jobs).archived() == archive) }
        #expect(try fit(data, seed: 43).archived() != archive)
    }

    @Test func `Outliers of a toy set rank at the top`() throws {
        // The toy set of scikit-learn's test_iforest_works.
        let rows: [[Float]] = [[-2, -1], [-1, -1], [-1, -2], [1, 1], [1, 2], [2, 1], [7, 4], [-5, 9]]
        var frames = FeatureFrames(columnCount: 2)
        // Twice, for there have to be ten windows.
        for row in rows.prefix(6) + rows { frames.append(time: Double(frames.count), row: row) }
        let scores = try fit(TestData.oneSegment(frames)) { $0.trees = 100 }.scores(frames)
        let highest = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(2)
        #expect(Set(highest) == [12, 13])
        #expect(scores.allSatisfy { $0 > 0 && $0 < 1 })
    }

    @Test func `With a margin, values beyond all of training score higher than the largest there`() throws {
        var frames = FeatureFrames(columnCount: 1)
        for index in 0..<400 { frames.append(time: Double(index), row: [Float(index) / 400]) }
        var beyond = FeatureFrames(columnCount: 1)
        for value: Float in [0.9975, 1.4, 100] { beyond.append(time: 0, row: [value]) }
        let data = TestData.oneSegment(frames)
        let paper = try fit(data) { $0.rangeMargin = 0 }.scores(beyond)
        #expect(paper[0] == paper[1] && paper[1] == paper[2])
        let wide = try fit(data).scores(beyond)
        #expect(wide[0] < wide[1] && wide[1] < wide[2])
    }

    @Test func `A column that never changes is passed over, and frames alike score alike`() throws {
        var frames = FeatureFrames(columnCount: 3)
        for index in 0..<60 { frames.append(time: Double(index), row: [7, index < 30 ? 1 : 2, -7]) }
        let forest = try fit(TestData.oneSegment(frames))
        #expect(forest.nodes.allSatisfy { $0 == .leaf || $0.feature == 1 })
        let scores = try forest.scores(frames)
        #expect(Set(scores[..<30]).count == 1 && Set(scores[30...]).count == 1)
    }

    @Test func `A share of the columns is split by each tree`() throws {
        let forest = try fit(TestData.correlated(seed: 5)) { $0.maxFeatures = 0.25 }
        let nodeCount = forest.nodes.count / 20
        var seen = Set<Int32>()
        for tree in 0..<20 {
            let used = Set(
                forest.nodes[tree * nodeCount..<(tree + 1) * nodeCount].filter { $0 != .leaf }.map(\.feature))
            #expect(used.count <= 2)
            seen.formUnion(used)
        }
        #expect(seen.count == 8)
    }

    @Test func `Values of all sizes give finite scores`() throws {
        var frames = FeatureFrames(columnCount: 3)
        let noise = Tone.noise(seed: 6, count: 300)
        for index in 0..<100 {
            frames.append(
                time: Double(index), row: [3e38 * noise[index], 1e-37 * noise[100 + index], noise[200 + index]])
        }
        let forest = try fit(TestData.oneSegment(frames))
        var huge = FeatureFrames(columnCount: 3)
        huge.append(time: 0, row: [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0])
        #expect(try forest.scores(huge).allSatisfy { $0 > 0 && $0 <= 1 })
        #expect(try forest.contributions(huge).allSatisfy { $0.isFinite && $0 >= 0 })
    }

    @Test func `Training data that cannot be learnt from is refused with a sentence`() throws {
        let data = TestData.correlated(seed: 9, clips: 3, framesPerClip: 12)
        var values = data.frames.values
        values[8 * 7 + 3] = .infinity
        let damaged = TrainingData(
            schema: data.schema,
            frames: FeatureFrames(columnCount: 8, times: data.frames.times, values: values), segments: data.segments)
        let infinite = TestData.message { _ = try fit(damaged) }
        #expect(infinite.contains("frame 7") && infinite.contains("log-mel.3"))
        let few = TestData.message { _ = try fit(data) { $0.contextFrames = 10 } }
        #expect(few.contains("9 windows of 10 frames") && few.contains("at least 10"))
        let constant = FeatureFrames(
            columnCount: 2, times: (0..<20).map(Double.init), values: Array(repeating: 0.1, count: 40))
        #expect(TestData.message { _ = try fit(TestData.oneSegment(constant)) }.contains("every column is constant"))
        let empty = TrainingData(
            schema: TestData.schema(0), frames: FeatureFrames(columnCount: 0, times: [1, 2], values: []),
            segments: [0..<2])
        #expect(TestData.message { _ = try fit(empty) }.contains("without columns"))
    }

    @Test(arguments: [
        ("trees", "0"), ("trees", "10001"), ("sampleSize", "1"), ("sampleSize", "65537"), ("contextFrames", "0"),
        ("contextFrames", "65"), ("maxFeatures", "0"), ("maxFeatures", "1.1"), ("rangeMargin", "-0.1"),
        ("rangeMargin", "11"),
    ])
    func `Options out of range are refused by name`(name: String, text: String) {
        let message = TestData.message { _ = try IsolationForestOptions().setting([(name: name, text: text)]) }
        #expect(message.contains(name))
    }

    @Test func `A forest that would fill the memory is refused`() {
        let message = TestData.message {
            _ = try IsolationForestOptions().setting([("trees", "10000"), ("sampleSize", "65536")])
        }
        #expect(message.contains("too large a forest"))
    }

    @Test func `A damaged archive is refused with a sentence, or scores`() throws {
        let archive = try fit(TestData.correlated(seed: 10, clips: 3)).archived()
        let frames = TestData.correlated(seed: 11, clips: 1).frames
        try ArchiveDamage.check(archive, rounds: 150) { damaged in
            let forest = try IsolationForest(archive: damaged)
            let fitting = forest.columnCount == 8 ? frames : FeatureFrames(columnCount: forest.columnCount)
            return try forest.scores(fitting) + forest.contributions(fitting)
        }
    }

    @Test(arguments: [("feature", -1), ("feature", 8), ("path_length", -1), ("path_length", 1000)])
    func `Values out of range are refused by tensor`(tensor: String, value: Int) throws {
        var archive = try fit(TestData.correlated(seed: 12, clips: 3)).archived()
        let old = try #require(archive.tensors[tensor])
        switch old.elements {
        case .int64(var values):
            values[5] = Int64(value)
            archive.tensors[tensor] = Tensor(shape: old.shape, .int64(values))
        case .float64(var values):
            values[5] = Double(value)
            archive.tensors[tensor] = Tensor(shape: old.shape, .float64(values))
        case .float32: Issue.record("unexpected type")
        }
        let message = TestData.message { _ = try IsolationForest(archive: archive) }
        #expect(message.contains("tensor '\(tensor)'") && message.contains("outside"))
    }
}
