internal import SignalCore

extension TrainedForecaster {
    /// A description of the model for people, as Markdown, after Mitchell et al., "Model Cards for Model Reporting"
    /// (FAT* 2019).
    public var card: String {
        let forecaster = model.forecaster
        func named(_ column: FeatureColumn) -> String {
            column.unit.isEmpty ? column.name : "\(column.name) (\(column.unit))"
        }
        let tables = provenance.recordingCount == 1 ? "table" : "tables"
        var lines = [
            "# Forecaster: \(algorithm)", "",
            "Forecasts \(targets.map(named).joined(separator: ", ")) for 1 to \(forecaster.horizon) steps of about "
                + "\(OptionValue.number(table.rowSpacing)) s. Trained on \(provenance.recordingCount) \(tables), "
                + "\(provenance.frameCount) rows.", "",
            "## Input", "",
            "- columns \(table.columns.map(named).joined(separator: ", "))",
            "- a forecast looks at the last \(forecaster.contextLength) rows", "",
            "## Algorithm", "",
            "- \(algorithm): \(type(of: forecaster).summary)",
        ]
        lines += forecaster.optionTexts.map { "- \($0.name): \($0.text)" } + provenance.historyLines
        if let auto = forecaster as? AutoForecaster {
            lines += ["", "## What was chosen", ""]
            for (column, choice) in zip(targets, auto.choices) {
                lines.append("- \(column.name): \(choice.reason)")
                let trials = choice.trials.map { trial in
                    "\(trial.label) \(trial.meanAbsoluteError.map { ForecastChoice.short($0) } ?? "not fitted")"
                }
                lines.append("  - mean absolute errors: \(trials.joined(separator: "; "))")
            }
        }
        lines += [
            "", "## Intervals", "",
            "- from \(model.intervals.originCount) residuals for every step and column, of models fitted on the beginning of "
                + "the data and not on what they forecast; relative to how much the column moved just before",
            "- they hold if what comes is like the end of the training data; after a change they do not", "",
            "## Limits", "",
            "- It knows what the columns did in training and nothing of what may befall the machine.",
        ]
        lines += provenance.warnings.map { "- \($0)." }
        lines += [
            "", "## How to use", "", "```",
            "auscult forecast --model MODEL.safetensors --input TABLE.csv --horizon \(forecaster.horizon)", "```", "",
            "Seed \(provenance.seed), auscult \(provenance.toolVersion), format version \(Self.formatVersion).",
        ]
        return lines.map(\.escapingControlCharacters).joined(separator: "\n") + "\n"
    }
}

extension Forecaster {
    /// The options as texts, for people.
    fileprivate var optionTexts: [(name: String, text: String)] {
        ((try? options.values().entries) ?? []).map { ($0.name, $0.value.description) }
    }
}
