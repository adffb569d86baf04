public import SignalCore

extension AutoForecaster {
    private static func prefix(_ column: Int) -> String { "column.\(column)." }

    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(AutoForecasterOptions.self)
        let shape = try ColumnForecasting(archive: archive, targets: options.targets, horizon: options.horizon)
        var members: [any Forecaster] = []
        var choices: [ForecastChoice] = []
        for column in 0..<shape.targetCount {
            let prefix = Self.prefix(column)
            var inner = ModelArchive()
            for (name, tensor) in archive.tensors where name.hasPrefix(prefix) {
                inner.tensors[String(name.dropFirst(prefix.count))] = tensor
            }
            for (name, text) in archive.metadata where name.hasPrefix(prefix) {
                inner.metadata[String(name.dropFirst(prefix.count))] = text
            }
            do {
                guard try inner.text("algorithm") != Self.name else {
                    throw SignalError(.malformed, "a column's forecaster is one that chooses")
                }
                let member = try ModelRegistry.forecaster(archive: inner)
                guard member.columnCount == 1, member.targetCount == 1, member.horizon == options.horizon else {
                    throw SignalError(.malformed, "is not of one column, or of another horizon")
                }
                members.append(member)
                choices.append(
                    ForecastChoice(
                        label: try inner.text("choice"), reason: try inner.text("reason"),
                        trials: try inner.lines("trials").map { try Self.trial($0, in: inner) }))
            } catch var error as SignalError {
                error.place.tensor = error.place.tensor.map { prefix + $0 }
                error.message = "the forecaster of column \(column): \(error.message)"
                throw error
            }
        }
        self.init(options: options, choices: choices, shape: shape, members: members)
    }

    private static func trial(_ line: String, in archive: ModelArchive) throws -> ForecastChoice.Trial {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, ["baseline", "candidate"].contains(parts[1]),
            parts[2] == "-" || Double(parts[2])?.isFinite == true
        else { throw archive.unusable("trials", line, "a label, baseline or candidate, and an error") }
        return ForecastChoice.Trial(
            label: parts[0], meanAbsoluteError: Double(parts[2]), isBaseline: parts[1] == "baseline")
    }

    /// The fitted model: its options, the entry `columns`, and for every column, under `column.N.`, its forecaster, the
    /// entries `choice` and `reason`, and `trials`, a line for every candidate with its error.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        for (column, member) in members.enumerated() {
            var inner = try member.archived()
            let choice = choices[column]
            inner.metadata["choice"] = choice.label
            inner.metadata["reason"] = choice.reason
            inner.metadata["trials"] = choice.trials.map { trial in
                "\(trial.label)\t\(trial.isBaseline ? "baseline" : "candidate")\t"
                    + (trial.meanAbsoluteError.map { "\($0)" } ?? "-")
            }.joined(separator: "\n")
            for (name, tensor) in inner.tensors { archive.tensors[Self.prefix(column) + name] = tensor }
            for (name, text) in inner.metadata { archive.metadata[Self.prefix(column) + name] = text }
        }
        shape.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
