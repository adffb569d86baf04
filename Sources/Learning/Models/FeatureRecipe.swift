public import SignalCore

/// How the frames of a model come about, so that they can be made again from a new recording.
public struct FeatureRecipe: Sendable, Equatable {
    /// What the columns mean. Its `feature` is the extractor's name, or `table` for a sensor table.
    public var schema: FeatureSchema
    /// The extractor's options, as a person would type them; empty for a sensor table.
    public var options: [String: String]

    /// The feature's name.
    public var feature: String { schema.feature }

    /// Makes a recipe.
    public init(schema: FeatureSchema, options: [String: String] = [:]) {
        self.schema = schema
        self.options = options
    }

    /// Refuses frames whose columns are others than these, naming what differs.
    ///
    /// - Throws: `SignalError` with code `mismatch`.
    public func requireMatch(_ other: FeatureSchema) throws {
        guard other.feature == schema.feature else {
            throw SignalError(
                .mismatch,
                "the model was trained on feature '\(schema.feature)', the frames are of '\(other.feature)'")
        }
        guard other.columns.count == schema.columns.count else {
            throw SignalError(
                .mismatch,
                "the model was trained on \(schema.columns.count) columns, the frames have \(other.columns.count)"
            )
        }
        for (index, (expected, found)) in zip(schema.columns, other.columns).enumerated() where expected != found {
            let expectation = expected.name == found.name ? "\(expected.name) in '\(expected.unit)'" : expected.name
            let finding = expected.name == found.name ? "\(found.name) in '\(found.unit)'" : found.name
            throw SignalError(
                .mismatch,
                "column \(index + 1) of the model is \(expectation.escapingControlCharacters), that of the frames is "
                    + finding.escapingControlCharacters)
        }
        guard other.frameSeconds == schema.frameSeconds, other.hopSeconds == schema.hopSeconds else {
            throw SignalError(
                .mismatch,
                "the model was trained on frames of \(schema.frameSeconds) s every \(schema.hopSeconds) s, these are of "
                    + "\(other.frameSeconds) s every \(other.hopSeconds) s")
        }
    }
}
