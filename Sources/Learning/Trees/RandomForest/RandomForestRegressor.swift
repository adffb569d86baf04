public import SignalCore

/// Tells a number by the mean of many trees (Breiman, "Random Forests", Machine Learning 45, 2001). Splits fall by the sum
/// of squared errors; all else is as with ``RandomForestClassifier``.
public struct RandomForestRegressor: Regressor {
    /// The name used on the command line and in files.
    public static let name = RandomForestClassifier.name
    /// One line for listings.
    public static let summary = RandomForestClassifier.summary

    /// The options the model was fitted with.
    public let options: RandomForestOptions
    /// The fall of the sum of squared errors by the splits on each column.
    public let importances: [Double]
    /// The mean of what the trees say that did not see a row.
    public let outOfBagPredictions: [Float]?
    let ensemble: TreeEnsemble

    /// The number of columns a row must have.
    public var columnCount: Int { ensemble.columnCount }

    /// Grows the forest. Validation rows are not looked at.
    ///
    /// - Throws: `SignalError` as ``Regressor/fit(_:validation:options:context:)`` says.
    public static func fit(
        _ data: LabelledData, validation: LabelledData?, options: RandomForestOptions, context: FittingContext
    ) throws -> RandomForestRegressor {
        try options.validate()
        guard options.classWeights == .none else {
            throw SignalError(.invalidOption, "classWeights is for classes; the targets are numbers")
        }
        let numbers = try TrainingLabels.numbers(of: data)
        let rows = try CheckedRows(data.frames, columnCount: data.frames.columnCount, schema: data.schema)
        // Sums of deviations lose less than sums of large numbers.
        let mean = numbers.reduce(0.0) { $0 + Double($1) } / Double(numbers.count)
        let deviations = numbers.map { Double($0) - mean }
        let forest = try RandomForest.fit(
            rows, frames: data.frames, options: options,
            limits: options.limits(columns: data.frames.columnCount, forClasses: false), context: context
        ) { draws in
            let items = draws.indices.map { row in
                let draw = Double(draws[row])
                return SIMD4(1, draw * deviations[row], draw, deviations[row])
            }
            return GradientCriterion(
                items: items, penalty: 0, minimumWeight: 0, scale: 1, looksForPurity: true, offset: mean)
        }
        return RandomForestRegressor(
            options: options, importances: forest.importances, outOfBagPredictions: forest.outOfBag,
            ensemble: forest.ensemble)
    }

    /// The mean over trees.
    public func predictions(_ frames: FeatureFrames) throws -> [Float] {
        let rows = try CheckedRows(frames, columnCount: columnCount)
        let scale = 1 / Double(ensemble.treeCount)
        return ensemble.sums(rows, from: [0]).map { Float($0 * scale) }
    }
}

extension RandomForestRegressor {
    /// Reads a fitted model back.
    public init(archive: ModelArchive) throws {
        let options = try archive.supervised(RandomForestOptions.self, Self.name, task: .regression)
        let importances = try archive.importances()
        self.init(
            options: options, importances: importances, outOfBagPredictions: nil,
            ensemble: try TreeEnsemble(
                archive: archive, columnCount: importances.count, outputCount: 1, sumCount: 1))
    }

    /// The fitted model: its trees, the tensor `importance` (columns), and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        try archive.store(algorithm: Self.name, task: .regression, options: options, importances: importances)
        ensemble.store(in: &archive)
        return archive
    }
}
