public import SignalCore

extension AutoForecaster {
    private static func prefix(_ column: Int) -> String { "column.\(column)." }

    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        var archive = archive
        let entry = "option.candidates"
        if archive.metadata[entry] == nil {
            // Files of before there was a choice lack it; the quick ones were tried.
            archive.metadata[entry] = try AutoForecasterOptions().values()["candidates"]?.description
        }
        let options = try archive.options(AutoForecasterOptions.self)
        let shape = try ColumnForecasting(archive: archive, targets: options.targets, horizon: options.horizon)
        var members: [[any Forecaster]] = []
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
                let count = try inner.count("members")
                guard (1...Self.combined).contains(count) else {
                    throw inner.unusable("members", "\(count)", "1 to \(Self.combined)")
                }
                members.append(try (0..<count).map { try Self.member($0, in: inner, horizon: options.horizon) })
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

    private static func member(_ number: Int, in archive: ModelArchive, horizon: Int) throws -> any Forecaster {
        let prefix = "\(number)."
        var inner = ModelArchive()
        for (name, tensor) in archive.tensors where name.hasPrefix(prefix) {
            inner.tensors[String(name.dropFirst(prefix.count))] = tensor
        }
        for (name, text) in archive.metadata where name.hasPrefix(prefix) {
            inner.metadata[String(name.dropFirst(prefix.count))] = text
        }
        guard try inner.text("algorithm") != Self.name else {
            throw SignalError(.malformed, "a column's forecaster is one that chooses")
        }
        do {
            let member = try ModelRegistry.forecaster(archive: inner)
            guard member.columnCount == 1, member.targetCount == 1, member.horizon == horizon else {
                throw SignalError(.malformed, "is not of one column, or of another horizon")
            }
            return member
        } catch var error as SignalError {
            error.place.tensor = error.place.tensor.map { prefix + $0 }
            throw error
        }
    }

    private static func trial(_ line: String, in archive: ModelArchive) throws -> ForecastChoice.Trial {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, ["baseline", "candidate"].contains(parts[1]),
            parts[2] == "-" || Double(parts[2])?.isFinite == true
        else { throw archive.unusable("trials", line, "a label, baseline or candidate, and an error") }
        return ForecastChoice.Trial(
            label: parts[0], meanAbsoluteError: Double(parts[2]), isBaseline: parts[1] == "baseline")
    }

    /// The fitted model: its options, the entry `columns`, and for every column, under `column.N.`, its forecasters
    /// (`0.`, `1.`, ...), the entries `members`, `choice` and `reason`, and `trials`, a line for every candidate with its
    /// error.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        for (column, own) in members.enumerated() {
            let (prefix, choice) = (Self.prefix(column), choices[column])
            for (number, member) in own.enumerated() {
                let inner = try member.archived()
                for (name, tensor) in inner.tensors { archive.tensors["\(prefix)\(number).\(name)"] = tensor }
                for (name, text) in inner.metadata { archive.metadata["\(prefix)\(number).\(name)"] = text }
            }
            archive.metadata[prefix + "members"] = String(own.count)
            archive.metadata[prefix + "choice"] = choice.label
            archive.metadata[prefix + "reason"] = choice.reason
            archive.metadata[prefix + "trials"] = choice.trials.map { trial in
                "\(trial.label)\t\(trial.isBaseline ? "baseline" : "candidate")\t"
                    + (trial.meanAbsoluteError.map { "\($0)" } ?? "-")
            }.joined(separator: "\n")
        }
        shape.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
