public import SignalCore

extension SeasonalResidualDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(SeasonalResidualOptions.self)
        let time = try archive.float64("time", shape: [3], within: -SeasonalBasis.latest...SeasonalBasis.latest)
        guard time[1] >= 1e-9, time[2] == 0 || time[2] >= 1e-9 else {
            throw SignalError(.malformed, "span and period are at least 1e-9 s, but for a period of 0, none").at(
                tensor: "time")
        }
        let basis = SeasonalBasis(
            origin: time[0], span: time[1], period: time[2], harmonics: options.harmonics, hasTrend: options.trend)
        let spreads = try archive.float64("spreads", shape: [nil], within: 1e-30...1e39)
        guard !spreads.isEmpty else { throw SignalError(.malformed, "there are no columns").at(tensor: "spreads") }
        let lengths = Self.lengths(contextFrames: options.contextFrames)
        self.init(
            options: options, basis: basis,
            coefficients: try archive.float64(
                "coefficients", shape: [spreads.count, basis.count], within: -1e60...1e60),
            spreads: spreads,
            limits: try archive.float64("limits", shape: [spreads.count, lengths.count], within: 0.1...1e9))
    }

    /// The fitted model as tensors `time` (middle and half length of the training data and period, in seconds),
    /// `coefficients`, `spreads` and `limits`, and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: [
            "time": Tensor(shape: [3], .float64([basis.origin, basis.span, basis.period])),
            "coefficients": Tensor(shape: [columnCount, basis.count], .float64(coefficients)),
            "spreads": Tensor(shape: [columnCount], .float64(spreads)),
            "limits": Tensor(shape: [columnCount, limits.count / columnCount], .float64(limits)),
        ])
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
