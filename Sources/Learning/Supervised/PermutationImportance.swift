internal import RealModule
public import SignalCore

/// How much worse a model becomes when the values of a column, or of several together, are dealt anew among rows (Breiman
/// 2001), on rows that it did not learn from.
public struct PermutationImportance: Sendable, Equatable {
    /// The columns that were dealt anew together: rows keep them as they belong to each other.
    public let columns: [Int]
    /// The mean rise of the loss over the rounds; about 0, and as often below, for columns that tell nothing.
    public let mean: Double
    /// Its standard deviation over the rounds.
    public let deviation: Double

    /// By how much the mean negative log-likelihood rises.
    ///
    /// - Parameters:
    ///   - model: a fitted classifier.
    ///   - data: rows with the model's classes that it did not learn from.
    ///   - groups: the columns that are dealt anew together; `nil` for each by itself. Of columns that say the same, such
    ///     as means over several windows, each alone would seem to tell nothing.
    ///   - rounds: how often each group is dealt anew, at least 1.
    ///   - seed: of the dealing; every group and round has a random stream of its own.
    ///   - jobs: how many threads may work at once.
    /// - Throws: `SignalError` with code `mismatch` when the rows have other classes or columns.
    public static func measure(
        _ model: some Classifier, on data: LabelledData, groups: [[Int]]? = nil, rounds: Int, seed: UInt64,
        jobs: Int = 1
    ) throws -> [PermutationImportance] {
        guard case .classes(let classes, let names) = data.targets, names == model.classNames, data.count > 0 else {
            throw SignalError(.mismatch, "importances are measured on rows with the classes of the model")
        }
        return try measure(data.frames, groups: groups, rounds: rounds, seed: seed, jobs: jobs) { frames in
            let probabilities = try model.probabilities(frames)
            var sum = 0.0
            for (row, index) in classes.enumerated() {
                sum -= .log(max(Double(probabilities[row * names.count + index]), 1e-6))
            }
            return sum / Double(classes.count)
        }
    }

    /// By how much the mean squared error rises; as with a classifier.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the rows have no numbers or other columns.
    public static func measure(
        _ model: some Regressor, on data: LabelledData, groups: [[Int]]? = nil, rounds: Int, seed: UInt64,
        jobs: Int = 1
    ) throws -> [PermutationImportance] {
        guard case .numbers(let numbers) = data.targets, data.count > 0 else {
            throw SignalError(.mismatch, "importances of a regressor are measured on rows with numbers")
        }
        return try measure(data.frames, groups: groups, rounds: rounds, seed: seed, jobs: jobs) { frames in
            let predictions = try model.predictions(frames)
            let squares = zip(predictions, numbers).map { Double($0 - $1) * Double($0 - $1) }
            return squares.reduce(0, +) / Double(numbers.count)
        }
    }

    private static func measure(
        _ frames: FeatureFrames, groups: [[Int]]?, rounds: Int, seed: UInt64, jobs: Int,
        loss: @Sendable (FeatureFrames) throws -> Double
    ) throws -> [PermutationImportance] {
        precondition(rounds >= 1, "columns are dealt anew at least once")
        let usual = try loss(frames)
        let width = frames.columnCount
        let groups = groups ?? (0..<width).map { [$0] }
        return try ConcurrentLoop.map(count: groups.count, jobs: jobs) { group in
            var rises: [Double] = []
            for round in 0..<rounds {
                var generator = SeededGenerator(seed: seed, stream: UInt64(group * rounds + round))
                let order = (0..<frames.count).shuffled(using: &generator)
                var values = frames.values
                for (row, other) in order.enumerated() {
                    for column in groups[group] {
                        values[row * width + column] = frames.values[other * width + column]
                    }
                }
                rises.append(
                    try loss(FeatureFrames(columnCount: width, times: frames.times, values: values)) - usual)
            }
            let mean = rises.reduce(0, +) / Double(rounds)
            let squares = rises.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return PermutationImportance(
                columns: groups[group], mean: mean, deviation: (squares / Double(max(1, rounds - 1))).squareRoot())
        }
    }
}
