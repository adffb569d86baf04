import SignalCore

/// Every kind of figure, by its name in files.
public enum FigureCatalogue {
    /// The kinds. From here come reading a report back and the contract tests.
    public static let kinds: [any Figure.Type] = [
        ROCFigure.self, PrecisionRecallFigure.self, ScoreHistogramFigure.self, ConfusionMatrixFigure.self,
        QualityFigure.self, ClipFigure.self, BlameFigure.self, TimelineFigure.self, TrainingHistoryFigure.self,
        ThresholdFigure.self, ThresholdSweepFigure.self, ModelComparisonFigure.self, FeatureImportanceFigure.self,
        CalibrationFigure.self, CorrelationMapFigure.self, DistributionsFigure.self, SensorOverviewFigure.self,
        DecompositionFigure.self, RollingStatisticsFigure.self, AnomalyHistoryFigure.self, ForecastFanFigure.self,
        BacktestErrorsFigure.self, MaintenanceRiskFigure.self, EnergyByHourFigure.self,
    ]

    /// The kind of a name.
    ///
    /// - Throws: `SignalError` with code `malformed`, naming the nearest kind.
    static func kind(_ name: String) throws -> any Figure.Type {
        guard let kind = kinds.first(where: { $0.kind == name }) else {
            throw SignalError(.malformed, NearestName.unknown("kind of figure", name, among: kinds.map { $0.kind }))
        }
        return kind
    }
}
