import SignalCore
import Testing

@testable import Learning

@Suite struct MaintenanceTests {
    @Test func `The costs of waiting are those worked out by hand`() {
        // Four equally likely lives; planned 100, failure 500; the unit has served 10 rows.
        let costs = MaintenanceCosts(outcomes: [2, 4, 6, 8], age: 10, longestWait: 8, planned: 100, unplanned: 500)
        #expect(costs.choices.map(\.failureProbability) == [0, 0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1])
        #expect(costs.choices.map(\.expectedCost) == [100, 100, 200, 200, 300, 300, 400, 400, 500])
        // Served after 1 row: 10 + 1; after 5: 10 + (2 + 4 + 5 + 5) / 4.
        #expect(costs.choices[1].costPerRow == 100.0 / 11 && costs.choices[5].costPerRow == 300.0 / 14)
        #expect(costs.best.wait == 1)
        let cheap = MaintenanceCosts(outcomes: [2, 4, 6, 8], age: 10, longestWait: 8, planned: 100, unplanned: 100)
        // A failure that costs no more is waited for.
        #expect(cheap.best.wait == 8)
        #expect(
            MaintenanceCosts(outcomes: [0], age: 1, longestWait: 0, planned: 1, unplanned: 5).best.expectedCost == 5)
    }

    @Test func `Intervals are as wide as the errors at that size, and hold as many as they say`() {
        var generator = SeededGenerator(seed: 9)
        func draw(_ count: Int) -> (predictions: [Double], truths: [Double]) {
            let predictions = (0..<count).map { _ in 100 * generator.uniform() }
            return (predictions, predictions.map { $0 + (0.1 + $0 / 10) * (2 * generator.uniform() - 1) })
        }
        let known = draw(8000)
        let spread = PredictionSpread(
            predictions: known.predictions, truths: known.truths, units: (0..<8000).map { $0 / 10 })
        let new = draw(4000)
        let hits = zip(new.predictions, new.truths).count { spread.interval(around: $0, level: 0.9).contains($1) }
        #expect((0.88...0.93).contains(Double(hits) / 4000))
        func width(_ prediction: Double) -> Double {
            let interval = spread.interval(around: prediction, level: 0.9)
            return interval.upperBound - interval.lowerBound
        }
        #expect(width(95) > 5 * width(3))
        let outcomes = spread.outcomes(of: 50)
        #expect(outcomes.count == 100 && outcomes == outcomes.sorted() && abs(outcomes[50] - 50) < 1)
        // Fewer units make wider intervals.
        let few = PredictionSpread(
            predictions: known.predictions, truths: known.truths, units: (0..<8000).map { $0 / 1000 })
        let (wide, narrow) = (few.interval(around: 50, level: 0.9), spread.interval(around: 50, level: 0.9))
        #expect(wide.lowerBound < narrow.lowerBound && wide.upperBound > narrow.upperBound)
        // Equal predictions share a bin.
        let flat = PredictionSpread(
            predictions: Array(repeating: 7, count: 900), truths: (0..<900).map { Double($0 % 9) },
            units: Array(0..<900))
        #expect(flat.interval(around: 7, level: 0.999) == 0...8)
    }

    @Test func `Columns that give the answer away are found`() {
        var generator = SeededGenerator(seed: 2)
        var frames = FeatureFrames(columnCount: 5)
        var isFailure: [Bool] = []
        for row in 0..<400 {
            let fails = row % 10 == 0
            isFailure.append(fails)
            let noise = Float(generator.uniform())
            // A measurement, the label with noise, a failure mode, a row number, an innocent switch.
            frames.append(
                time: 0,
                row: [noise, (fails ? 5 : 1) + noise, fails && row % 20 == 0 ? 1 : 0, Float(row), row % 3 == 0 ? 1 : 0])
        }
        let schema = FeatureSchema(
            feature: "table", columns: ["a", "answer", "mode", "number", "switch"].map { FeatureColumn($0) })
        let found = AnswerColumns.find(frames, schema: schema, isFailure: isFailure)
        #expect(found.map(\.column) == ["answer", "mode", "number"])
        #expect(found.map(\.isAnswer) == [true, false, false])
    }

    @Test func `Rules give risk and next check as they say`() throws {
        let predictor = try PredictorCase.predictor()
        var rules = MaintenanceRules(predictor)
        #expect(rules.highLife == 10 && rules.mediumLife == 20)
        (rules.highProbability, rules.mediumProbability) = (0.5, 0.2)
        #expect(rules.risk(probability: 0.5, life: 100).risk == .high)
        #expect(rules.risk(probability: 0.1, life: 10).risk == .high)
        #expect(rules.risk(probability: 0.3, life: nil).risk == .medium)
        let both = rules.risk(probability: 0.3, life: 15)
        #expect(both.risk == .medium && both.byProbability && both.byLife)
        #expect(rules.risk(probability: 0.1, life: 21).risk == .low)
        #expect(rules.nextCheck(.high, lower: 40) == 0 && rules.nextCheck(.medium, lower: 40) == 10)
        #expect(rules.nextCheck(.low, lower: 40) == 20 && rules.nextCheck(.low, lower: 0) == 1)
        #expect(rules.nextCheck(.low, lower: nil) == 10)
    }

    @Test func `Remaining life by health is where the line meets zero`() {
        let falling = (0..<60).map { 1 - 0.01 * Double($0) }
        // The last value is 0.41: 41 rows at 0.01 a row.
        #expect(abs((HealthIndex.remainingLife(falling) ?? 0) - 41) < 1e-6)
        #expect(HealthIndex.remainingLife(Array(repeating: 1, count: 60)) == nil)
        #expect(HealthIndex.remainingLife([1, 0.5]) == nil)
    }

    @Test func `Health falls with wear from one to zero`() throws {
        let units = PredictorCase.units(12, seed: 4)
        let index = try #require(
            try HealthIndex.fit(
                MahalanobisDetector.self, schema: PredictorCase.schema, units: units, firstRows: 20,
                context: FittingContext(seed: 1)))
        let health = try index.health(PredictorCase.units(1, seed: 77)[0])
        #expect(health.allSatisfy { (0...1).contains($0) })
        #expect(health.prefix(20).allSatisfy { $0 > 0.8 } && health.suffix(2).allSatisfy { $0 < 0.4 })
    }
}
