import Foundation
import LinearAlgebra
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct GaussianMixtureDetectorTests {
    private func fit(
        _ data: TrainingData, seed: UInt64 = 42, jobs: Int = 1,
        _ change: (inout GaussianMixtureOptions) -> Void = { _ in }
    ) throws -> GaussianMixtureDetector {
        var options = GaussianMixtureOptions()
        change(&options)
        return try GaussianMixtureDetector.fit(
            data, options: options, context: FittingContext(seed: seed, jobs: jobs))
    }

    /// Points around three centres: (0, 0), (6, 0) and (0, 6); of the first there are twice as many.
    private func clusters(seed: UInt64, count: Int = 400) -> FeatureFrames {
        var generator = SeededGenerator(seed: seed)
        func normal() -> Float { Float((0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() }) }
        var frames = FeatureFrames(columnCount: 2)
        for index in 0..<count {
            let x = normal()
            let y = normal()
            switch index % 4 {
            case 0: frames.append(time: Double(index), row: [6 + x, 0.5 * y])
            case 1: frames.append(time: Double(index), row: [x, 6 + 0.8 * x + 0.6 * y])
            default: frames.append(time: Double(index), row: [x, y])
            }
        }
        return frames
    }

    /// One round of expectation and maximisation by the book, with matrices of two rows.
    private func expectAndMaximize(
        _ points: [[Double]], weights: inout [Double], means: inout [[Double]], covariances: inout [[Double]]
    ) -> Double {
        var logLikelihood = 0.0
        var probabilities: [[Double]] = []
        for x in points {
            let densities = weights.indices.map { k -> Double in
                let (a, b, c) = (covariances[k][0], covariances[k][1], covariances[k][2])
                let determinant = a * c - b * b
                let (u, v) = (x[0] - means[k][0], x[1] - means[k][1])
                let distance = (c * u * u - 2 * b * u * v + a * v * v) / determinant
                return weights[k] * exp(-distance / 2) / (2 * Double.pi * determinant.squareRoot())
            }
            let sum = densities.reduce(0, +)
            logLikelihood += log(sum)
            probabilities.append(densities.map { $0 / sum })
        }
        for k in weights.indices {
            let total = probabilities.reduce(0) { $0 + $1[k] }
            weights[k] = total / Double(points.count)
            means[k] = [0, 1].map { c in zip(points, probabilities).reduce(0) { $0 + $1.1[k] * $1.0[c] } / total }
            func product(_ i: Int, _ j: Int) -> Double {
                zip(points, probabilities).reduce(0) {
                    $0 + $1.1[k] * ($1.0[i] - means[k][i]) * ($1.0[j] - means[k][j])
                } / total
            }
            covariances[k] = [product(0, 0) + 1e-6, product(0, 1), product(1, 1) + 1e-6]
        }
        return logLikelihood / Double(points.count)
    }

    @Test func `Expectation and maximisation are what the book says`() throws {
        let frames = clusters(seed: 1)
        let points = frames.values.map(Double.init)
        let rows = (0..<frames.count).map { [points[2 * $0], points[2 * $0 + 1]] }
        var probabilities: [Double] = []
        for index in 0..<frames.count { probabilities += index % 2 == 0 ? [0.9, 0.1] : [0.2, 0.8] }
        for jobs in [1, 3] {
            let fitting = MixtureFitting(points: points, width: 2, options: GaussianMixtureOptions(), jobs: jobs)
            var mixture = try fitting.maximize(probabilities, components: 2)
            func covariance(_ spread: GaussianMixture.Spread) -> [Double] {
                guard case .full(let matrix, _) = spread else { return [] }
                return [matrix[0, 0], matrix[0, 1], matrix[1, 1]]
            }
            var weights = mixture.weights
            var means = (0..<2).map { Array(mixture.means.row($0)) }
            var covariances = mixture.spreads.map(covariance)
            for _ in 0..<12 {
                let expected = expectAndMaximize(
                    rows, weights: &weights, means: &means, covariances: &covariances)
                let own = try fitting.expect(mixture)
                #expect(abs(own.logLikelihood - expected) < 1e-10)
                mixture = try fitting.maximize(own.probabilities, components: 2)
            }
            #expect(Closeness.largestDifference(mixture.weights, weights) < 1e-9)
            #expect(Closeness.largestDifference(mixture.means.elements, means.flatMap(\.self)) < 1e-8)
            #expect(
                Closeness.largestDifference(mixture.spreads.flatMap(covariance), covariances.flatMap(\.self)) < 1e-8)
        }
    }

    @Test func `Scores are the negative logarithm of the density`() throws {
        let frames = clusters(seed: 2)
        let detector = try fit(TestData.oneSegment(frames)) { $0.components = 3 }
        let scaler = detector.stacker.scaler
        func standardized(_ index: Int) -> Double {
            (Double(frames.values[index]) - scaler.mean[index % 2]) / scaler.scale[index % 2]
        }
        let components = detector.components
        func density(_ x: Double, _ y: Double) -> Double {
            var sum = 0.0
            for component in components {
                let w = component.whitening.map(Double.init)
                let u: Double = x - Double(component.mean[0])
                let v: Double = y - Double(component.mean[1])
                let a: Double = w[0] * u + w[1] * v
                let b: Double = w[2] * u + w[3] * v
                sum += exp(component.offset - (a * a + b * b) / 2)
            }
            return sum
        }
        var expected: [Double] = []
        for frame in 0..<frames.count {
            let x: Double = standardized(2 * frame)
            let y: Double = standardized(2 * frame + 1)
            expected.append(-log(density(x, y)))
        }
        #expect(Closeness.relativeToPeak(try detector.scores(frames), expected) < 1e-6)
        // The density integrates to 1.
        var integral = 0.0
        for x in stride(from: -6.0, to: 6, by: 0.05) {
            for y in stride(from: -6.0, to: 6, by: 0.05) { integral += density(x, y) }
        }
        #expect(abs(integral * 0.05 * 0.05 - 1) < 1e-3)
    }

    @Test func `The number of clusters, their centres and shares are found`() throws {
        let detector = try fit(TestData.oneSegment(clusters(seed: 3, count: 800))) { $0.restarts = 3 }
        #expect(detector.components.count == 3)
        let scaler = detector.stacker.scaler
        var centres: [[Double]] = []
        for component in detector.components {
            let x: Double = Double(component.mean[0]) * scaler.scale[0] + scaler.mean[0]
            let y: Double = Double(component.mean[1]) * scaler.scale[1] + scaler.mean[1]
            centres.append([x, y])
        }
        for expected in [[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]] {
            #expect(centres.contains { Closeness.largestDifference($0, expected) < 0.35 })
        }
        // Between the clusters no normal frame lies, though it is near the overall mean.
        let odd = FeatureFrames(columnCount: 2, times: [0, 1], values: [3, 3, 0, 0])
        let scores = try detector.scores(odd)
        #expect(scores[0] > scores[1] + 4)
    }

    @Test func `One component is a normal distribution, whose score grows with Mahalanobis' distance`() throws {
        let data = TestData.correlated(seed: 4)
        let mixture = try fit(data) { $0.components = 1 }
        let test = TestData.correlated(seed: 5, clips: 2).frames
        let distances = try MahalanobisDetector.fit(data, options: MahalanobisOptions(), context: FittingContext())
            .scores(test)
        let scores = try mixture.scores(test)
        // The divisor is n here and n - 1 there; the variances are raised by a millionth.
        let expected = distances.map { Double($0 * $0) * 800 / 799 / 2 - mixture.components[0].offset }
        #expect(Closeness.relativeToPeak(scores, expected) < 1e-4)
    }

    @Test func `Diagonal components ignore correlation`() throws {
        let data = TestData.correlated(seed: 6)
        let detector = try fit(data) {
            $0.components = 1
            $0.covariance = .diagonal
        }
        let scaler = FrameScaler(data.frames)
        let variance: Double = 1 + 1e-6
        var expected: [Double] = []
        for frame in 0..<data.frames.count {
            var sum = 0.0
            for column in 0..<8 {
                let deviation: Double = Double(data.frames.values[frame * 8 + column]) - scaler.mean[column]
                let value: Double = deviation / scaler.scale[column]
                sum += (value * value / variance + log(2 * Double.pi * variance)) / 2
            }
            expected.append(sum)
        }
        #expect(Closeness.relativeToPeak(try detector.scores(data.frames), expected) < 1e-6)
        let back = try GaussianMixtureDetector(archive: detector.archived())
        #expect(try back.scores(data.frames) == detector.scores(data.frames))
    }

    @Test func `Threads change nothing, the seed only the start`() throws {
        let data = TestData.oneSegment(clusters(seed: 7))
        let one = try fit(data) { $0.restarts = 2 }.archived()
        #expect(try fit(data, jobs: 4) { $0.restarts = 2 }.archived() == one)
        let other = try fit(data, seed: 43) { $0.components = 3 }
        let detector = try fit(data) { $0.components = 3 }
        let scores = try detector.scores(data.frames)
        #expect(try Closeness.largestDifference(other.scores(data.frames), scores.map(Double.init)) < 0.2)
    }

    @Test func `A stop keeps the best mixture so far`() throws {
        let data = TestData.oneSegment(clusters(seed: 8))
        let detector = try GaussianMixtureDetector.fit(
            data, options: GaussianMixtureOptions(),
            context: FittingContext(report: { $0.completed >= 2 ? .stop : .proceed }))
        #expect(detector.components.count == 2)
    }

    @Test func `Columns that do not change or repeat another are learnt without harm`() throws {
        let noise = Tone.noise(seed: 9, count: 300)
        var frames = FeatureFrames(columnCount: 3)
        for index in 0..<300 { frames.append(time: Double(index), row: [noise[index], -2 * noise[index], 7]) }
        for covariance in MixtureCovariance.allCases {
            let detector = try fit(TestData.oneSegment(frames)) { $0.covariance = covariance }
            #expect(try detector.scores(frames).allSatisfy { $0.isFinite && $0 < 10 })
            let odd = FeatureFrames(
                columnCount: 3, times: [0, 1],
                values: [0.1, -0.2, 9] + Array(repeating: -.greatestFiniteMagnitude, count: 3))
            let scores = try detector.scores(odd)
            #expect(scores.allSatisfy { $0.isFinite && $0 > 1000 })
            #expect(try detector.contributions(odd).allSatisfy { $0.isFinite && $0 >= 0 })
        }
    }

    @Test(arguments: [
        ("components", "65"), ("covariance", "tied"), ("contextFrames", "65"), ("regularization", "0"),
        ("restarts", "0"), ("iterations", "0"), ("tolerance", "-1"),
    ])
    func `Options out of range are refused by name`(name: String, text: String) {
        let message = TestData.message { _ = try GaussianMixtureOptions().setting([(name: name, text: text)]) }
        #expect(message.contains(name))
    }

    @Test func `Too few windows for the components are refused`() {
        let data = TestData.oneSegment(clusters(seed: 10, count: 39))
        #expect(TestData.message { _ = try fit(data) { $0.components = 4 } }.contains("at least 40"))
    }

    @Test func `Damaged archives are refused or give finite scores`() throws {
        let archive = try fit(TestData.oneSegment(clusters(seed: 11))) { $0.components = 2 }.archived()
        try DamagedArchives.expectNamedTensors(archive) { try GaussianMixtureDetector(archive: $0) }
        try DamagedArchives.expectFiniteScores(archive, mutations: 300, on: clusters(seed: 12, count: 40)) {
            try GaussianMixtureDetector(archive: $0)
        }
    }
}
