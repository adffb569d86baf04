public import SignalCore

extension GaussianMixtureDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(GaussianMixtureOptions.self)
        let scaler = try FrameScaler(archive: archive)
        let columnCount = scaler.mean.count
        let width = columnCount * options.contextFrames
        let offsets = try archive.float64("offsets", shape: [nil], within: -1e9...1e9)
        guard (1...64).contains(offsets.count) else {
            throw SignalError(.malformed, "a mixture has 1 to 64 components, not \(offsets.count)").at(
                tensor: "offsets")
        }
        // Standardised values are at most a million, variances at least 1e-10; finite scores rest on it.
        let means = try archive.float32("means", shape: [offsets.count, width], within: -1e6...1e6)
        let shape = options.covariance == .full ? [offsets.count, width, width] : [offsets.count, width]
        let whitening = try archive.float32("whitening", shape: shape, within: -100_001...100_001)
        let size = whitening.count / offsets.count
        self.init(
            options: options, scaler: scaler,
            components: offsets.indices.map { index in
                Component(
                    offset: offsets[index], mean: Array(means[index * width..<(index + 1) * width]),
                    whitening: Array(whitening[index * size..<(index + 1) * size]))
            },
            contributionMean: try archive.float64(
                "contribution_mean", shape: [columnCount], within: UsualContributions.range))
    }

    /// The fitted model as tensors `mean`, `scale`, `offsets`, `means`, `whitening` and `contribution_mean`, and its
    /// options as texts.
    public func archived() throws -> ModelArchive {
        let count = components.count
        let width = stacker.width
        var archive = ModelArchive(tensors: [
            "offsets": Tensor(shape: [count], .float64(components.map(\.offset))),
            "means": Tensor(shape: [count, width], .float32(components.flatMap(\.mean))),
            "whitening": Tensor(
                shape: options.covariance == .full ? [count, width, width] : [count, width],
                .float32(components.flatMap(\.whitening))),
            "contribution_mean": Tensor(shape: [columnCount], .float64(contributionMean)),
        ])
        stacker.scaler.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
