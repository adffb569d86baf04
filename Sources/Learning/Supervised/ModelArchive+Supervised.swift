internal import SignalCore

/// What a model tells about a row.
enum SupervisedTask: String {
    case classification
    case regression
}

extension ModelArchive {
    /// Writes what classifiers and regressors have in common.
    mutating func store(
        algorithm: String, task: SupervisedTask, options: some AlgorithmOptions, importances: [Double]
    ) throws {
        try store(algorithm: algorithm, options: options)
        metadata["task"] = task.rawValue
        tensors["importance"] = Tensor(shape: [importances.count], .float64(importances))
    }

    /// Reads the options of a classifier or regressor.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the file is of another algorithm or task.
    func supervised<Options: AlgorithmOptions>(
        _ type: Options.Type, _ name: String, task: SupervisedTask
    ) throws -> Options {
        try requireAlgorithm(name)
        let found = try text("task")
        guard found == task.rawValue else {
            throw SignalError(
                .mismatch,
                "the model file is for \(found.prefix(40).description.escapingControlCharacters), not \(task.rawValue)")
        }
        return try options(type)
    }

    /// The names of at least two classes.
    func classNames() throws -> [String] {
        let names = try lines("classes")
        guard (2...TrainingLabels.mostClasses).contains(names.count), Set(names).count == names.count,
            names.allSatisfy({ !$0.isEmpty })
        else {
            throw unusable(
                "classes", names.joined(separator: ", "), "2 to \(TrainingLabels.mostClasses) names, one a line")
        }
        return names
    }

    /// The importances, one a column.
    func importances() throws -> [Double] {
        let importances = try float64("importance", shape: [nil], within: 0...1)
        guard (1...TreeEnsemble.mostColumns).contains(importances.count) else {
            throw SignalError(.malformed, "a model has 1 to \(TreeEnsemble.mostColumns) columns").at(
                tensor: "importance")
        }
        return importances
    }
}
