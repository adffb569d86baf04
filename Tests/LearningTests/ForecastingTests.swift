import SignalCore
import Testing

@testable import Learning

@Suite struct ForecastMetricsTests {
    @Test func `Errors are those computed by hand`() {
        let metrics = ForecastMetrics(
            actual: [1, 2, 4, 0], forecast: [2, 2, 1, 0],
            intervals: [(0.8, [1.5, 1, 3, 0], [3, 3, 5, 0])], scale: 0.5)
        #expect(metrics.meanAbsoluteError == 1)
        #expect(abs(metrics.rootMeanSquaredError - 2.5.squareRoot()) < 1e-12)
        // 200/3, 0, 600/5, 0.
        #expect(abs(metrics.symmetricPercentageError - (200.0 / 3 + 120) / 4) < 1e-12)
        #expect(metrics.meanAbsoluteScaledError == 2)
        #expect(metrics.coverage == [0.75])
        // Lower at 0.1: (0.9 * 0.5 + 0.1 * 1 + 0.1 * 1 + 0) / 4; upper at 0.9: (0.1 * 2 + 0.1 * 1 + 0.1 * 1) / 4;
        // median: 0.5 * 4 / 4.
        let expected = ((0.45 + 0.1 + 0.1) / 4 + (0.2 + 0.1 + 0.1) / 4 + 0.5) / 3
        #expect(abs((metrics.pinballLoss ?? 0) - expected) < 1e-12)
    }

    @Test func `Scaled errors rest on the seasonal naive error in training`() {
        #expect(ForecastMetrics.scale(of: [1, 5, 2, 7], period: 2) == 1.5)
        #expect(ForecastMetrics.scale(of: [1, 5], period: 2) == 0)
        let metrics = ForecastMetrics(actual: [1], forecast: [1], scale: 0)
        #expect(metrics.meanAbsoluteScaledError == nil && metrics.pinballLoss == nil && metrics.coverage.isEmpty)
    }

    @Test func `Origins are spread from the first to the last place with room`() {
        #expect(RollingForecasts.origins(3, from: 10, frames: 25, horizon: 5) == [10, 15, 20])
        #expect(RollingForecasts.origins(100, from: 10, frames: 17, horizon: 5) == [10, 11, 12])
        #expect(RollingForecasts.origins(1, from: 10, frames: 25, horizon: 5) == [20])
        #expect(RollingForecasts.origins(5, from: 21, frames: 25, horizon: 5).isEmpty)
    }
}

/// A forecaster, its intervals and their choice on series whose nature is known.
@Suite struct CalibratedForecasterTests {
    private static func noise(_ generator: inout SeededGenerator) -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() }
    }

    private static func data(_ values: [Double]) -> TrainingData {
        TrainingData(
            schema: FeatureSchema(feature: "table", columns: [FeatureColumn("a")]),
            frames: FeatureFrames(
                columnCount: 1, times: values.indices.map(Double.init), values: values.map { Float($0) }),
            segments: values.isEmpty ? [] : [0..<values.count])
    }

    private static func settings(_ horizon: Int) -> [(name: String, text: String)] {
        [(name: "horizon", text: String(horizon))]
    }

    @Test(arguments: ["mean", "last-value", "auto-regressive"])
    func `Intervals hold what they promise on independent noise`(name: String) throws {
        var generator = SeededGenerator(seed: 11)
        let values = (0..<3000).map { _ in 5 + 2 * Self.noise(&generator) }
        let model = try CalibratedForecaster.fit(
            named: name, Self.data(values), settings: Self.settings(4), context: FittingContext())
        let fresh = Self.data((0..<4000).map { _ in 5 + 2 * Self.noise(&generator) }).frames
        let backtest = try ForecastBacktest(
            [(name: name, model: model)], frames: fresh,
            origins: RollingForecasts.origins(500, from: 200, frames: fresh.count, horizon: 4), steps: 4,
            levels: [0.5, 0.8, 0.9], periods: [1])
        for (level, covered) in zip([0.5, 0.8, 0.9], backtest.covered) {
            #expect(abs(Double(covered.inside) / Double(covered.all) - level) < 0.035)
        }
    }

    @Test func `A level needs enough residuals, and says how many`() throws {
        var generator = SeededGenerator(seed: 1)
        let model = try CalibratedForecaster.fit(
            named: "mean", Self.data((0..<80).map { _ in Self.noise(&generator) }), settings: Self.settings(2),
            context: FittingContext())
        #expect(model.intervals.originCount == 30)
        try model.intervals.requireLevel(0.9)
        let high = #expect(throws: SignalError.self) { try model.intervals.requireLevel(0.99) }
        #expect(high?.code == .insufficientData && high?.message.contains("99") == true)
        for level in [0, 1, .nan, -1] {
            let error = #expect(throws: SignalError.self) { try model.intervals.requireLevel(level) }
            #expect(error?.code == .invalidOption)
        }
        let far = #expect(throws: SignalError.self) {
            try model.forecast(after: Self.data([1, 2]).frames, steps: 3, levels: [])
        }
        #expect(far?.code == .invalidOption && far?.message.contains("1 to 2 steps") == true)
        let few = #expect(throws: SignalError.self) {
            try CalibratedForecaster.fit(
                named: "mean", Self.data([1, 2, 3, 4, 5]), settings: Self.settings(2), context: FittingContext())
        }
        #expect(few?.code == .insufficientData)
    }

    @Test func `Residuals of a known model are the quantiles of what it misses`() throws {
        // Means of -1 and 1 in turns: the mean forecasts 0 (or nearly), and every residual is 1.
        let values = (0..<200).map { $0 % 2 == 0 ? 1.0 : -1.0 }
        let model = try CalibratedForecaster.fit(
            named: "mean", Self.data(values), settings: Self.settings(1), context: FittingContext())
        let forecast = try model.forecast(after: Self.data(values).frames, steps: 1, levels: [0.1, 0.9])
        for interval in forecast.intervals { #expect(abs(interval.upper[0] - interval.lower[0] - 2) < 1e-3) }
    }

    @Test func `Intervals widen by as much as recent errors are larger than usual, and never narrow`() throws {
        var generator = SeededGenerator(seed: 5)
        let values = (0..<2000).map { _ in Self.noise(&generator) }
        let model = try CalibratedForecaster.fit(
            named: "mean", Self.data(values), settings: Self.settings(4), context: FittingContext())
        let usual = model.intervals.usualErrors.reduce(0, +) / 4
        func width(_ history: [Double]) throws -> Double {
            let interval = try model.forecast(after: Self.data(history).frames, steps: 4, levels: [0.9]).intervals[0]
            return interval.upper[0] - interval.lower[0]
        }
        // Rows that alternate move as much, wherever their level is: only the mean's errors tell them apart.
        func history(level: Double) -> [Double] { (0..<200).map { level + ($0 % 2 == 0 ? 0.5 : -0.5) } }
        let calm = try width(history(level: 0))
        let mean = Double(try model.forecaster.forecasts(Self.data([0]).frames)[0])
        for level in [2.0, 3, 50] {
            let scale = model.intervals.usualChange[0] / 2 + 0.5
            let expected = min((level - mean) / scale / usual, 4)
            #expect(abs(try width(history(level: level)) / calm - expected) < 0.05 * expected)
        }
        // Half the usual error is no reason to promise more.
        #expect(try width(history(level: 0.2)) == calm)
    }

    @Test func `Files of before recent errors were looked at are read, and widen by movement alone`() throws {
        let values = (0..<300).map { Double($0 % 7) + 0.01 * Double($0 * $0 % 31) }
        let model = try CalibratedForecaster.fit(
            named: "mean", Self.data(values), settings: Self.settings(2), context: FittingContext())
        var archive = ModelArchive()
        model.intervals.store(in: &archive)
        #expect(try ForecastIntervals(archive: archive, horizon: 2, targetCount: 1) == model.intervals)
        archive.tensors["intervals.usual_errors"] = nil
        let old = CalibratedForecaster(
            forecaster: model.forecaster,
            intervals: try ForecastIntervals(archive: archive, horizon: 2, targetCount: 1))
        func width(_ model: CalibratedForecaster, _ level: Double) throws -> Double {
            let history = Self.data((0..<60).map { level + Double($0 % 2) }).frames
            let interval = try model.forecast(after: history, steps: 2, levels: [0.5]).intervals[0]
            return interval.upper[0] - interval.lower[0]
        }
        #expect(try abs(width(old, 3) - width(old, 40)) < 1e-4)
        #expect(try width(model, 40) > 2 * width(model, 3))
    }

    @Test func `Auto takes the last value on random walks`() throws {
        var taken = 0
        for seed in 0..<10 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var level = 0.0
            let values = (0..<600).map { _ -> Double in
                level += Self.noise(&generator)
                return level
            }
            var options = AutoForecasterOptions()
            options.horizon = 10
            let auto = try AutoForecaster.fit(Self.data(values), options: options, context: FittingContext(jobs: 2))
            if auto.choices[0].label == "last-value" { taken += 1 }
            #expect(auto.choices[0].reason.contains("last-value") || auto.choices[0].reason.contains("baseline"))
        }
        #expect(taken >= 6)
    }

    @Test func `Auto takes a seasonal forecaster where there is a season, and tells its figures`() throws {
        var generator = SeededGenerator(seed: 3)
        let values = (0..<800).map { 10 + [4.0, 6, 3, -1, -5, -7, -2, 2][$0 % 8] + Self.noise(&generator) }
        var options = AutoForecasterOptions()
        options.horizon = 8
        let auto = try AutoForecaster.fit(Self.data(values), options: options, context: FittingContext())
        let choice = auto.choices[0]
        #expect(choice.label.contains("period 8") && choice.reason.contains("standard error"))
        let errors = Dictionary(uniqueKeysWithValues: choice.trials.map { ($0.label, $0.meanAbsoluteError) })
        // The season once more has the noise twice: sqrt 2 times as much; mean |noise| is 0.8.
        let naive = try #require(errors["seasonal-naive (period 8)"] ?? nil)
        #expect(abs(naive - 0.8 * 2.0.squareRoot()) < 0.1)
        let chosen = try #require(errors[choice.label] ?? nil)
        #expect(chosen < 0.85 * naive)
        let back = try AutoForecaster(archive: auto.archived())
        #expect(back.choices == auto.choices)
    }

    @Test func `Auto tries the candidates that it is given beside the baselines, lstm too`() throws {
        var generator = SeededGenerator(seed: 4)
        let data = Self.data((0..<160).map { [4.0, 6, 3, -1, -5, -7, -2, 2][$0 % 8] + 0.1 * Self.noise(&generator) })
        let options = try AutoForecasterOptions().setting([
            (name: "candidates", text: "lstm"), (name: "horizon", text: "2"), (name: "origins", text: "4"),
            (name: "period", text: "1"),
        ])
        let auto = try AutoForecaster.fit(data, options: options, context: FittingContext(seed: 1, jobs: 2))
        let errors = Dictionary(uniqueKeysWithValues: auto.choices[0].trials.map { ($0.label, $0.meanAbsoluteError) })
        #expect(Set(errors.keys).isSuperset(of: ["last-value", "mean", "lstm"]))
        #expect(errors.keys.allSatisfy { !$0.hasPrefix("linear") && !$0.hasPrefix("holt-winters") })
        #expect(try #require(errors["lstm"] ?? nil).isFinite)
        let back = try AutoForecaster(archive: auto.archived())
        #expect(back.options.candidates == ["lstm"] && back.choices == auto.choices)
    }

    @Test func `Files of auto without candidates are read, and unknown candidates are refused by name`() throws {
        var options = AutoForecasterOptions()
        let auto = try AutoForecaster.fit(
            Self.data((0..<80).map(Double.init)), options: options, context: FittingContext())
        var archive = try auto.archived()
        archive.metadata["option.candidates"] = nil
        #expect(try AutoForecaster(archive: archive).options.candidates == options.candidates)
        options.candidates = ["lstn"]
        let error = #expect(throws: SignalError.self) { try options.validate() }
        #expect(error?.message.contains("lstm") == true && error?.message.contains("lstn") == true)
        options = AutoForecasterOptions()
        options.horizon = 1001
        let tooFar = #expect(throws: SignalError.self) { try options.validate() }
        #expect(tooFar?.message.contains("1 to 1000") == true && tooFar?.message.contains("coarser") == true)
    }

    @Test func `Others are only taken when they beat the best baseline by more than the standard error`() throws {
        let labels = ["last-value", "mean", "clever"]
        let baselines = [true, true, false]
        let sure = try #require(
            ForecastChoice.choose(
                labels: labels, baselines: baselines, errors: [[2, 2.1, 1.9, 2], [3, 3, 3, 3], [1, 1.1, 0.9, 1]]))
        #expect(sure.index == 2 && sure.choice.reason.contains("50.0 % below"))
        let chance = try #require(
            ForecastChoice.choose(
                labels: labels, baselines: baselines, errors: [[2, 2, 2, 2], [3, 3, 3, 3], [0.1, 4, 0.1, 3.7]]))
        #expect(chance.index == 0 && chance.choice.reason.contains("no more than its standard error"))
        let lost = try #require(
            ForecastChoice.choose(labels: labels, baselines: baselines, errors: [[2, 2], [1, 1], nil]))
        #expect(lost.index == 1 && lost.choice.trials[2].meanAbsoluteError == nil)
        #expect(ForecastChoice.choose(labels: labels, baselines: baselines, errors: [nil, nil, [1]]) == nil)
    }
}

@Suite struct TrainedForecasterTests {
    private static func trained(_ name: String) throws -> TrainedForecaster {
        var generator = SeededGenerator(seed: 5)
        let columns = [FeatureColumn("flow", unit: "l/min"), FeatureColumn("load")]
        var frames = FeatureFrames(columnCount: 2)
        for frame in 0..<300 {
            frames.append(
                time: Double(frame), row: [Float(frame % 6) + Float(generator.uniform()), Float(generator.uniform())])
        }
        let data = TrainingData(
            schema: FeatureSchema(feature: "table", columns: columns), frames: frames, segments: [0..<300])
        return try TrainedForecaster(
            model: CalibratedForecaster.fit(
                named: name, data, settings: [("horizon", "3"), ("targets", "1")].map { (name: $0.0, text: $0.1) },
                context: FittingContext()),
            table: TableExpectation(columns: columns, rowSpacing: 60, hasAbsoluteTimes: true),
            provenance: TrainingProvenance(
                seed: 42, toolVersion: "1", recordingCount: 1, frameCount: 300, digests: [7], rowCounts: [300]))
    }

    @Test(arguments: ["auto", "linear", "mean"])
    func `An archive gives the model again, and every loss of a part is named`(
        name: String
    ) throws {
        let model = try Self.trained(name)
        let archive = try model.archived()
        let back = try TrainedForecaster(archive: archive)
        #expect(try back.archived() == archive)
        #expect(back.targets == [FeatureColumn("flow", unit: "l/min")])
        let history = FeatureFrames(
            columnCount: 2, times: (0..<200).map(Double.init), values: (0..<400).map { Float($0 % 6) })
        let forecast = try model.model.forecast(after: history, steps: 2, levels: [0.8])
        #expect(try back.model.forecast(after: history, steps: 2, levels: [0.8]) == forecast)
        // Older files lack these two.
        let optional: Set = ["training.rows", "intervals.usual_errors"]
        for tensor in archive.tensors.keys where !optional.contains(tensor) {
            var without = archive
            without.tensors[tensor] = nil
            let error = #expect(throws: SignalError.self) { try TrainedForecaster(archive: without) }
            #expect(error?.place.tensor == tensor)
        }
        for (entry, text) in [
            ("format", "auscult model"), ("format_version", "9"), ("table.row_spacing_seconds", "0"),
            ("algorithm", "oracle"), ("table.columns", "flow"), ("intervals.origins", "-1"),
        ] {
            var wrong = archive
            wrong.metadata[entry] = text
            #expect(throws: SignalError.self) { try TrainedForecaster(archive: wrong) }
        }
        var more = archive
        more.tensors["extra"] = Tensor(shape: [1], .float32([1]))
        let extra = #expect(throws: SignalError.self) { try TrainedForecaster(archive: more) }
        #expect(extra?.place.tensor == "extra")
        #expect(model.card.contains("flow (l/min)") && model.card.contains("## Intervals"))
    }
}
