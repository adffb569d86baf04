public import SignalCore

extension IsolationForest {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(IsolationForestOptions.self)
        let sampleCount = try archive.count("sampleCount")
        guard (2...options.sampleSize).contains(sampleCount) else {
            throw archive.unusable("sampleCount", String(sampleCount), "2 to the option sampleSize")
        }
        let median = try archive.float32("median", shape: [nil])
        guard (1...Self.mostColumns).contains(median.count) else {
            throw SignalError(.malformed, "a model has 1 to \(Self.mostColumns) columns").at(tensor: "median")
        }
        let depth = IsolationTree.depthLimit(sampleCount: sampleCount)
        let nodeShape = [options.trees, 1 << depth - 1]
        let features = try archive.int64("feature", shape: nodeShape)
        let thresholds = try archive.float32("threshold", shape: nodeShape)
        let pathLengths = try archive.float64("path_length", shape: [options.trees, 1 << depth])
        let contributionMean = try archive.float64("contribution_mean", shape: [median.count])
        let width = Int64(median.count * options.contextFrames)
        try archive.require("feature", features, within: 0...(width - 1))
        // No leaf is deeper than the tree, and none holds more windows than the sample.
        try archive.require(
            "path_length", pathLengths, within: 0...Double(depth) + IsolationTree.averagePathLength(sampleCount))
        try archive.require("contribution_mean", contributionMean, within: UsualContributions.range)
        self.init(
            options: options, sampleCount: sampleCount,
            nodes: zip(features, thresholds).map { IsolationTree.Node(feature: Int32($0), threshold: $1) },
            pathLengths: pathLengths, median: median, contributionMean: contributionMean)
    }

    /// The fitted model: tensors `feature` and `threshold` (trees x nodes), `path_length` (trees x places on the lowest
    /// level), `median` and `contribution_mean`; the entry `sampleCount`; and its options as texts.
    ///
    /// The trees are heaps: node i has its children at 2 i + 1 (value at most the threshold) and 2 i + 2. A threshold of
    /// the largest finite number marks a leaf, whose path length stands at the leftmost place below it.
    public func archived() throws -> ModelArchive {
        let nodeShape = [options.trees, 1 << depth - 1]
        var archive = ModelArchive(tensors: [
            "feature": Tensor(shape: nodeShape, .int64(nodes.map { Int64($0.feature) })),
            "threshold": Tensor(shape: nodeShape, .float32(nodes.map(\.threshold))),
            "path_length": Tensor(shape: [options.trees, 1 << depth], .float64(pathLengths)),
            "median": Tensor(shape: [columnCount], .float32(median)),
            "contribution_mean": Tensor(shape: [columnCount], .float64(contributionMean)),
        ])
        try archive.store(algorithm: Self.name, options: options)
        archive.metadata["sampleCount"] = String(sampleCount)
        return archive
    }

    /// The most columns of a frame.
    static let mostColumns = 1 << 20
}
