internal import SignalCore

extension TrainedModel {
    /// A description of the model for people, as Markdown, after Mitchell et al., "Model Cards for Model Reporting"
    /// (FAT* 2019): what it is, what it was trained on, what its scores mean, where its limits are, how to use it.
    public var card: String {
        let source = provenance.machines.isEmpty ? "" : " of " + provenance.machines.joined(separator: ", ")
        let options = (try? detector.optionTexts()) ?? []
        var lines = [
            "# Model: \(algorithm) on \(recipe.feature)", "",
            "Trained on \(counted(provenance.recordingCount, signal == nil ? "table" : "normal recording"))\(source), "
                + "\(counted(provenance.frameCount, "frame")). A higher score is more anomalous.", "",
            "## Input", "",
        ]
        lines += inputLines
        lines += ["", "## Algorithm", "", "- \(algorithm): \(type(of: detector).summary)"]
        lines += options.map { "- \($0.name): \($0.text)" }
        if let twoStage = detector as? TwoStageDetector {
            let share = (1000 * twoStage.usualSavedShare).rounded() / 10
            lines.append("- the screen spares the careful model \(share) % of normal windows")
        }
        lines += provenance.historyLines
        lines += ["", "## Thresholds", ""]
        if signal != nil {
            lines += thresholdLines("a recording", clipThreshold)
            lines.append("- the score of a recording is made of its frames' scores by: \(aggregation)")
        }
        lines += thresholdLines(signal == nil ? "a row" : "a frame", frameThreshold)
        lines += [
            "- severity: low up to twice as far from the usual score as the threshold, medium up to four times, high beyond",
            "", "## Limits", "",
            "- It knows only the normal state it was trained on: another machine, operating point, microphone or place "
                + "is likely to score as anomalous.",
            "- A score says that something is unusual, not what is wrong; the columns to blame are where to look first.",
        ]
        lines += provenance.warnings.map { "- \($0)." }
        lines += ["", "## How to use", "", "```"]
        let path = signal == nil ? "TABLE.csv" : "RECORDINGS"
        lines.append("auscult detect --model MODEL.safetensors \(path)")
        lines += [
            "auscult evaluate --model MODEL.safetensors --data \(path)",
            "```", "",
            "Seed \(provenance.seed), auscult \(provenance.toolVersion), format version \(Self.formatVersion).",
        ]
        // Texts of a model file are not to be trusted with a terminal.
        return lines.map(\.escapingControlCharacters).joined(separator: "\n") + "\n"
    }

    private var inputLines: [String] {
        var lines: [String] = []
        if let signal {
            lines.append(
                "- signal: \(OptionValue.number(signal.sampleRate)) Hz in \(signal.unit.rawValue), channel "
                    + "\(signal.channels), loudness normalization \(signal.normalization.rawValue)")
        }
        if let table {
            let names = table.columns.map { $0.unit.isEmpty ? $0.name : "\($0.name) (\($0.unit))" }
            lines.append(
                "- table: rows about \(OptionValue.number(table.rowSpacing)) s apart, columns "
                    + names.joined(separator: ", "))
        }
        let schema = recipe.schema
        lines.append("- feature: \(schema.feature), \(counted(schema.columns.count, "column"))" + columnRange)
        if schema.hopSeconds > 0, signal != nil {
            lines.append("- frames of \(schema.frameSeconds) s every \(schema.hopSeconds) s")
        }
        if detector.contextLength > 1 {
            lines.append("- a score looks at \(detector.contextLength) consecutive frames")
        }
        let texts = recipe.options.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }
            .map { "\($0.key) \($0.value)" }
        if !texts.isEmpty { lines.append("- feature options: " + texts.joined(separator: ", ")) }
        return lines
    }

    private var columnRange: String {
        let names = recipe.schema.columns.map(\.name.escapingControlCharacters)
        guard let first = names.first, let last = names.last else { return "" }
        return names.count <= 8 ? ": " + names.joined(separator: ", ") : ": \(first) to \(last)"
    }

    private func thresholdLines(_ subject: String, _ threshold: Threshold) -> [String] {
        let multiplier =
            threshold.multiplier == 1 ? "" : ", distance from the usual score times \(threshold.multiplier)"
        return [
            "- \(subject) is anomalous above \(threshold.value) (usual score \(threshold.usualScore)); chosen by "
                + "\(threshold.rule)\(multiplier) from \(counted(threshold.scoreCount, "score")): \(threshold.basis)"
        ]
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

extension Detector {
    /// The options as texts, for people.
    fileprivate func optionTexts() throws -> [(name: String, text: String)] {
        try options.values().entries.map { ($0.name, $0.value.description) }
    }
}
