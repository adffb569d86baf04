internal import LinearAlgebra
public import SignalCore

extension PrincipalComponentDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(PrincipalComponentOptions.self)
        // Finite scores rest on these ranges; fitting stays within them.
        let scaler = try FrameScaler(archive: archive)
        let columnCount = scaler.mean.count
        let eigenvalues = try archive.float64("eigenvalues", shape: [nil], within: 1e-10...1e9)
        let width = columnCount * options.contextFrames
        let loadings = try archive.float32("components", shape: [eigenvalues.count, width], within: -1.001...1.001)
        let contributionMean = try archive.float64(
            "contribution_mean", shape: [columnCount], within: UsualContributions.range)
        let limits = try archive.float64("limits", shape: [2], within: 1e-7...1e30)
        guard !eigenvalues.isEmpty, eigenvalues.count <= width else {
            throw SignalError(.malformed, "a model of \(width) columns has 1 to \(width) components").at(
                tensor: "eigenvalues")
        }
        self.init(
            options: options, scaler: scaler,
            components: Matrix(rowCount: eigenvalues.count, columnCount: width, elements: loadings),
            eigenvalues: eigenvalues, limits: Limits(hotelling: limits[0], residual: limits[1]),
            contributionMean: contributionMean)
    }

    /// The fitted model as tensors `mean`, `scale`, `components`, `eigenvalues`, `limits` (tau², delta²) and
    /// `contribution_mean`, and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: [
            "components": Tensor(
                shape: [components.rowCount, components.columnCount], .float32(components.elements)),
            "eigenvalues": Tensor(shape: [eigenvalues.count], .float64(eigenvalues)),
            "limits": Tensor(shape: [2], .float64([limits.hotelling, limits.residual])),
            "contribution_mean": Tensor(shape: [columnCount], .float64(contributionMean)),
        ])
        stacker.scaler.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
