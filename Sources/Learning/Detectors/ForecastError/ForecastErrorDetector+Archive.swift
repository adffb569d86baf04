public import SignalCore

extension ForecastErrorDetector {
    private static let prefix = "forecaster."

    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(ForecastErrorOptions.self)
        var inner = ModelArchive()
        for (name, tensor) in archive.tensors where name.hasPrefix(Self.prefix) {
            inner.tensors[String(name.dropFirst(Self.prefix.count))] = tensor
        }
        for (name, text) in archive.metadata where name.hasPrefix(Self.prefix) {
            inner.metadata[String(name.dropFirst(Self.prefix.count))] = text
        }
        let forecaster: any Forecaster
        do {
            forecaster = try options.member().type.init(archive: inner)
        } catch var error as SignalError {
            error.place.tensor = error.place.tensor.map { Self.prefix + $0 }
            error.message = "forecaster: \(error.message)"
            throw error
        }
        self.init(
            options: options, forecaster: forecaster,
            usual: try archive.float64("usual_error", shape: [forecaster.targetCount], within: 1e-37...1e37))
    }

    /// The fitted model as the tensor `usual_error`, the forecaster's tensors and texts under `forecaster.`, and its
    /// options as texts.
    public func archived() throws -> ModelArchive {
        let inner = try forecaster.archived()
        var archive = ModelArchive(tensors: ["usual_error": Tensor(shape: [usual.count], .float64(usual))])
        for (name, tensor) in inner.tensors { archive.tensors[Self.prefix + name] = tensor }
        for (name, text) in inner.metadata { archive.metadata[Self.prefix + name] = text }
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
