public import SignalCore

/// The algorithms that can be trained and loaded.
public enum ModelRegistry {
    /// Every detector. A line here makes a new one known to the command line, to model files and to the contract tests.
    public static let detectors: [any Detector.Type] = [
        PrincipalComponentDetector.self,
        IsolationForest.self,
        LocalOutlierFactor.self,
        NearestNeighbours.self,
        MahalanobisDetector.self,
        GaussianMixtureDetector.self,
        SeasonalResidualDetector.self,
        LSTMAutoencoderDetector.self,
        AutoencoderDetector.self,
        TwoStageDetector.self,
        EnsembleDetector.self,
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
