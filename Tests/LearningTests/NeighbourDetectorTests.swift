import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct NeighbourDetectorTests {
    private func outlierFactor(
        _ data: TrainingData, jobs: Int = 1, _ change: (inout LocalOutlierFactorOptions) -> Void = { _ in }
    ) throws -> LocalOutlierFactor {
        var options = LocalOutlierFactorOptions()
        change(&options)
        return try LocalOutlierFactor.fit(data, options: options, context: FittingContext(jobs: jobs))
    }

    private func nearest(
        _ data: TrainingData, jobs: Int = 1, _ change: (inout NearestNeighboursOptions) -> Void = { _ in }
    ) throws -> NearestNeighbours {
        var options = NearestNeighboursOptions()
        change(&options)
        return try NearestNeighbours.fit(data, options: options, context: FittingContext(jobs: jobs))
    }

    /// Scaled windows of clips, the obvious way.
    private func windows(_ scaler: FrameScaler, _ data: TrainingData, context: Int) -> [[Double]] {
        data.segments.flatMap { segment in
            (segment.lowerBound...(segment.upperBound - context)).map { start in
                (0..<context * 8).map { element in
                    let value = Double(data.frames.values[start * 8 + element])
                    return (value - scaler.mean[element % 8]) / scaler.scale[element % 8]
                }
            }
        }
    }

    private func distances(_ query: [Double], _ points: [[Double]]) -> [(distance: Double, point: Int)] {
        var all: [(distance: Double, point: Int)] = []
        for (number, point) in points.enumerated() {
            var square = 0.0
            for (left, right) in zip(query, point) { square += (left - right) * (left - right) }
            all.append((square.squareRoot(), number))
        }
        return all.sorted { $0 < $1 }
    }

    @Test(arguments: [1, 3]) func `Scores are what Breunig and Ramaswamy define`(context: Int) throws {
        let data = TestData.correlated(seed: 1, clips: 4)
        let k = 7
        let model = try outlierFactor(data) {
            $0.neighbours = k
            $0.contextFrames = context
        }
        let points = windows(model.neighbourhood.scaler, data, context: context)
        let others = points.map { Array(distances($0, points).dropFirst().prefix(k)) }
        func density(_ neighbours: [(distance: Double, point: Int)]) -> Double {
            Double(k) / neighbours.reduce(0.0) { max($1.distance, others[$1.point][k - 1].distance) + $0 }
        }
        let densities = others.map(density)
        func factor(_ neighbours: [(distance: Double, point: Int)]) -> Double {
            neighbours.reduce(0.0) { $0 + densities[$1.point] } / Double(k) / density(neighbours)
        }
        let test = TestData.correlated(seed: 2, clips: 1)
        let queries = windows(model.neighbourhood.scaler, test, context: context)
        let nearest = queries.map { Array(distances($0, points).prefix(k)) }
        #expect(Closeness.relativeToPeak(try model.scores(test.frames), nearest.map(factor)) < 1e-6)
        let outlierForm = try outlierFactor(data) {
            $0.neighbours = k
            $0.contextFrames = context
            $0.form = .outlier
        }
        let among = try data.segments.indices.flatMap { try outlierForm.scores(data.frames(ofSegment: $0)) }
        #expect(Closeness.relativeToPeak(among, others.map(factor)) < 1e-6)
        // What is not among the training windows is scored alike by both forms.
        #expect(try outlierForm.scores(test.frames) == model.scores(test.frames))

        for distance in NeighbourDistance.allCases {
            let model = try self.nearest(data) {
                $0.neighbours = k
                $0.contextFrames = context
                $0.distance = distance
            }
            let expected: [Double] = nearest.map { list in
                if distance == .last { return list[k - 1].distance }
                return list.reduce(0.0) { $0 + $1.distance } / Double(k)
            }
            #expect(Closeness.relativeToPeak(try model.scores(test.frames), expected) < 1e-6)
            let contributions = try model.contributions(test.frames)
            for query in queries.indices {
                var shares = Array(repeating: 0.0, count: 8)
                for element in queries[query].indices {
                    let sum = nearest[query].reduce(0.0) { $0 + points[$1.point][element] }
                    let difference = queries[query][element] - sum / Double(k)
                    shares[element % 8] += difference * difference
                }
                for column in 0..<8 {
                    let own = Double(contributions[query * 8 + column]) * model.neighbourhood.contributionMean[column]
                    #expect(abs(own - shares[column]) < 1e-5 * max(1, shares[column]))
                }
            }
        }
    }

    @Test func `The number of threads changes nothing`() throws {
        let data = TestData.correlated(seed: 3)
        let factor = try outlierFactor(data).archived()
        let distance = try nearest(data).archived()
        for jobs in [2, 3] {
            #expect(try outlierFactor(data, jobs: jobs).archived() == factor)
            #expect(try nearest(data, jobs: jobs).archived() == distance)
        }
    }

    @Test func `Of many rows a random selection is kept, by the seed`() throws {
        let data = TestData.correlated(seed: 4)
        let model = try outlierFactor(data) { $0.maximumRows = 100 }
        #expect(model.neighbourhood.search.count == 100)
        #expect(
            try nearest(data) { $0.maximumRows = 100 }.neighbourhood.search.points == model.neighbourhood.search.points)
        var options = NearestNeighboursOptions()
        options.maximumRows = 100
        let other = try NearestNeighbours.fit(data, options: options, context: FittingContext(seed: 1))
        #expect(other.neighbourhood.search.points != model.neighbourhood.search.points)
    }

    @Test func `Outliers of a toy set rank at the top`() throws {
        // The toy set of scikit-learn's test_lof, twice the inliers, for there have to be ten windows.
        let rows: [[Float]] = [[-2, -1], [-1, -1], [-1, -2], [1, 1], [1, 2], [2, 1], [5, 3], [-4, 2]]
        var frames = FeatureFrames(columnCount: 2)
        for row in rows.prefix(6).map({ $0.map { $0 * 1.1 } }) + rows {
            frames.append(time: Double(frames.count), row: row)
        }
        let model = try outlierFactor(TestData.oneSegment(frames)) {
            $0.neighbours = 5
            $0.form = .outlier
        }
        let factors = try model.scores(frames)
        #expect(Set(factors.indices.sorted { factors[$0] > factors[$1] }.prefix(2)) == [12, 13])
    }

    @Test func `Duplicates, huge and tiny values give finite scores`() throws {
        let noise = Tone.noise(seed: 5, count: 400)
        for scaling in FrameScaling.allCases {
            var frames = FeatureFrames(columnCount: 4)
            for index in 0..<100 {
                frames.append(
                    time: Double(index),
                    row: [3e38 * noise[index], 1e-37 * noise[100 + index], 0.1, index < 60 ? 1 : noise[index]])
            }
            for index in 0..<40 { frames.append(time: Double(index), row: [1, 0, 0.1, 1]) }
            var extreme = FeatureFrames(columnCount: 4)
            extreme.append(time: 0, row: [.greatestFiniteMagnitude, 1, -.greatestFiniteMagnitude, 0])
            extreme.append(time: 1, row: [-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude, 0])
            extreme.append(time: 2, row: [1, 0, 0.1, 1])
            let data = TestData.oneSegment(frames)
            let models: [any Detector] = [
                try outlierFactor(data) { $0.scaling = scaling },
                try nearest(data) { $0.scaling = scaling },
            ]
            for model in models {
                for frames in [frames, extreme] {
                    #expect(try model.scores(frames).allSatisfy { $0.isFinite && $0 >= 0 })
                    #expect(try model.contributions(frames).allSatisfy { $0.isFinite && $0 >= 0 })
                }
            }
        }
    }

    @Test func `Training data that cannot be learnt from is refused with a sentence`() throws {
        let data = TestData.correlated(seed: 9, clips: 3, framesPerClip: 12)
        let few = TestData.message { _ = try outlierFactor(data) { $0.contextFrames = 8 } }
        #expect(few.contains("15 windows of 8 frames") && few.contains("at least 21"))
        #expect(TestData.message { _ = try nearest(data) { $0.neighbours = 36 } }.contains("at least 37"))
        let constant = FeatureFrames(
            columnCount: 2, times: (0..<40).map(Double.init), values: Array(repeating: 0.1, count: 80))
        #expect(
            TestData.message { _ = try outlierFactor(TestData.oneSegment(constant)) }.contains(
                "every column is constant"))
    }

    @Test(arguments: [
        ("neighbours", "0"), ("neighbours", "501"), ("contextFrames", "0"), ("contextFrames", "65"),
        ("maximumRows", "1"), ("maximumRows", "200001"), ("maximumRows", "3"), ("scaling", "perhaps"),
    ])
    func `Options out of range are refused by name`(name: String, text: String) {
        #expect(
            TestData.message { _ = try LocalOutlierFactorOptions().setting([(name: name, text: text)]) }.contains(name))
        #expect(
            TestData.message { _ = try NearestNeighboursOptions().setting([(name: name, text: text)]) }.contains(name))
    }

    @Test func `A damaged archive is refused with a sentence, or scores`() throws {
        let data = TestData.correlated(seed: 10, clips: 3)
        let frames = TestData.correlated(seed: 11, clips: 1).frames
        func use(_ model: any Detector) throws -> [Float] {
            let fitting = model.columnCount == 8 ? frames : FeatureFrames(columnCount: model.columnCount)
            return try model.scores(fitting) + model.contributions(fitting)
        }
        try ArchiveDamage.check(outlierFactor(data).archived(), rounds: 120) {
            try use(LocalOutlierFactor(archive: $0))
        }
        try ArchiveDamage.check(nearest(data).archived(), rounds: 120) { try use(NearestNeighbours(archive: $0)) }
    }
}
