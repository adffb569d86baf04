internal import SignalCore

extension FrameScaler {
    /// Reads the tensors `mean` and `scale`.
    ///
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen, not finite or out of range.
    init(archive: ModelArchive) throws {
        let mean = try archive.float64("mean", shape: [nil], within: -4e38...4e38)
        guard !mean.isEmpty else { throw SignalError(.malformed, "there are no columns").at(tensor: "mean") }
        self.init(mean: mean, scale: try archive.float64("scale", shape: [mean.count], within: 1e-30...4e38))
    }

    /// Writes the tensors `mean` and `scale`.
    func store(in archive: inout ModelArchive) {
        archive.tensors["mean"] = Tensor(shape: [mean.count], .float64(mean))
        archive.tensors["scale"] = Tensor(shape: [scale.count], .float64(scale))
    }
}
