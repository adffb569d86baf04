import FeatureExtraction
import Learning
import SignalCore
import SignalIO

/// A model as read from a file, with what is needed to run it on recordings.
struct ModelFile: Sendable {
    let path: String
    let model: TrainedModel

    /// Reads a model.
    ///
    /// - Parameter thresholdMultiplier: stretches the thresholds anew, in place of what training did.
    /// - Throws: `SignalError` with the path.
    init(path: String, thresholdMultiplier: Double? = nil) throws {
        try self.init(path: path, archive: Self.archive(path), thresholdMultiplier: thresholdMultiplier)
    }

    /// The content of a model file of any kind.
    ///
    /// - Throws: `SignalError` with the path.
    static func archive(_ path: String) throws -> ModelArchive {
        do { return try SafetensorsFile.read(path) } catch let error as SignalError { throw error.at(path: path) }
    }

    /// Takes a model from an archive that was read already.
    init(path: String, archive: ModelArchive, thresholdMultiplier: Double? = nil) throws {
        self.path = path
        do {
            guard !TrainedForecaster.isForecaster(archive) else {
                throw SignalError(.mismatch, "is a forecaster, not a detector; use it with: auscult forecast --model")
            }
            let model = try TrainedModel(archive: archive)
            self.model = try thresholdMultiplier.map { try model.withThresholdMultiplier($0) } ?? model
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    /// The feature that the model was trained on, with its options.
    func feature() throws -> FeatureChoice {
        let settings = model.recipe.options.sorted { $0.key < $1.key }.map { (name: $0.key, text: $0.value) }
        return try FeatureChoice(name: model.recipe.feature, settings: settings)
    }

    /// How signals are read for the model. What was not set on the command line is as in training.
    func reading(_ options: ReadingOptions) throws -> SignalReadingOptions {
        var reading = try options.resolved()
        guard let signal = model.signal else { return reading }
        let trained = try ChannelSelection(text: signal.channels)
        if let channels = reading.channels, channels != trained {
            throw SignalError(
                .mismatch, "the model was trained on channel \(trained); leave out --channel or train another model")
        }
        reading.channels = trained
        // A table whose header states a unit keeps it, and is refused if that is another one.
        if reading.unit == nil, signal.unit != .fullScale, signal.unit != .unspecified { reading.unit = signal.unit }
        return reading
    }

    /// Makes the pipeline that computes the model's frames.
    ///
    /// - Parameters:
    ///   - normalization: in place of what the model was trained with; refused when it differs.
    ///   - measuresLevel: whether summaries shall hold the level of the signal.
    func pipeline(
        _ options: ReadingOptions, normalization: LoudnessNormalization?, measuresLevel: Bool = false
    ) throws -> FeaturePipeline {
        let trained = model.signal?.normalization ?? .none
        if let normalization, normalization != trained {
            throw SignalError(
                .mismatch,
                "the model was trained with --normalize \(trained.rawValue), not \(normalization.rawValue); train another model"
            )
        }
        return FeaturePipeline(
            features: [try feature()], reading: try reading(options), normalization: trained,
            measuresLevel: measuresLevel, nominalRate: model.signal?.sampleRate)
    }
}

/// A forecaster as read from a file.
struct ForecasterFile: Sendable {
    let path: String
    let forecaster: TrainedForecaster

    /// Reads a forecaster.
    ///
    /// - Throws: `SignalError` with the path.
    init(path: String) throws { try self.init(path: path, archive: SafetensorsFile.read(path)) }

    init(path: String, archive: ModelArchive) throws {
        self.path = path
        do {
            forecaster = try TrainedForecaster(archive: archive)
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }
}
