import Foundation
import SignalCore
import Testing

@testable import Learning

@Suite struct CalibrationTests {
    /// Scores that are the squares of the true probabilities.
    private func squares(seed: UInt64, rows: Int) -> (scores: [Float], isPositive: [Bool]) {
        var generator = SeededGenerator(seed: seed)
        var (scores, isPositive) = ([Float](), [Bool]())
        for _ in 0..<rows {
            let probability = generator.uniform()
            scores.append(Float(probability * probability))
            isPositive.append(generator.uniform() < probability)
        }
        return (scores, isPositive)
    }

    @Test(arguments: [CalibrationMethod.platt, .isotonic]) func `Calibrated probabilities are those of the classes`(
        method: CalibrationMethod
    ) throws {
        let (scores, isPositive) = squares(seed: 1, rows: 20_000)
        let calibration = try ProbabilityCalibration(method, scores: scores, isPositive: isPositive)
        // A sigmoid of the log odds cannot follow a square exactly.
        for probability in stride(from: 0.15, through: 0.85, by: 0.05) {
            let calibrated = Double(calibration(Float(probability * probability)))
            #expect(abs(calibrated - probability) < (method == .platt ? 0.07 : 0.05))
        }
        let values = stride(from: Float(0), through: 1, by: 0.01).map { calibration($0) }
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(values.allSatisfy { (0...1).contains($0) })
    }

    @Test func `Isotonic levels are the largest of smallest means`() throws {
        // The closed form of the least squares staircase: max over starts of min over ends of the mean.
        let (scores, isPositive) = squares(seed: 2, rows: 60)
        let calibration = try ProbabilityCalibration(.isotonic, scores: scores, isPositive: isPositive)
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        let hits = order.map { isPositive[$0] ? 1.0 : 0.0 }
        for place in 0..<60 {
            var largest = -Double.infinity
            for start in 0...place {
                var smallest = Double.infinity
                for end in place..<60 {
                    smallest = min(smallest, hits[start...end].reduce(0, +) / Double(end - start + 1))
                }
                largest = max(largest, smallest)
            }
            #expect(abs(Double(calibration(scores[order[place]])) - largest) < 1e-6)
        }
    }

    @Test func `Platt's sigmoid is where the likelihood is flat`() throws {
        let (scores, isPositive) = squares(seed: 3, rows: 400)
        let calibration = try ProbabilityCalibration(.platt, scores: scores, isPositive: isPositive)
        let positive = Double(isPositive.count { $0 })
        let (high, low) = ((positive + 1) / (positive + 2), 1 / (400 - positive + 2))
        var (slope, intercept) = (0.0, 0.0)
        for (score, isPositive) in zip(scores, isPositive) {
            let odds = log(max(Double(score), 1e-6) / (1 - min(Double(score), 1 - 1e-6)))
            let error = Double(calibration(score)) - (isPositive ? high : low)
            slope += error * odds
            intercept += error
        }
        #expect(abs(slope) < 1e-2 && abs(intercept) < 1e-2)
    }

    @Test func `Calibrations come back from archives, and damaged ones are refused`() throws {
        let (scores, isPositive) = squares(seed: 4, rows: 200)
        for method in CalibrationMethod.allCases {
            let calibration = try ProbabilityCalibration(method, scores: scores, isPositive: isPositive)
            var archive = ModelArchive()
            calibration.store(in: &archive, prefix: "calibration.")
            #expect(try ProbabilityCalibration(archive: archive, prefix: "calibration.") == calibration)
            guard method == .isotonic else {
                archive.metadata["calibration.slope"] = "nan"
                let message = TestData.message {
                    _ = try ProbabilityCalibration(archive: archive, prefix: "calibration.")
                }
                #expect(message.contains("calibration.slope"))
                continue
            }
            try ArchiveDamage.check(archive, rounds: 100) { damaged in
                let back = try ProbabilityCalibration(archive: damaged, prefix: "calibration.")
                return [0, 0.3, 1].map { back($0) }
            }
        }
        #expect(throws: SignalError.self) {
            try ProbabilityCalibration(.platt, scores: [0.1, 0.2], isPositive: [true, false])
        }
    }

    @Test func `The threshold has the largest F1 of all`() throws {
        for seed in 5...9 as ClosedRange<UInt64> {
            var (scores, isPositive) = squares(seed: seed, rows: 80)
            scores = scores.map { ($0 * 20).rounded() / 20 }
            let threshold = try DecisionThreshold.largestF1(scores: scores, isPositive: isPositive)
            func f1(_ value: Float) -> Double {
                let hits = Double(zip(scores, isPositive).count { $0 >= value && $1 })
                return 2 * hits / Double(scores.count { $0 >= value } + isPositive.count { $0 })
            }
            #expect(abs(f1(threshold.value) - threshold.f1) < 1e-12)
            #expect(scores.allSatisfy { f1($0) <= threshold.f1 + 1e-12 })
        }
        #expect(throws: SignalError.self) {
            try DecisionThreshold.largestF1(scores: [0.1, 0.2], isPositive: [true, true])
        }
    }

    @Test func `Folds keep groups together and classes in proportion`() throws {
        var data = LabelledTables.classes(seed: 10, rows: 400, count: 3)
        let folds = try GroupedFolds(data, count: 5, seed: 1)
        #expect(folds.folds.flatMap(\.self).sorted() == Array(0..<400))
        guard case .classes(let classes, let names) = data.targets else { return }
        for index in names.indices {
            let counts = folds.folds.map { rows in rows.count { classes[$0] == index } }
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
        }
        #expect(try GroupedFolds(data, count: 5, seed: 1) == folds)
        #expect(try GroupedFolds(data, count: 5, seed: 2) != folds)
        data = LabelledData(
            schema: data.schema, frames: data.frames, targets: data.targets, groups: (0..<400).map { $0 / 9 })
        let grouped = try GroupedFolds(data, count: 4, seed: 1)
        for fold in grouped.folds.indices {
            let inside = Set(grouped.folds[fold].map { data.groups[$0] })
            #expect(inside.isDisjoint(with: grouped.rows(without: fold).map { data.groups[$0] }))
        }
        #expect(throws: SignalError.self) { try GroupedFolds(data, count: 100, seed: 1) }
    }

    @Test func `Held-out probabilities are by models that did not see the row`() throws {
        // Every row is of a class of its own chance, so that only a model that saw it could know.
        var generator = SeededGenerator(seed: 11)
        var frames = FeatureFrames(columnCount: 2)
        for row in 0..<200 {
            frames.append(time: Double(row), row: [Float(generator.uniform()), Float(generator.uniform())])
        }
        let classes = (0..<200).map { _ in generator.uniform() < 0.5 ? 0 : 1 }
        let data = LabelledData(
            schema: LabelledTables.schema(2), frames: frames, targets: .classes(classes, names: ["a", "b"]))
        let heldOut = try HeldOutPredictions.probabilities(
            RandomForestClassifier.self, data, folds: 5, options: RandomForestOptions(), context: FittingContext())
        let hits = zip(LabelledTables.likeliest(heldOut, 2), classes).count { $0 == $1 }
        #expect(heldOut.count == 400 && hits < 125)
        let forest = try RandomForestClassifier.fit(
            data, validation: nil, options: RandomForestOptions(), context: FittingContext())
        let inside = LabelledTables.likeliest(try forest.probabilities(frames), 2)
        #expect(inside == classes)
        let outOfBag = LabelledTables.likeliest(try #require(forest.outOfBagProbabilities), 2)
        #expect(zip(outOfBag, classes).count { $0 == $1 } < 125)
    }
}
