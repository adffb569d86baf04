internal import SignalCore

extension TrainedPredictor {
    /// What the model is, for people, as Markdown.
    public var card: String {
        var lines = ["# \(algorithm) on \(recipe.feature)", ""]
        if let failure {
            let names = failure.classifier.classNames
            let what =
                failure.horizon.map { "fails within \($0) \(lifeUnit.rawValue)" }
                ?? "is of any class but '\(names[failure.normalClass])'"
            lines.append("- tells the probability that a row \(what)")
            lines.append("- counts as failing from \(failure.threshold) on: \(failure.thresholdRule)")
        }
        if let life {
            lines.append(
                "- tells the remaining useful life in \(lifeUnit.rawValue)"
                    + (life.cap.map { ", up to \(OptionValue.number($0))" } ?? "")
                    + "; intervals come from the errors on \(life.spread.unitCount) held-out units")
        }
        if let health {
            lines.append(
                "- health index by \(type(of: health.detector).name), fitted on the first readings of the units")
        }
        lines.append("- columns of the table: " + table.columns.map(\.name).joined(separator: ", "))
        for category in categories {
            lines.append("- column of text \(category.name): " + category.values.joined(separator: ", "))
        }
        if let unitColumn { lines.append("- a unit is told by \(unitColumn)") }
        let texts = recipe.options.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map {
            "\($0.key) \($0.value)"
        }
        lines.append("- \(recipe.schema.columns.count) features: " + texts.joined(separator: ", "))
        lines += ["", "## Measured on held-out units", ""] + quality.map { "- \($0)" }
        lines += ["", "## What is looked at", ""]
        for part in importances().prefix(10) {
            lines.append("- \(part.source): \((part.share * 1000).rounded() / 10) %")
        }
        for part in HeldOutImportance.Part.allCases {
            let own = heldOutImportances.filter { $0.part == part }.prefix(10)
            guard !own.isEmpty else { continue }
            let measure = HeldOutImportance.measure(of: part, lifeUnit: lifeUnit)
            lines += ["", "## \(measure.quantity) without a reading, on held-out units (\(measure.unit))", ""]
            lines += own.map {
                "- \($0.source): \(ForecastChoice.short($0.rise)) +- \(ForecastChoice.short($0.deviation))"
            }
        }
        if !provenance.histories.isEmpty { lines += ["", "## Training", ""] + provenance.historyLines }
        if !provenance.warnings.isEmpty {
            lines += ["", "## Warnings", ""] + provenance.warnings.map { "- \($0)" }
        }
        lines += [
            "",
            "Seed \(provenance.seed), auscult \(provenance.toolVersion), \(provenance.frameCount) rows of "
                + "\(provenance.recordingCount) units.",
        ]
        return lines.map(\.escapingControlCharacters).joined(separator: "\n") + "\n"
    }

    /// How much the model looks at the features of every reading, 0 to 1; the most first. The mean of both parts.
    public func importances() -> [(source: String, share: Double)] {
        let parts = [failure?.classifier.importances, life?.regressor.importances].compactMap(\.self)
        var shares: [String: Double] = [:]
        for part in parts where part.count == sources.count {
            for (source, share) in zip(sources, part) { shares[source, default: 0] += share / Double(parts.count) }
        }
        return shares.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
            .map { (source: $0.key, share: $0.value) }
    }
}
