internal import LinearAlgebra
public import SignalCore

extension PrincipalComponentDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(PrincipalComponentOptions.self)
        let mean = try archive.float64("mean", shape: [nil])
        let columnCount = mean.count
        guard columnCount > 0 else { throw SignalError(.malformed, "there are no columns").at(tensor: "mean") }
        let scale = try archive.float64("scale", shape: [columnCount])
        let eigenvalues = try archive.float64("eigenvalues", shape: [nil])
        let width = columnCount * options.contextFrames
        let loadings = try archive.float32("components", shape: [eigenvalues.count, width])
        let contributionMean = try archive.float64("contribution_mean", shape: [columnCount])
        let limits = try archive.float64("limits", shape: [2])
        // Finite scores rest on these ranges; fitting stays within them.
        try Self.require("mean", mean, within: -4e38...4e38)
        try Self.require("scale", scale, within: 1e-30...4e38)
        try Self.require("eigenvalues", eigenvalues, within: 1e-10...1e9)
        try Self.require("components", loadings.map(Double.init), within: -1.001...1.001)
        try Self.require("contribution_mean", contributionMean, within: 1e-15...1e36)
        try Self.require("limits", limits, within: 1e-7...1e30)
        guard !eigenvalues.isEmpty, eigenvalues.count <= width else {
            throw SignalError(.malformed, "a model of \(width) columns has 1 to \(width) components").at(
                tensor: "eigenvalues")
        }
        self.init(
            options: options, scaler: FrameScaler(mean: mean, scale: scale),
            components: Matrix(rowCount: eigenvalues.count, columnCount: width, elements: loadings),
            eigenvalues: eigenvalues, limits: Limits(hotelling: limits[0], residual: limits[1]),
            contributionMean: contributionMean)
    }

    /// The fitted model as tensors `mean`, `scale`, `components`, `eigenvalues`, `limits` (tau², delta²) and
    /// `contribution_mean`, and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: [
            "mean": Tensor(shape: [columnCount], .float64(scaler.mean)),
            "scale": Tensor(shape: [columnCount], .float64(scaler.scale)),
            "components": Tensor(
                shape: [components.rowCount, components.columnCount], .float32(components.elements)),
            "eigenvalues": Tensor(shape: [eigenvalues.count], .float64(eigenvalues)),
            "limits": Tensor(shape: [2], .float64([limits.hotelling, limits.residual])),
            "contribution_mean": Tensor(shape: [columnCount], .float64(contributionMean)),
        ])
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }

    private static func require(_ tensor: String, _ values: [Double], within range: ClosedRange<Double>) throws {
        if let value = values.first(where: { !range.contains($0) }) {
            throw SignalError(.malformed, "\(value) is outside \(range.lowerBound) to \(range.upperBound)").at(
                tensor: tensor)
        }
    }
}
