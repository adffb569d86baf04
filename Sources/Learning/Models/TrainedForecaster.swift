public import SignalCore

/// Everything that is needed to forecast the rows of a sensor table: a fitted forecaster with its intervals, the tables it
/// understands, and where it all comes from.
public struct TrainedForecaster: Sendable {
    /// The forecaster with its intervals.
    public let model: CalibratedForecaster
    /// The tables it understands; the first columns are forecast.
    public let table: TableExpectation
    /// Where the model comes from.
    public let provenance: TrainingProvenance

    /// The name of the algorithm, such as `holt-winters`.
    public var algorithm: String { type(of: model.forecaster).name }
    /// The columns that are forecast.
    public var targets: [FeatureColumn] { Array(table.columns.prefix(model.forecaster.targetCount)) }

    /// Puts a model together.
    ///
    /// - Throws: `SignalError` with code `mismatch` when forecaster and table have not the same number of columns.
    public init(model: CalibratedForecaster, table: TableExpectation, provenance: TrainingProvenance) throws {
        guard model.forecaster.columnCount == table.columns.count else {
            throw SignalError(
                .mismatch,
                "the forecaster has \(model.forecaster.columnCount) columns, its table \(table.columns.count)")
        }
        self.model = model
        self.table = table
        self.provenance = provenance
    }

    /// The version of the layout that ``archived()`` writes.
    static let formatVersion = "1"
    private static let format = "auscult forecaster"

    /// Whether an archive is of a forecaster, rather than of a detector.
    public static func isForecaster(_ archive: ModelArchive) -> Bool { archive.metadata["format"] == format }

    /// The model as tensors and texts. The same model always gives the same archive.
    ///
    /// - Throws: `SignalError` with code `malformed` when a column's name holds a line break.
    public func archived() throws -> ModelArchive {
        var archive = try model.forecaster.archived()
        model.intervals.store(in: &archive)
        archive.metadata["format"] = Self.format
        archive.metadata["format_version"] = Self.formatVersion
        try archive.store(table.columns, as: "table")
        archive.metadata["table.row_spacing_seconds"] = "\(table.rowSpacing)"
        archive.metadata["table.absolute_times"] = "\(table.hasAbsoluteTimes)"
        archive.store(provenance)
        return archive
    }

    /// Reads a model back.
    ///
    /// - Throws: `SignalError` with code `malformed` (not a forecaster, something missing, too much or not finite),
    ///   `unsupported` (unknown version or algorithm) or `mismatch` (parts that do not belong together).
    public init(archive: ModelArchive) throws {
        guard Self.isForecaster(archive) else {
            throw SignalError(
                .malformed,
                "the file is no forecaster of this tool; train one with: auscult train auto --data TABLE.csv")
        }
        try archive.requireVersion(Self.formatVersion)
        let forecaster = try ModelRegistry.forecaster(archive: archive)
        let expected = Set(try forecaster.archived().tensors.keys).union(
            ForecastIntervals.tensorNames + TrainingProvenance.tensorNames)
        if let extra = archive.tensors.keys.filter({ !expected.contains($0) }).min() {
            throw SignalError(.malformed, "a model of algorithm '\(type(of: forecaster).name)' has no such tensor").at(
                tensor: extra)
        }
        let spacing = try archive.number("table.row_spacing_seconds")
        guard spacing > 0 else {
            throw archive.unusable("table.row_spacing_seconds", "\(spacing)", "seconds above 0")
        }
        try self.init(
            model: CalibratedForecaster(
                forecaster: forecaster,
                intervals: try ForecastIntervals(
                    archive: archive, horizon: forecaster.horizon, targetCount: forecaster.targetCount)),
            table: TableExpectation(
                columns: try archive.columns("table"), rowSpacing: spacing,
                hasAbsoluteTimes: try archive.flag("table.absolute_times")),
            provenance: try archive.provenance())
    }
}
