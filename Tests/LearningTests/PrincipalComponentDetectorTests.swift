import LinearAlgebra
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct PrincipalComponentDetectorTests {
    private func fit(
        _ data: TrainingData, _ change: (inout PrincipalComponentOptions) -> Void = { _ in }
    ) throws -> PrincipalComponentDetector {
        var options = PrincipalComponentOptions()
        change(&options)
        return try PrincipalComponentDetector.fit(data, options: options, context: FittingContext())
    }

    /// The definition, in double precision, window by window.
    private func slow(_ detector: PrincipalComponentDetector, _ frames: FeatureFrames, window: Int) -> (
        score: Double, shares: [Double]
    ) {
        let width = detector.windowWidth
        let columns = detector.columnCount
        let point = (0..<width).map { element in
            (Double(frames.values[window * columns + element]) - detector.stacker.scaler.mean[element % columns])
                / detector.stacker.scaler.scale[element % columns]
        }
        let loadings = detector.components
        let scores = (0..<loadings.rowCount).map { component in
            (0..<width).reduce(0.0) { $0 + Double(loadings[component, $1]) * point[$1] }
        }
        let residual = (0..<width).map { element in
            point[element] - scores.indices.reduce(0.0) { $0 + Double(loadings[$1, element]) * scores[$1] }
        }
        let hotelling = zip(scores, detector.eigenvalues).reduce(0.0) { $0 + $1.0 * $1.0 / $1.1 }
        let limits = detector.limits
        let usesHotelling = detector.options.statistic != .residual
        let usesResidual = detector.options.statistic != .hotelling
        var score = 0.0
        if usesHotelling { score += hotelling / limits.hotelling }
        if usesResidual { score += residual.reduce(0) { $0 + $1 * $1 } / limits.residual }
        var shares = Array(repeating: 0.0, count: columns)
        for element in 0..<width {
            var entry = usesResidual ? residual[element] / limits.residual.squareRoot() : 0
            if usesHotelling {
                for component in scores.indices {
                    entry +=
                        Double(loadings[component, element]) * scores[component]
                        / (detector.eigenvalues[component] * limits.hotelling).squareRoot()
                }
            }
            shares[element % columns] += entry * entry
        }
        return (score, shares)
    }

    @Test(arguments: PrincipalComponentStatistic.allCases, [1, 5])
    func `Scores and contributions are what the definition says, and contributions sum up to the score`(
        statistic: PrincipalComponentStatistic, context: Int
    ) throws {
        let data = TestData.correlated(seed: 1)
        let detector = try fit(data) {
            $0.statistic = statistic
            $0.contextFrames = context
            $0.components = 0.8
        }
        let test = TestData.correlated(seed: 2, clips: 1).frames
        let scores = try detector.scores(test)
        let contributions = try detector.contributions(test)
        #expect(scores.count == test.count - context + 1 && contributions.count == scores.count * 8)
        for window in scores.indices {
            let expected = slow(detector, test, window: window)
            #expect(abs(Double(scores[window]) - expected.score) < 2e-6 * max(1, expected.score))
            let shares = (0..<8).map { Double(contributions[window * 8 + $0]) * detector.contributionMean[$0] }
            #expect(Closeness.largestDifference(shares, expected.shares) < 2e-6 * max(1, expected.score))
            #expect(abs(shares.reduce(0, +) - Double(scores[window])) < 4e-6 * max(1, expected.score))
        }
    }

    @Test(arguments: [1, 3]) func `Limits are quantiles of training, contributions average one there`(context: Int)
        throws
    {
        let data = TestData.correlated(seed: 3)
        let detector = try fit(data) { $0.contextFrames = context }
        var sums = Array(repeating: 0.0, count: 8)
        var windows = 0
        for segment in data.segments.indices {
            let contributions = try detector.contributions(data.frames(ofSegment: segment))
            windows += contributions.count / 8
            for (index, value) in contributions.enumerated() { sums[index % 8] += Double(value) }
        }
        #expect(windows == 20 * (40 - context + 1))
        #expect(Closeness.largestDifference(sums.map { $0 / Double(windows) }, Array(repeating: 1, count: 8)) < 1e-4)
        let residual = try fit(data) {
            $0.contextFrames = context
            $0.statistic = .residual
        }
        let scores = try data.segments.indices.flatMap { try residual.scores(data.frames(ofSegment: $0)) }
        #expect(abs(Quantile.linear(of: scores, 0.99) - 1) < 1e-5)
    }

    @Test func `Windows never reach from one clip into the next`() throws {
        var data = TestData.correlated(seed: 4, clips: 6, framesPerClip: 30)
        let whole = try fit(data) { $0.contextFrames = 4 }
        // Reordering the clips changes nothing but the order of the sums.
        data = data.selecting([3, 1, 5, 0, 2, 4])
        let reordered = try fit(data) { $0.contextFrames = 4 }
        #expect(
            Closeness.largestDifference(whole.components.elements, reordered.components.elements.map(Double.init))
                < 1e-5)
        #expect(
            data.windowRuns(contextFrames: 4).map(\.count)
                == Array(repeating: 27, count: 6))
    }

    @Test func `A constant column is kept, and a stir in it is noticed and blamed`() throws {
        let base = TestData.correlated(seed: 5)
        func replacing(_ data: TrainingData, _ value: Float) -> FeatureFrames {
            var values = data.frames.values
            for frame in 0..<data.frames.count { values[frame * 8 + 2] = value }
            return FeatureFrames(columnCount: 8, times: data.frames.times, values: values)
        }
        let data = TrainingData(schema: base.schema, frames: replacing(base, -100), segments: base.segments)
        let detector = try fit(data)
        let test = TestData.correlated(seed: 6, clips: 1)
        let usual = try detector.scores(replacing(test, -100))
        let stirred = try detector.scores(replacing(test, -90))
        for (low, high) in zip(usual, stirred) { #expect(high > low + 1) }
        let contributions = try detector.contributions(replacing(test, -90))
        #expect(contributions[..<8].indices.max { contributions[$0] < contributions[$1] } == 2)
    }

    @Test func `Scores are finite for any finite input`() throws {
        let data = TestData.correlated(seed: 7)
        for statistic in PrincipalComponentStatistic.allCases {
            let detector = try fit(data) {
                $0.statistic = statistic
                $0.componentCount = 8
            }
            for value: Float in [
                1e18, -1e18, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0,
            ] {
                var frames = FeatureFrames(columnCount: 8)
                frames.append(time: 0, row: Array(repeating: value, count: 8))
                frames.append(time: 1, row: [value, 0, -value, 0, 1, value, 0, -value])
                #expect(try detector.scores(frames).allSatisfy { $0.isFinite && $0 >= 0 })
                #expect(try detector.contributions(frames).allSatisfy { $0.isFinite && $0 >= 0 })
            }
        }
    }

    @Test func `Columns that determine each other exactly, and huge and tiny ones, can be learnt`() throws {
        var frames = FeatureFrames(columnCount: 4)
        let noise = Tone.noise(seed: 8, count: 400)
        for index in 0..<200 {
            let value = noise[index]
            frames.append(time: Double(index), row: [value, 2 * value, 1e30 * noise[200 + index], 1e-20 * value])
        }
        let detector = try fit(TestData.oneSegment(frames)) { $0.components = 0.999 }
        #expect(detector.components.rowCount == 2)
        #expect(try detector.scores(frames).allSatisfy { $0.isFinite && $0 < 100 })
        #expect(try PrincipalComponentDetector(archive: detector.archived()).scores(frames) == detector.scores(frames))
    }

    @Test func `Training data that cannot be learnt from is refused with a sentence`() throws {
        let data = TestData.correlated(seed: 9, clips: 3, framesPerClip: 12)
        var values = data.frames.values
        values[8 * 7 + 3] = .nan
        let damaged = TrainingData(
            schema: data.schema,
            frames: FeatureFrames(columnCount: 8, times: data.frames.times, values: values), segments: data.segments)
        let nan = TestData.message { _ = try fit(damaged) }
        #expect(nan.contains("frame 7") && nan.contains("log-mel.3"))
        let few = TestData.message { _ = try fit(data) { $0.contextFrames = 10 } }
        #expect(few.contains("9 windows of 10 frames") && few.contains("at least 10"))
        let constant = FeatureFrames(
            columnCount: 2, times: (0..<20).map(Double.init), values: Array(repeating: 0.1, count: 40))
        #expect(TestData.message { _ = try fit(TestData.oneSegment(constant)) }.contains("every column is constant"))
        let empty = TrainingData(
            schema: TestData.schema(0), frames: FeatureFrames(columnCount: 0, times: [1, 2], values: []),
            segments: [0..<2])
        #expect(TestData.message { _ = try fit(empty) }.contains("without columns"))
        #expect(
            TestData.message { _ = try fit(data) { $0.componentCount = 9 } }.contains(
                "at most the number of columns, 8"))
    }

    @Test(arguments: [
        ("components", "0"), ("components", "1"), ("componentCount", "-1"), ("contextFrames", "0"),
        ("contextFrames", "65"), ("limitQuantile", "0.4"), ("limitQuantile", "1.1"), ("statistic", "hoteling"),
    ])
    func `Options out of range are refused by name`(name: String, text: String) {
        let message = TestData.message { _ = try PrincipalComponentOptions().setting([(name: name, text: text)]) }
        #expect(message.contains(name))
    }

    @Test(arguments: ["mean", "scale", "components", "eigenvalues", "limits", "contribution_mean"])
    func `A damaged tensor is refused by name`(tensor: String) throws {
        let archive = try fit(TestData.correlated(seed: 10)).archived()
        func message(_ change: (Tensor) -> Tensor?) throws -> String {
            var damaged = archive
            damaged.tensors[tensor] = change(try #require(archive.tensors[tensor]))
            return TestData.message {
                let detector = try PrincipalComponentDetector(archive: damaged)
                _ = try detector.scores(TestData.correlated(seed: 11, clips: 1).frames)
            }
        }
        func filled(_ tensor: Tensor, _ value: Double) -> Tensor {
            switch tensor.elements {
            case .float32(let values):
                Tensor(shape: tensor.shape, .float32(values.map { _ in Float(value) }))
            case .float64(let values): Tensor(shape: tensor.shape, .float64(values.map { _ in value }))
            case .int64: tensor
            }
        }
        #expect(try message { _ in nil }.contains("tensor '\(tensor)'"))
        #expect(try message { filled($0, .nan) }.contains("tensor '\(tensor)'"))
        #expect(try message { filled($0, 1e39) }.contains("tensor '\(tensor)'"))
        #expect(try message { Tensor(shape: [1] + $0.shape, $0.elements) }.contains("shape"))
        #expect(
            try message { Tensor(shape: $0.shape, .int64(Array(repeating: 1, count: $0.elements.count))) }.contains(
                "type"))
    }
}
