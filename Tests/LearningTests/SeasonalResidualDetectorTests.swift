import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct SeasonalResidualDetectorTests {
    private func fit(
        _ data: TrainingData, jobs: Int = 1, _ change: (inout SeasonalResidualOptions) -> Void = { _ in }
    ) throws -> SeasonalResidualDetector {
        var options = SeasonalResidualOptions()
        change(&options)
        return try SeasonalResidualDetector.fit(data, options: options, context: FittingContext(jobs: jobs))
    }

    /// Two columns, a row every ten seconds: a season of 1000 s with noise of size 0.2, and a trend. A
    /// share of the rows of the first is far off, to either side.
    private func table(
        seed: UInt64, from start: Int = 0, count: Int = 1200, outliers: Float = 0
    ) -> FeatureFrames {
        let noise = Tone.noise(seed: seed, count: 2 * count)
        let chance = Tone.noise(seed: seed + 1000, count: count)
        var frames = FeatureFrames(columnCount: 2)
        for index in 0..<count {
            let time = Double(start + index) * 10
            let season: Double = 3 * sin(2 * Double.pi * time / 1000 + 0.5)
            let trend: Double = 1e-4 * time - 2
            let outlier: Float = abs(chance[index]) < outliers ? (chance[index] < 0 ? -40 : 40) : 0
            frames.append(
                time: time,
                row: [Float(season) + 0.2 * noise[2 * index] + outlier, Float(trend) + 0.2 * noise[2 * index + 1]])
        }
        return frames
    }

    @Test func `The period is found, and season and trend are what was put in`() throws {
        let detector = try fit(TestData.oneSegment(table(seed: 1)))
        let period = try #require(detector.period)
        #expect(abs(period - 1000) < 3)
        let test = table(seed: 2, from: 1200, count: 300)
        let residuals = try detector.residuals(test)
        // Uniform noise up to 0.2 has the spread 1.4826 * 0.1.
        #expect(residuals.allSatisfy { abs($0) < 0.25 / 0.148 })
        for spread in detector.spreads { #expect(abs(spread - 0.148) < 0.02) }
    }

    @Test func `Outliers in training do not matter`() throws {
        let clean = try fit(TestData.oneSegment(table(seed: 3)))
        let spoiled = try fit(TestData.oneSegment(table(seed: 3, outliers: 0.05)))
        #expect(abs(try #require(spoiled.period) - 1000) < 3)
        #expect(Closeness.largestDifference(spoiled.coefficients, clean.coefficients) < 0.05)
        #expect(abs(spoiled.spreads[0] / clean.spreads[0] - 1) < 0.25)
    }

    @Test func `Robust regression without outliers is that of least squares`() {
        // A line through uniform noise, by the closed form.
        let noise = Tone.noise(seed: 4, count: 200).map(Double.init)
        let values = noise.indices.map { 3 + 0.5 * Double($0) / 100 + noise[$0] }
        var basis: [Double] = []
        for index in values.indices { basis += [1, Double(index) / 100] }
        let plain = RobustRegression.solve(basis, values, Array(repeating: 1, count: 200), 2)
        let meanX = values.indices.reduce(0) { $0 + Double($1) / 100 } / 200
        let meanY = values.reduce(0, +) / 200
        var products = 0.0
        var squares = 0.0
        for (index, value) in values.enumerated() {
            let x: Double = Double(index) / 100 - meanX
            products += x * (value - meanY)
            squares += x * x
        }
        #expect(abs(plain[1] - products / squares) < 1e-6)
        #expect(abs(plain[0] - (meanY - products / squares * meanX)) < 1e-6)
        let robust = RobustRegression.coefficients(basis: basis, values: values)
        #expect(Closeness.largestDifference(robust, plain) < 0.1)
    }

    @Test func `The transform is the discrete Fourier transform`() {
        let values = Tone.noise(seed: 5, count: 50).map(Double.init)
        let power = PowerOfTwoTransform(size: 64).power(values)
        let expected = (0..<32).map { bin -> Double in
            var real = 0.0
            var imaginary = 0.0
            for (index, value) in values.enumerated() {
                let phase: Double = 2 * Double.pi * Double(bin * index) / 64
                real += value * cos(phase)
                imaginary += value * sin(phase)
            }
            return real * real + imaginary * imaginary
        }
        #expect(Closeness.relativeToPeak(power, expected) < 1e-12)
    }

    @Test func `Noise and wandering have no period`() {
        for seed in 0..<10 as Range<UInt64> {
            let noise = Tone.noise(seed: 100 + seed, count: 2000)
            var level: Float = 0
            var frames = FeatureFrames(columnCount: 2)
            for index in 0..<1000 {
                level = 0.95 * level + noise[index]
                frames.append(time: Double(index), row: [noise[1000 + index], level])
            }
            #expect(PeriodSearch(frames)?.period() == nil)
        }
    }

    @Test func `Gaps and uneven times do not hide a period`() throws {
        let whole = table(seed: 6)
        var frames = FeatureFrames(columnCount: 2)
        for index in 0..<whole.count where index % 3 != 0 && !(300..<420).contains(index) {
            frames.append(time: whole.times[index], row: whole.values[whole.range(ofFrame: index)])
        }
        let period = try #require(PeriodSearch(frames)?.period())
        #expect(abs(period - 1000) < 10)
    }

    @Test func `Scores are what the definition says`() throws {
        let detector = try fit(TestData.oneSegment(table(seed: 7))) { $0.contextFrames = 12 }
        let test = table(seed: 8, from: 50, count: 60)
        let residuals = try detector.residuals(test)
        let lengths = [1, 2, 3, 5, 8, 12]
        #expect(SeasonalResidualDetector.lengths(contextFrames: 12) == lengths)
        let contributions = try detector.contributions(test)
        let scores = try detector.scores(test)
        for window in 0..<49 {
            for column in 0..<2 {
                var best = 0.0
                for (index, length) in lengths.enumerated() {
                    for first in window...window + 12 - length {
                        let sum = (first..<first + length).reduce(0.0) { $0 + residuals[$1 * 2 + column] }
                        best = max(best, abs(sum) / Double(length).squareRoot() / detector.limits[column * 6 + index])
                    }
                }
                #expect(abs(Double(contributions[window * 2 + column]) - best) < 1e-6 * best)
            }
            #expect(scores[window] == max(contributions[window * 2], contributions[window * 2 + 1]))
        }
    }

    @Test func `A small shift that lasts is seen by the sums and not by the rows`() throws {
        let data = TestData.oneSegment(table(seed: 9))
        var shifted = table(seed: 10, from: 1200, count: 300)
        shifted = FeatureFrames(
            columnCount: 2, times: shifted.times,
            values: shifted.values.enumerated().map { $0 % 2 == 1 ? $1 + 0.1 : $1 })
        let rows = try fit(data) { $0.contextFrames = 1 }.scores(shifted)
        let sums = try fit(data) { $0.contextFrames = 50 }.scores(shifted)
        #expect(Double(rows.count { $0 > 1.5 }) < 0.1 * Double(rows.count))
        #expect(Double(sums.count { $0 > 1.5 }) > 0.95 * Double(sums.count))
        let blame = try fit(data) { $0.contextFrames = 50 }.contributions(shifted)
        #expect((0..<sums.count).allSatisfy { blame[$0 * 2 + 1] > blame[$0 * 2] })
    }

    @Test func `Threads change nothing, and the archive holds everything`() throws {
        let data = TestData.oneSegment(table(seed: 11))
        let detector = try fit(data)
        let archive = try detector.archived()
        #expect(try fit(data, jobs: 4).archived() == archive)
        let back = try SeasonalResidualDetector(archive: archive)
        let test = table(seed: 12)
        #expect(try back.scores(test) == detector.scores(test))
        let given = try fit(data) { $0.period = 500 }
        #expect(given.period == 500)
        #expect(try fit(data) { $0.harmonics = 0 }.period == nil)
    }

    @Test func `Constant columns, equal times and huge values do no harm`() throws {
        let frames = FeatureFrames(
            columnCount: 2, times: Array(repeating: 5, count: 100),
            values: Tone.noise(seed: 13, count: 100).flatMap { [7, $0] })
        let detector = try fit(TestData.oneSegment(frames))
        let odd = FeatureFrames(
            columnCount: 2, times: (0..<8).map { Double($0) * 1e14 },
            values: Array(repeating: .greatestFiniteMagnitude, count: 16))
        #expect(try detector.scores(frames).allSatisfy { $0.isFinite && $0 < 10 })
        #expect(try detector.scores(odd).allSatisfy { $0.isFinite && $0 > 10 })
        let stirred = FeatureFrames(
            columnCount: 2, times: Array(repeating: 5, count: 8),
            values: Array(repeating: [9, 0], count: 8).flatMap(\.self))
        let blame = try detector.contributions(stirred)
        #expect(blame[0] > 10 && blame[0] > blame[1])
    }

    @Test func `A time that is no number is refused by its frame`() throws {
        let whole = table(seed: 14)
        var times = whole.times
        times[17] = .nan
        let frames = FeatureFrames(columnCount: 2, times: times, values: whole.values)
        #expect(TestData.message { _ = try fit(TestData.oneSegment(frames)) }.contains("the time of frame 17"))
        let detector = try fit(TestData.oneSegment(whole))
        #expect(TestData.message { _ = try detector.scores(frames) }.contains("the time of frame 17"))
    }

    @Test(arguments: [
        ("period", "-1"), ("harmonics", "9"), ("contextFrames", "0"), ("limitQuantile", "0.3"), ("trend", "steep"),
    ])
    func `Options out of range are refused by name`(name: String, text: String) {
        let message = TestData.message { _ = try SeasonalResidualOptions().setting([(name: name, text: text)]) }
        #expect(message.contains(name))
    }

    @Test func `Damaged archives are refused or give finite scores`() throws {
        let archive = try fit(TestData.oneSegment(table(seed: 15))).archived()
        try DamagedArchives.expectNamedTensors(archive) { try SeasonalResidualDetector(archive: $0) }
        try DamagedArchives.expectFiniteScores(archive, mutations: 300, on: table(seed: 16, count: 40)) {
            try SeasonalResidualDetector(archive: $0)
        }
    }
}
