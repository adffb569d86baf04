public import SignalCore

/// The health of a machine from an anomaly score alone: 1 as when machines are new, 0 as when they fail, and the rows left
/// by drawing a straight line through its last values down to 0. It learns from no remaining life but the moment of
/// failure, and stands beside the regression as a check.
public struct HealthIndex: Sendable {
    /// The rows that a score is averaged over.
    public static let smoothingRows = 10
    /// The rows that the line is drawn through.
    public static let lineRows = 40

    /// The detector, fitted on the first readings of the units.
    public let detector: any Detector
    /// The usual score of the first readings.
    public let usualScore: Double
    /// The usual score at the failure.
    public let failureScore: Double

    init(detector: any Detector, usualScore: Double, failureScore: Double) {
        (self.detector, self.usualScore, self.failureScore) = (detector, usualScore, failureScore)
    }

    /// Fits a detector on the first readings of units that all ran to failure.
    ///
    /// - Parameters:
    ///   - type: the algorithm, with its default options.
    ///   - units: the readings of every unit from its start to its failure.
    ///   - firstRows: how many rows of each are taken to be healthy.
    /// - Returns: `nil` when failing machines score no higher than new ones, or a reading is missing.
    public static func fit(
        _ type: any Detector.Type, schema: FeatureSchema, units: [FeatureFrames], firstRows: Int,
        context: FittingContext
    ) throws -> HealthIndex? {
        guard units.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else { return nil }
        var healthy = FeatureFrames(columnCount: schema.columns.count)
        var segments: [Range<Int>] = []
        for unit in units where !unit.isEmpty {
            let rows = min(firstRows, unit.count)
            segments.append(healthy.count..<healthy.count + rows)
            healthy.append(contentsOf: unit.frames(in: 0..<rows))
        }
        guard !healthy.isEmpty else { return nil }
        func fitted<Algorithm: Detector>(_ type: Algorithm.Type) throws -> any Detector {
            try Algorithm.fit(
                TrainingData(schema: schema, frames: healthy, segments: segments), options: Algorithm.Options(),
                context: context)
        }
        let detector = try fitted(type)
        var (first, last): ([Double], [Double]) = ([], [])
        for unit in units {
            let scores = try smoothed(detector, unit)
            first += scores.prefix(max(1, firstRows - detector.contextLength + 1))
            if let end = scores.last { last.append(end) }
        }
        guard !first.isEmpty, !last.isEmpty else { return nil }
        let (usual, failure) = (Quantile.linear(of: first, 0.5), Quantile.linear(of: last, 0.5))
        guard failure > usual else { return nil }
        return HealthIndex(detector: detector, usualScore: usual, failureScore: failure)
    }

    /// The health at every row from the first window of the detector on, 0 to 1.
    public func health(_ readings: FeatureFrames) throws -> [Double] {
        try Self.smoothed(detector, readings).map {
            min(1, max(0, 1 - ($0 - usualScore) / (failureScore - usualScore)))
        }
    }

    /// The rows until a line through the last values of health reaches 0; `nil` where health does not fall.
    public static func remainingLife(_ health: [Double]) -> Double? {
        let last = health.suffix(lineRows)
        guard last.count > 2 else { return nil }
        let n = Double(last.count)
        let mean = last.reduce(0, +) / n
        let middle = (n - 1) / 2
        var products = 0.0
        for (index, value) in last.enumerated() { products += (Double(index) - middle) * (value - mean) }
        let slope = products * 12 / (n * (n * n - 1))
        guard slope < -1e-6 else { return nil }
        return max(0, (mean + slope * middle) / -slope)
    }

    /// Trailing means of the scores.
    private static func smoothed(_ detector: any Detector, _ readings: FeatureFrames) throws -> [Double] {
        let scores = try detector.scores(readings)
        return scores.indices.map { index in
            let window = scores[max(0, index - smoothingRows + 1)...index]
            return window.reduce(0) { $0 + Double($1) } / Double(window.count)
        }
    }
}
