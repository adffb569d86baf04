public import SignalCore

extension TrainedPredictor {
    /// How much one reading adds to a verdict.
    public struct Blame: Sendable, Equatable {
        /// The reading or combination.
        public let source: String
        /// How much lower the probability of a failure would be with its features as usual.
        public let probability: Double
        /// How much longer the remaining life would be with its features as usual.
        public let life: Double
    }

    /// What every reading adds to the verdict on one row: its features are put to what is usual far from a failure, and
    /// the row is judged again (occlusion; Zeiler and Fergus, 2014). The most to blame stands first.
    ///
    /// - Precondition: one frame with the features of the model.
    public func blame(_ frame: FeatureFrames) throws -> [Blame] {
        precondition(frame.count == 1, "one row is explained at a time")
        var names: [String] = []
        for source in sources where !names.contains(source) { names.append(source) }
        var variants = frame
        for name in names {
            let row = sources.indices.map { sources[$0] == name ? reference[$0] : frame.values[$0] }
            variants.append(time: frame.times[0], row: row)
        }
        let probabilities = try failure.map { _ in try failureProbabilities(variants) }
        let lives = try life.map { _ in try remainingLives(variants) }
        let scale = max(1, life?.cap ?? lives?.max() ?? 1)
        let blames = names.enumerated().map { index, name in
            Blame(
                source: name, probability: probabilities.map { $0[0] - $0[index + 1] } ?? 0,
                life: lives.map { $0[index + 1] - $0[0] } ?? 0)
        }
        func weight(_ blame: Blame) -> Double { blame.probability + blame.life / scale }
        return blames.enumerated().sorted {
            let (left, right) = (weight($0.element), weight($1.element))
            return left == right ? $0.offset < $1.offset : left > right
        }.map(\.element)
    }
}
