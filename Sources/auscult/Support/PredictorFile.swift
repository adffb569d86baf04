import FeatureExtraction
import Learning
import SignalCore
import SignalIO

/// A model of failures and remaining life as read from a file, and the tables it takes.
struct PredictorFile {
    let path: String
    let model: TrainedPredictor
    let options: UnitFeatureOptions

    /// Reads a model.
    ///
    /// - Throws: `SignalError` with the path; code `mismatch` for a model of the normal state.
    init(path: String) throws {
        try self.init(path: path, archive: SafetensorsFile.read(path))
    }

    /// Takes a model from an archive that was read already.
    init(path: String, archive: ModelArchive) throws {
        self.path = path
        do {
            if archive.metadata["format"] == "auscult model" {
                throw SignalError(
                    .mismatch,
                    "is a model of the normal state, which detect takes; maintain takes one of random-forest or gradient-boosting"
                )
            }
            model = try TrainedPredictor(archive: archive)
            do {
                options = try UnitFeatureOptions().setting(
                    model.recipe.options.sorted { $0.key < $1.key }.map { (name: $0.key, text: $0.value) })
            } catch let error as SignalError {
                throw SignalError(.malformed, "the features of the model file cannot be used: \(error.message)")
            }
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    /// Reads a table by the columns that the model was trained on.
    ///
    /// - Throws: `SignalError` with code `mismatch` when one is not there, or rows are of another spacing.
    func read(_ input: String, unit: String?) throws -> UnitTable {
        var options = SensorTableOptions()
        options.columns = model.table.columns.map(\.name)
        options.texts = model.categories.map(\.name)
        options.unit = unit ?? model.unitColumn
        options.time = model.timeColumn
        let table: UnitTable
        do {
            table = try UnitTable(
                path: input, options: options, categories: model.categories, everyRowIsAUnit: options.unit == nil)
        } catch let error as SignalError where error.code == .invalidOption {
            throw SignalError(
                .mismatch, "the table lacks a column that the model was trained on: \(error.message)"
            ).at(path: input)
        }
        guard !table.frames.isEmpty else { throw SignalError(.insufficientData, "has no rows").at(path: input) }
        let made = try UnitFeatures(schema: table.schema, options: self.options).schema
        guard made.columns.map(\.name) == model.recipe.schema.columns.map(\.name) else {
            throw SignalError(.malformed, "the features of the model file are not those of its columns").at(path: path)
        }
        if table.hasTime, model.table.rowSpacing > 0, table.content.schema.hopSeconds > 0, !self.options.windows.isEmpty
        {
            do {
                try model.table.requireMatch(
                    rowSpacing: table.content.schema.hopSeconds, hasAbsoluteTimes: table.hasAbsoluteTimes)
            } catch let error as SignalError { throw error.at(path: input) }
        }
        return table
    }
}
