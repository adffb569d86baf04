internal import SignalCore

extension Neighbourhood {
    /// Reads the shared tensors of a model.
    ///
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen, not finite or out of range.
    init(archive: ModelArchive, contextFrames: Int, neighbours: Int) throws {
        let mean = try archive.float64("mean", shape: [nil])
        guard !mean.isEmpty else { throw SignalError(.malformed, "there are no columns").at(tensor: "mean") }
        let scale = try archive.float64("scale", shape: [mean.count])
        let contributionMean = try archive.float64("contribution_mean", shape: [mean.count])
        let points = try archive.float32("points", shape: [nil, mean.count * contextFrames])
        guard points.count / (mean.count * contextFrames) > neighbours else {
            throw SignalError(.malformed, "a model of \(neighbours) neighbours has more points than that").at(
                tensor: "points")
        }
        try archive.require("mean", mean, within: -4e38...4e38)
        try archive.require("scale", scale, within: 1e-30...4e38)
        try archive.require("contribution_mean", contributionMean, within: UsualContributions.range)
        self.init(
            scaler: FrameScaler(mean: mean, scale: scale), contextFrames: contextFrames, points: points,
            contributionMean: contributionMean)
    }

    /// The tensors `mean`, `scale`, `points` (the scaled training windows) and `contribution_mean`.
    var tensors: [String: Tensor] {
        [
            "mean": Tensor(shape: [columnCount], .float64(scaler.offset)),
            "scale": Tensor(shape: [columnCount], .float64(scaler.scale)),
            "points": Tensor(shape: [search.count, search.width], .float32(search.points)),
            "contribution_mean": Tensor(shape: [columnCount], .float64(contributionMean)),
        ]
    }
}
