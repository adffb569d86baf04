public import SignalCore

/// Tells a number, its median or another quantile by boosted trees; all else is as with ``GradientBoostingClassifier``.
///
/// Two fits with `objective=quantile` give the ends of an interval. Their coverage on rows that were not learnt from is
/// for the caller to see to.
public struct GradientBoostingRegressor: Regressor {
    /// The name used on the command line and in files.
    public static let name = GradientBoostingClassifier.name
    /// One line for listings.
    public static let summary = GradientBoostingClassifier.summary

    /// The options the model was fitted with.
    public let options: GradientBoostingOptions
    let model: GradientBoosting

    /// The number of columns a row must have.
    public var columnCount: Int { model.ensemble.columnCount }
    /// The gains of the splits on each column.
    public var importances: [Double] { model.importances }
    /// There are no rows that a part of the model did not see.
    public var outOfBagPredictions: [Float]? { nil }

    /// Adds tree after tree.
    ///
    /// - Throws: `SignalError` as ``Regressor/fit(_:validation:options:context:)`` says.
    public static func fit(
        _ data: LabelledData, validation: LabelledData?, options: GradientBoostingOptions, context: FittingContext
    ) throws -> GradientBoostingRegressor {
        try options.validate()
        guard options.classWeights == .none else {
            throw SignalError(.invalidOption, "classWeights is for classes; the targets are numbers")
        }
        _ = try TrainingLabels.numbers(of: data)
        let objective: BoostingObjective =
            switch options.objective {
            case .auto: .squaredError
            case .absoluteError: .quantile(0.5)
            case .quantile: .quantile(options.quantile)
            }
        let model = try GradientBoosting.fit(
            data, validation: validation, options: options, objective: objective, context: context
        ) { rows in
            guard case .numbers(let numbers) = rows.targets, numbers.allSatisfy({ $0.isFinite }) else {
                throw SignalError(.mismatch, "the targets of the validation rows are not finite numbers")
            }
            return try GradientBoosting.Examples(
                rows, targets: numbers, weights: Array(repeating: 1, count: numbers.count))
        }
        return GradientBoostingRegressor(options: options, model: model)
    }

    /// The sums of the trees.
    public func predictions(_ frames: FeatureFrames) throws -> [Float] {
        let rows = try CheckedRows(frames, columnCount: columnCount)
        return model.ensemble.sums(rows, from: model.start).map { Float($0) }
    }
}

extension GradientBoostingRegressor {
    /// Reads a fitted model back.
    public init(archive: ModelArchive) throws {
        let options = try archive.supervised(GradientBoostingOptions.self, Self.name, task: .regression)
        self.init(options: options, model: try GradientBoosting(archive: archive, sumCount: 1))
    }

    /// The fitted model: its trees, the tensors `start` and `importance` (columns), and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        try archive.store(algorithm: Self.name, task: .regression, options: options, importances: importances)
        model.store(in: &archive)
        return archive
    }
}
