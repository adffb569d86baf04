import Foundation
import Learning
import SignalCore

/// A forecast of a series, with all that is said about it.
struct ForecastRun: Sendable {
    let series: ForecastSeries
    let model: CalibratedForecaster
    let forecast: ForecastSteps
    let steps: Int
    let levels: [Double]
    /// The algorithm, for people.
    let method: String
    /// The name and settings of what is fitted here; `nil` for a model file.
    private let fitting: (name: String, settings: [(name: String, text: String)])?
    private let context: FittingContext
    /// The losses of the fit, where it had some.
    let histories: [TrainingHistory]

    /// Fits, where no file is given, and forecasts.
    init(
        series: ForecastSeries, file: ForecasterFile?, name: String, settings: [String], horizon: Int?,
        levels: [Double],
        context: FittingContext
    ) throws {
        self.series = series
        self.levels = levels
        self.context = context
        let recorded = TrainingHistories()
        do {
            if let file {
                model = file.forecaster.model
                steps = horizon ?? model.forecaster.horizon
                fitting = nil
                file.forecaster.provenance.histories.forEach(recorded.add)
            } else {
                steps = horizon ?? Train.usualHorizon
                let settings = try ForecastSettings(settings, horizon: steps).settings
                var context = context
                context.record = recorded.add
                model = try CalibratedForecaster.fit(
                    named: name, series.training, settings: settings, context: context)
                fitting = (name, settings)
            }
            try Interruption.check()
            forecast = try model.forecast(after: series.lastRun, steps: steps, levels: levels)
        } catch let error as SignalError where error.code != .invalidOption {
            throw error.place.path == nil ? error.at(path: series.path) : error
        }
        method = type(of: model.forecaster).name
        histories = recorded.all
    }

    /// The columns that are forecast.
    var targets: [FeatureColumn] { Array(series.columns.prefix(forecast.targetCount)) }

    /// What auto chose, a line a column.
    var choiceLines: [String] {
        guard let auto = model.forecaster as? AutoForecaster else { return [] }
        return zip(targets, auto.choices).map { "\($0.name): \($1.reason)" }
    }

    /// The forecast as the CSV of the command: the interval is that of the highest level.
    var csv: String {
        var text = "time,column,step,forecast,lower,upper\n"
        let widest = forecast.intervals.last
        for step in 0..<steps {
            let time = series.timeText(series.time(ofStep: step + 1))
            for (column, target) in targets.enumerated() {
                let place = step * targets.count + column
                let numbers = [forecast.values[place], widest?.lower[place] ?? 0, widest?.upper[place] ?? 0]
                text += "\(time),\(Self.field(target.name)),\(step + 1),"
                text += numbers.map { Self.number($0) }.joined(separator: ",") + "\n"
            }
        }
        return text
    }

    /// A text as a field of CSV.
    private static func field(_ text: String) -> String {
        text.contains(where: { ",\"\n\r".contains($0) }) ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }

    /// Single precision is what the columns have.
    static func number(_ value: Double) -> String {
        let value = Float(
            max(-Double(Float.greatestFiniteMagnitude), min(Double(Float.greatestFiniteMagnitude), value)))
        return value == value.rounded() && abs(value) < 1e7 ? String(Int(value)) : String(value)
    }

    /// Forecasts from past places. What is fitted here is fitted anew on the rows before the first of them.
    func backtest(_ count: Int, console: Console) throws -> BacktestReport {
        let run = series.lastRun
        let first = Int(0.7 * Double(run.count))
        let start = series.segments.last?.lowerBound ?? 0
        let training = TrainingData(
            schema: series.training.schema, frames: series.frames.frames(in: 0..<start + first),
            segments: series.segments.dropLast() + (first > 0 ? [start..<start + first] : []))
        do {
            let tested = try fitting.map { own in
                try CalibratedForecaster.fit(named: own.name, training, settings: own.settings, context: context)
            }
            let (baselines, periods) = try ForecastBacktest.baselines(
                training, horizon: steps, targets: forecast.targetCount, context: context)
            let models = [(name: method, model: tested ?? model)] + baselines.filter { $0.name != method }
            let longest = models.map { $0.model.forecaster.contextLength }.max() ?? 1
            let origins = RollingForecasts.origins(
                count, from: max(first, longest), frames: run.count, horizon: steps)
            guard !origins.isEmpty else {
                throw SignalError(
                    .insufficientData,
                    "the last 30 % of \(run.count) rows have no room for \(steps) steps after the first \(max(first, longest))"
                )
            }
            if origins.count < count {
                console.warn("there is room for \(origins.count) places to forecast from, not for \(count)")
            }
            return BacktestReport(
                try ForecastBacktest(
                    models, frames: run, origins: origins, steps: steps, levels: levels, periods: periods),
                columns: targets)
        } catch let error as SignalError where error.code == .insufficientData {
            throw SignalError(.insufficientData, "a backtest is not possible: \(error.message)").at(path: series.path)
        }
    }

    /// When columns are expected to reach the threshold.
    func crossings() -> [ForecastCrossing] {
        guard let threshold = series.threshold else { return [] }
        let run = series.lastRun
        return targets.indices.map { column in
            let last = run.values.isEmpty ? 0 : Double(run.values[(run.count - 1) * run.columnCount + column])
            func first(_ values: [Double]) -> Int? {
                (0..<steps).first { values[$0 * targets.count + column] >= threshold }.map { $0 + 1 }
            }
            let widest = forecast.intervals.last
            func time(_ step: Int?) -> String? { step.map { series.timeText(series.time(ofStep: $0)) } }
            return ForecastCrossing(
                column: targets[column].name, threshold: threshold, isReached: last >= threshold, steps: steps,
                level: widest?.level ?? 0, expected: time(first(forecast.values)),
                earliest: time(first(widest?.upper ?? [])),
                latest: time(first(widest?.lower ?? [])))
        }
    }
}

/// When a column is expected to reach a threshold.
struct ForecastCrossing: Encodable, Sendable {
    let column: String
    let threshold: Double
    /// Whether the last value has reached it.
    let isReached: Bool
    let steps: Int
    let level: Double
    /// The time of the first step whose forecast reaches it.
    let expected: String?
    /// The time of the first step whose interval reaches it with its upper end.
    let earliest: String?
    /// The time of the first step whose interval lies beyond it as a whole.
    let latest: String?

    var sentence: String {
        let name = column.escapingControlCharacters
        let limit = ForecastRun.number(threshold)
        let percent = OptionValue.number((1000 * level).rounded() / 10)
        if isReached { return "\(name) has reached \(limit) with its last value" }
        guard let earliest else {
            return "\(name) is not expected to reach \(limit) within \(steps) steps, nor is its \(percent) % interval"
        }
        let late = latest.map { "at \($0) the latest" } ?? "and may not within \(steps) steps"
        guard let expected else {
            return
                "\(name) is not expected to reach \(limit) within \(steps) steps, but its \(percent) % interval does from "
                + "\(earliest) on"
        }
        return "\(name) is expected to reach \(limit) at \(expected); by its \(percent) % interval at \(earliest) the "
            + "earliest, \(late)"
    }
}
