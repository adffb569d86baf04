internal import SignalCore

/// An algorithm with settings that ``AutoForecaster`` may choose.
struct ForecastCandidate: Sendable {
    /// What it is called in reasons and tables.
    let label: String
    let algorithm: any Forecaster.Type
    let settings: [(name: String, text: String)]
    /// Whether it is one of those that others have to beat.
    let isBaseline: Bool

    /// The forecasters that may be tried beside the baselines.
    static let known = quick + [LSTMForecaster.name]
    /// Those that need little time.
    static let quick = [HoltWintersForecaster.name, AutoRegressiveForecaster.name, LinearForecaster.name]

    /// What is tried for a column with a season of so many frames (1: none): all baselines first, then the forecasters of
    /// these names.
    static func all(period: Int, names: [String]) -> [ForecastCandidate] {
        let season = [("period", String(period))]
        var all = [
            ForecastCandidate(LastValueForecaster.self, isBaseline: true),
            ForecastCandidate(MeanForecaster.self, isBaseline: true),
        ]
        if period > 1 {
            all.append(ForecastCandidate(SeasonalNaiveForecaster.self, season, "period \(period)", isBaseline: true))
            all.append(ForecastCandidate(HoltWintersForecaster.self, season, "period \(period), damped"))
        }
        // Without a season it is the mean of the last frames, the later ones weighing more.
        all.append(
            ForecastCandidate(HoltWintersForecaster.self, [("period", "1"), ("trend", "none")], "level only"))
        all.append(ForecastCandidate(HoltWintersForecaster.self, [("period", "1")], "no season, damped"))
        all.append(ForecastCandidate(AutoRegressiveForecaster.self))
        all.append(ForecastCandidate(AutoRegressiveForecaster.self, [("differences", "1")], "differenced"))
        // Without the season too: on a level that wanders, a season may be found that is chance.
        for length in Set([1, period]).sorted() {
            let settings = [("period", String(length)), ("sequenceLength", "48")]
            let words = length > 1 ? "period \(length)" : "48 frames"
            all.append(ForecastCandidate(LinearForecaster.self, settings, words))
            all.append(
                ForecastCandidate(LinearForecaster.self, settings + [("isRelative", "true")], "\(words), relative"))
        }
        all.append(ForecastCandidate(LSTMForecaster.self))
        return all.filter { $0.isBaseline || names.contains($0.algorithm.name) }
    }

    init(
        _ algorithm: any Forecaster.Type, _ settings: [(String, String)] = [], _ words: String = "",
        isBaseline: Bool = false
    ) {
        label = words.isEmpty ? algorithm.name : "\(algorithm.name) (\(words))"
        self.algorithm = algorithm
        self.settings = settings.map { (name: $0.0, text: $0.1) }
        self.isBaseline = isBaseline
    }

    /// Fits it.
    func fit(_ data: TrainingData, horizon: Int, context: FittingContext) throws -> any Forecaster {
        func fit<Algorithm: Forecaster>(_ type: Algorithm.Type) throws -> any Forecaster {
            let options = try Algorithm.Options().setting(settings + [(name: "horizon", text: String(horizon))])
            return try Algorithm.fit(data, options: options, context: context)
        }
        return try fit(algorithm)
    }
}
