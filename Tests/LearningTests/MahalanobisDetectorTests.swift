import LinearAlgebra
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct MahalanobisDetectorTests {
    private func fit(_ data: TrainingData, _ change: (inout MahalanobisOptions) -> Void = { _ in }) throws
        -> MahalanobisDetector
    {
        var options = MahalanobisOptions()
        change(&options)
        return try MahalanobisDetector.fit(data, options: options, context: FittingContext())
    }

    @Test(.enabled(if: SharedData.isPresent)) func `Distances are those of the reference`() throws {
        let frames = try TestData.reference()
        let distances = try fit(TestData.oneSegment(frames)).scores(frames)
        let expected = try #require(SharedData.json("tabular/mahalanobis.json")["distance_ddof1"] as? [Double])
        #expect(Closeness.relativeToPeak(distances, expected) < 1e-6)
        #expect(zip(distances, expected).allSatisfy { abs(Double($0) / $1 - 1) < 2e-6 })
    }

    @Test(.enabled(if: SharedData.isPresent)) func `Ledoit and Wolf's share is that of scikit-learn`() throws {
        let all = try TestData.reference()
        func share(_ frames: FeatureFrames) -> Double {
            let stacker = WindowStacker(scaler: FrameScaler(frames), contextFrames: 1)
            return WindowCovariance(frames, stacker: stacker, runs: [0..<frames.count]).ledoitWolfShrinkage
        }
        // ledoit_wolf_shrinkage(StandardScaler().fit_transform(X)) of scikit-learn 1.9, for all rows and for 30.
        #expect(abs(share(all) - 0.11981512872955773) < 1e-7)
        let few = all.frames(in: 0..<30)
        #expect(abs(share(few) - 0.2193613838535742) < 1e-7)
        // sqrt(LedoitWolf().fit(Z).mahalanobis(Z) * 29 / 30): the divisor there is n.
        let distances = try fit(TestData.oneSegment(few)).scores(few).prefix(5)
        #expect(
            Closeness.relativeToPeak(
                distances,
                [0.751115210762768, 0.5497091502358987, 2.117950632387078, 0.785902198168003, 0.8023172112942679])
                < 1e-6)
    }

    @Test func `The share of Ledoit and Wolf is what its definition says`() {
        let data = TestData.correlated(seed: 1, clips: 1, framesPerClip: 25, columns: 6)
        let scaler = FrameScaler(data.frames)
        let rows = (0..<25).map { frame in
            (0..<6).map { (Double(data.frames.values[frame * 6 + $0]) - scaler.mean[$0]) / scaler.scale[$0] }
        }
        func mean(_ value: ([Double]) -> Double) -> Double { rows.reduce(0) { $0 + value($1) } / 25 }
        let sample = (0..<6).map { i in (0..<6).map { j in mean { $0[i] * $0[j] } } }
        let level = (0..<6).reduce(0) { $0 + sample[$1][$1] } / 6
        // d² = |S - m I|² / p and b² = the mean of |x x' - S|² / (n p).
        var distance = 0.0
        var noise = 0.0
        for i in 0..<6 {
            for j in 0..<6 {
                let target = i == j ? level : 0
                distance += (sample[i][j] - target) * (sample[i][j] - target) / 6
                noise += mean { ($0[i] * $0[j] - sample[i][j]) * ($0[i] * $0[j] - sample[i][j]) } / (25 * 6)
            }
        }
        let stacker = WindowStacker(scaler: scaler, contextFrames: 1)
        let covariance = WindowCovariance(data.frames, stacker: stacker, runs: [0..<25])
        #expect(abs(covariance.ledoitWolfShrinkage - min(noise, distance) / distance) < 1e-12)
    }

    @Test func `Squares of the columns' shares sum up to the squared distance`() throws {
        let detector = try fit(TestData.correlated(seed: 2)) { $0.contextFrames = 3 }
        let frames = TestData.correlated(seed: 3, clips: 1).frames
        let distances = try detector.scores(frames)
        let contributions = try detector.contributions(frames)
        for (window, distance) in distances.enumerated() {
            let sum = (0..<8).reduce(0) {
                $0 + Double(contributions[window * 8 + $1]) * detector.contributionMean[$1]
            }
            #expect(abs(sum / Double(distance * distance) - 1) < 1e-4)
        }
    }

    @Test func `A known covariance gives known distances`() throws {
        // Twelve points, six at +-2 on one axis, six at +-1 on the other: variances 24/11 and 6/11.
        var frames = FeatureFrames(columnCount: 2)
        let points: [[Float]] = [[2, 0], [-2, 0], [0, 1], [0, -1]]
        for row in points + points + points { frames.append(time: 0, row: row) }
        let detector = try fit(TestData.oneSegment(frames)) { $0.covariance = .empirical }
        var test = FeatureFrames(columnCount: 2)
        test.append(time: 0, row: [3, 0])
        test.append(time: 0, row: [0, 3])
        let scores = try detector.scores(test)
        #expect(abs(scores[0] - 3 / (24.0 / 11).squareRoot().float) < 1e-5)
        #expect(abs(scores[1] - 3 / (6.0 / 11).squareRoot().float) < 1e-5)
    }

    @Test func `A covariance without inverse does no harm, and what never happened counts`() throws {
        let noise = Tone.noise(seed: 4, count: 400)
        func row(_ index: Int) -> [Float] { [noise[index], 2 * noise[index], 5, 1e20 * noise[200 + index]] }
        var frames = FeatureFrames(columnCount: 4)
        for index in 0..<200 { frames.append(time: Double(index), row: row(index)) }
        let detector = try fit(TestData.oneSegment(frames)) { $0.covariance = .empirical }
        let usual = try detector.scores(frames)
        #expect(usual.allSatisfy { $0.isFinite && $0 < 10 })
        var odd = FeatureFrames(columnCount: 4)
        odd.append(time: 0, row: [0.5, -0.5, 5, 0])
        odd.append(time: 0, row: [0.5, 1, 6, 0])
        odd.append(time: 0, row: Array(repeating: .greatestFiniteMagnitude, count: 4))
        let scores = try detector.scores(odd)
        #expect(scores.allSatisfy { $0.isFinite && $0 > 100 })
        #expect(try detector.contributions(odd).allSatisfy { $0.isFinite && $0 >= 0 })
        let blame = try detector.contributions(odd)
        #expect((4..<8).max { blame[$0] < blame[$1] } == 6)
        #expect(try MahalanobisDetector(archive: detector.archived()).scores(odd) == scores)
    }

    @Test func `Fewer windows than columns are shrunk, and new normal data scores as the old`() throws {
        let data = TestData.correlated(seed: 5, clips: 1, framesPerClip: 30, columns: 40)
        let test = TestData.correlated(seed: 6, clips: 1, framesPerClip: 200, columns: 40).frames
        func ratio(_ estimate: CovarianceEstimate) throws -> Double {
            let detector = try fit(data) { $0.covariance = estimate }
            return try Quantile.linear(of: detector.scores(test), 0.5)
                / Quantile.linear(of: detector.scores(data.frames), 0.5)
        }
        #expect(try ratio(.automatic) < 2)
        #expect(try ratio(.automatic) == ratio(.ledoitWolf))
        #expect(try ratio(.empirical) > 10)
    }

    @Test func `Without correlation left, the distance is that of standardised columns`() throws {
        let data = TestData.correlated(seed: 7)
        let detector = try fit(data) {
            $0.covariance = .shrunk
            $0.shrinkage = 1
        }
        let scaler = FrameScaler(data.frames)
        let expected = (0..<data.frames.count).map { frame in
            let squares = (0..<8).map { column -> Double in
                let value =
                    (Double(data.frames.values[frame * 8 + column]) - scaler.mean[column]) / scaler.scale[column]
                return value * value
            }
            return (squares.reduce(0, +) * 799 / 800).squareRoot()
        }
        #expect(Closeness.relativeToPeak(try detector.scores(data.frames), expected) < 1e-6)
    }

    @Test(arguments: [("shrinkage", "1.1"), ("contextFrames", "0"), ("covariance", "robust")])
    func `Options out of range are refused by name`(name: String, text: String) {
        let message = TestData.message { _ = try MahalanobisOptions().setting([(name: name, text: text)]) }
        #expect(message.contains(name))
    }

    @Test func `Damaged archives are refused or give finite scores`() throws {
        let archive = try fit(TestData.correlated(seed: 8)).archived()
        try DamagedArchives.expectNamedTensors(archive) { try MahalanobisDetector(archive: $0) }
        let frames = TestData.correlated(seed: 9, clips: 1).frames
        try DamagedArchives.expectFiniteScores(archive, mutations: 300, on: frames) {
            try MahalanobisDetector(archive: $0)
        }
    }
}

extension Double {
    fileprivate var float: Float { Float(self) }
}
