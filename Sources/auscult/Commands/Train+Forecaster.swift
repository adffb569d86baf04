import Foundation
import Learning
import SignalCore
import SignalIO

extension Train {
    /// The steps that a forecaster is trained for where nothing is said.
    static let usualHorizon = 24

    /// Fits a forecaster on sensor tables, with its intervals, and saves it.
    func trainForecaster() throws {
        let console = common.console
        try GapFilling.check(fillGaps)
        guard (0..<1).contains(holdout) else {
            throw SignalError(.invalidOption, "--holdout is a share from 0 to less than 1, not \(holdout)")
        }
        let settings = try ForecastSettings(features.settings, horizon: horizon ?? Self.usualHorizon)
        let walk = InputWalk(paths: data, endsWithNull: false)
        var failures = Failures()
        var tables: [ForecastSeries] = []
        while let next = walk.next() {
            switch next {
            case .success(let item):
                do {
                    tables.append(
                        try ForecastSeries(
                            table: item.path, options: self.tables.resolved(unit: nil), fillGaps: fillGaps,
                            console: console))
                    failures.succeed()
                } catch let error as SignalError {
                    failures.add(error)
                }
            case .failure(let error): failures.add(error)
            }
        }
        guard let first = tables.first else {
            try failures.conclude(console)
            throw SignalError(.insufficientData, "there is no table to train on in \(data.joined(separator: " "))")
        }
        var frames = FeatureFrames(columnCount: first.columns.count)
        var segments: [Range<Int>] = []
        for table in tables {
            guard table.columns == first.columns else {
                throw SignalError(
                    .mismatch, "other columns than \(first.path); choose those of both with --columns"
                ).at(path: table.path)
            }
            let kept = table.frames.count - Int((Double(table.frames.count) * holdout).rounded())
            segments += table.segments.map { $0.clamped(to: 0..<kept) }.filter { !$0.isEmpty }
                .map { $0.lowerBound + frames.count..<$0.upperBound + frames.count }
            frames.append(contentsOf: table.frames.frames(in: 0..<kept))
        }
        let training = TrainingData(schema: first.training.schema, frames: frames, segments: segments)
        let progress = FittingProgressLine(model, console: console)
        let seed = try seeds.value()
        let histories = TrainingHistories()
        let fitted = try CalibratedForecaster.fit(
            named: model, training, settings: settings.settings,
            context: FittingContext(
                seed: seed, jobs: try jobs.count(), report: { progress.report($0) }, record: histories.add))
        try Interruption.check()
        let trained = try TrainedForecaster(
            model: fitted,
            table: TableExpectation(
                columns: first.columns, rowSpacing: first.spacing, hasAbsoluteTimes: first.startTime != nil),
            provenance: TrainingProvenance(
                seed: seed, toolVersion: ToolVersion.current, recordingCount: tables.count, frameCount: frames.count,
                digests: tables.map(\.digest),
                rowCounts: tables.map { table in
                    Int64(table.frames.count - Int((Double(table.frames.count) * holdout).rounded()))
                }, histories: histories.all))
        try SafetensorsFile.write(trained.archived(), to: output)
        try AtomicFile.write(Array(trained.card.utf8), to: cardPath)
        try report(trained)
        try failures.conclude(console)
    }

    private struct ForecasterSummary: Encodable {
        let model: String
        let output: String
        let card: String
        let tables: Int
        let rows: Int
        let columns: [String]
        let horizon: Int
        let contextLength: Int
        let intervalOrigins: Int
        let choices: [String: String]
        let seed: UInt64
    }

    private func report(_ trained: TrainedForecaster) throws {
        let forecaster = trained.model.forecaster
        let choices = (forecaster as? AutoForecaster)?.choices ?? []
        let summary = ForecasterSummary(
            model: trained.algorithm, output: output, card: cardPath, tables: trained.provenance.recordingCount,
            rows: trained.provenance.frameCount, columns: trained.targets.map(\.name), horizon: forecaster.horizon,
            contextLength: forecaster.contextLength, intervalOrigins: trained.model.intervals.originCount,
            choices: Dictionary(
                zip(trained.targets.map(\.name), choices.map(\.reason)), uniquingKeysWith: { first, _ in first }),
            seed: trained.provenance.seed)
        let result = try ResultOutput(path: nil)
        if json {
            try result.write(JSONText.document(summary))
        } else {
            for (column, choice) in zip(summary.columns, choices) {
                try result.write("\(column): \(choice.reason)\n")
            }
            try result.write(
                """
                \(summary.model): \(summary.horizon) steps of \(summary.columns.joined(separator: ", ")), from the last \
                \(summary.contextLength) of \(summary.rows) rows
                intervals from \(summary.intervalOrigins) residuals a step
                model \(output)
                card  \(cardPath)

                """)
        }
        try result.finish()
    }
}

/// The settings of a forecaster: those of `--set`, and the horizon.
struct ForecastSettings {
    let settings: [(name: String, text: String)]

    /// - Throws: `SignalError` with code `invalidOption` for a setting without a value, or two horizons.
    init(_ texts: [String], horizon: Int) throws {
        var settings = try texts.map { text in
            guard let mark = text.firstIndex(of: "=") else {
                throw SignalError(.invalidOption, "--set takes key=value, not '\(text.escapingControlCharacters)'")
            }
            return (name: String(text[..<mark]), text: String(text[text.index(after: mark)...]))
        }
        if settings.contains(where: { $0.name == "horizon" }) {
            throw SignalError(.invalidOption, "the horizon is set by --horizon, not by --set")
        }
        settings.append((name: "horizon", text: String(horizon)))
        self.settings = settings
    }
}
