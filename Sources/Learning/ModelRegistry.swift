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
        LSTMForecaster.self, LinearForecaster.self, LastValueForecaster.self,
    ]

    /// The names of all detectors.
    public static var names: [String] { detectors.map { $0.name } }

    /// The detector of a name.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, suggesting the nearest name and listing all.
    public static func detector(named name: String) throws -> any Detector.Type {
        guard let detector = detectors.first(where: { $0.name == name }) else {
            throw SignalError(.invalidOption, NearestName.unknown("model", name, among: names))
        }
        return detector
    }

    /// The forecaster of a name.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, suggesting the nearest name and listing all.
    public static func forecaster(named name: String) throws -> any Forecaster.Type {
        guard let forecaster = forecasters.first(where: { $0.name == name }) else {
            throw SignalError(
                .invalidOption, NearestName.unknown("forecaster", name, among: forecasters.map { $0.name }))
        }
        return forecaster
    }

    /// Reads a fitted forecaster of whatever algorithm the archive names.
    ///
    /// - Throws: `SignalError` for an unknown algorithm or damaged content.
    public static func forecaster(archive: ModelArchive) throws -> any Forecaster {
        let name = try archive.text("algorithm")
        guard let type = forecasters.first(where: { $0.name == name }) else {
            throw SignalError(
                .unsupported,
                NearestName.unknown("algorithm of the model file:", name, among: forecasters.map { $0.name }))
        }
        return try type.init(archive: archive)
    }

    /// Reads a fitted detector of whatever algorithm the archive names.
    ///
    /// - Throws: `SignalError` for an unknown algorithm or damaged content.
    public static func detector(archive: ModelArchive) throws -> any Detector {
        let name = try archive.text("algorithm")
        guard let type = detectors.first(where: { $0.name == name }) else {
            throw SignalError(
                .unsupported, NearestName.unknown("algorithm of the model file:", name, among: names))
        }
        return try type.init(archive: archive)
    }

    /// The options of a detector with their defaults.
    public static func defaultOptions(of detector: any Detector.Type) throws -> OptionValues {
        func defaults<Algorithm: Detector>(_ type: Algorithm.Type) throws -> OptionValues {
            try Algorithm.Options().values()
        }
        return try defaults(detector)
    }
}
