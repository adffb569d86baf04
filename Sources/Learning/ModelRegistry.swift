public import SignalCore

/// The algorithms that can be trained and loaded.
public enum ModelRegistry {
    /// Every detector. A line here makes a new one known to the command line, to model files and to the contract tests.
    public static let detectors: [any Detector.Type] = [
        StandardScoreDetector.self,
        PrincipalComponentDetector.self,
        IsolationForest.self,
        LocalOutlierFactor.self,
        NearestNeighbours.self,
        MahalanobisDetector.self,
        GaussianMixtureDetector.self,
        SeasonalResidualDetector.self,
        LSTMAutoencoderDetector.self,
        AutoencoderDetector.self,
        ForecastErrorDetector.self,
        TwoStageDetector.self,
        EnsembleDetector.self,
    ]

    /// Every forecaster; as ``detectors``.
    public static let forecasters: [any Forecaster.Type] = [
        AutoForecaster.self,
        LSTMForecaster.self,
        LinearForecaster.self,
        HoltWintersForecaster.self,
        AutoRegressiveForecaster.self,
        LastValueForecaster.self,
        SeasonalNaiveForecaster.self,
        MeanForecaster.self,
    ]

    /// Every classifier; as ``detectors``.
    public static let classifiers: [any Classifier.Type] = [
        RandomForestClassifier.self, GradientBoostingClassifier.self,
    ]

    /// Every regressor; as ``detectors``.
    public static let regressors: [any Regressor.Type] = [
        RandomForestRegressor.self, GradientBoostingRegressor.self,
    ]

    /// The names of all detectors.
    public static var names: [String] { detectors.map { $0.name } }

    /// The detector of a name.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, suggesting the nearest name and listing all.
    public static func detector(named name: String) throws -> any Detector.Type {
        try entry(name, "model", in: detectors) { $0.name }
    }

    /// The forecaster of a name.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, suggesting the nearest name and listing all.
    public static func forecaster(named name: String) throws -> any Forecaster.Type {
        try entry(name, "forecaster", in: forecasters) { $0.name }
    }

    /// Reads a fitted forecaster of whatever algorithm the archive names.
    ///
    /// - Throws: `SignalError` for an unknown algorithm or damaged content.
    public static func forecaster(archive: ModelArchive) throws -> any Forecaster {
        try algorithm(of: archive, in: forecasters) { $0.name }.init(archive: archive)
    }

    /// Reads a fitted detector of whatever algorithm the archive names.
    ///
    /// - Throws: `SignalError` for an unknown algorithm or damaged content.
    public static func detector(archive: ModelArchive) throws -> any Detector {
        try algorithm(of: archive, in: detectors) { $0.name }.init(archive: archive)
    }

    /// The classifier of a name.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, suggesting the nearest name and listing all.
    public static func classifier(named name: String) throws -> any Classifier.Type {
        try entry(name, "classifier", in: classifiers) { $0.name }
    }

    /// The regressor of a name.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, suggesting the nearest name and listing all.
    public static func regressor(named name: String) throws -> any Regressor.Type {
        try entry(name, "regressor", in: regressors) { $0.name }
    }

    /// Reads a fitted classifier of whatever algorithm the archive names.
    ///
    /// - Throws: `SignalError` for an unknown algorithm or damaged content.
    public static func classifier(archive: ModelArchive) throws -> any Classifier {
        try algorithm(of: archive, in: classifiers) { $0.name }.init(archive: archive)
    }

    /// Reads a fitted regressor of whatever algorithm the archive names.
    ///
    /// - Throws: `SignalError` for an unknown algorithm or damaged content.
    public static func regressor(archive: ModelArchive) throws -> any Regressor {
        try algorithm(of: archive, in: regressors) { $0.name }.init(archive: archive)
    }

    /// The options of a detector with their defaults.
    public static func defaultOptions(of detector: any Detector.Type) throws -> OptionValues {
        func defaults<Algorithm: Detector>(_ type: Algorithm.Type) throws -> OptionValues {
            try Algorithm.Options().values()
        }
        return try defaults(detector)
    }

    /// The options of a forecaster with their defaults.
    public static func defaultOptions(of forecaster: any Forecaster.Type) throws -> OptionValues {
        func defaults<Algorithm: Forecaster>(_ type: Algorithm.Type) throws -> OptionValues {
            try Algorithm.Options().values()
        }
        return try defaults(forecaster)
    }

    /// The options of a classifier with their defaults.
    public static func defaultOptions(of classifier: any Classifier.Type) throws -> OptionValues {
        func defaults<Algorithm: Classifier>(_ type: Algorithm.Type) throws -> OptionValues {
            try Algorithm.Options().values()
        }
        return try defaults(classifier)
    }

    /// The options of a regressor with their defaults.
    public static func defaultOptions(of regressor: any Regressor.Type) throws -> OptionValues {
        func defaults<Algorithm: Regressor>(_ type: Algorithm.Type) throws -> OptionValues {
            try Algorithm.Options().values()
        }
        return try defaults(regressor)
    }

    private static func entry<Entry>(
        _ name: String, _ kind: String, in entries: [Entry], code: SignalError.Code = .invalidOption,
        nameOf: (Entry) -> String
    ) throws -> Entry {
        guard let entry = entries.first(where: { nameOf($0) == name }) else {
            throw SignalError(code, NearestName.unknown(kind, name, among: entries.map(nameOf)))
        }
        return entry
    }

    private static func algorithm<Entry>(
        of archive: ModelArchive, in entries: [Entry], nameOf: (Entry) -> String
    ) throws -> Entry {
        try entry(
            archive.text("algorithm"), "algorithm of the model file:", in: entries, code: .unsupported, nameOf: nameOf)
    }
}
