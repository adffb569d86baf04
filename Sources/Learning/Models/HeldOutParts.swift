internal import SignalCore

/// Training data in the parts that are held out together, and what that amounts to in words.
struct HeldOutParts {
    /// The data, its segments as they are dealt.
    let data: TrainingData
    /// The segments of every fold; none for in-sample scores.
    let folds: [[Int]]
    /// Whether there is one fold, whose model is kept.
    let isHoldOut: Bool
    /// Whether the parts are consecutive, in words what they are parts of; else recordings are dealt.
    private let consecutiveOf: String?

    /// Deals recordings into folds, by the seed; a single one, or the rows of tables, are cut into consecutive parts. A
    /// hold-out takes a fifth.
    init(of data: TrainingData, folds: Int, isTable: Bool, seed: UInt64) {
        isHoldOut = folds == 1
        consecutiveOf = isTable ? "the rows" : data.segments.count == 1 ? "the one recording" : nil
        let count = min(isHoldOut ? 5 : folds, consecutiveOf != nil ? data.frames.count : data.segments.count)
        guard folds > 0, count > 1 else {
            self.data = data
            self.folds = []
            return
        }
        if consecutiveOf != nil {
            var edges = (0...count).map { data.frames.count * $0 / count }
            if isHoldOut { edges.removeSubrange(1..<count - 1) }
            let (parts, blocks) = Self.cut(data, at: edges)
            self.data = parts
            self.folds = isHoldOut ? [blocks[1]] : blocks
            return
        }
        self.data = data
        var generator = SeededGenerator(seed: seed)
        let order = data.segments.indices.shuffled(using: &generator)
        let dealt = (0..<count).map { fold in
            stride(from: fold, to: order.count, by: count).map { order[$0] }.sorted()
        }
        self.folds = isHoldOut ? Array(dealt.prefix(1)) : dealt
    }

    /// The data with its segments cut at frames, and the segments between every two of them.
    private static func cut(_ data: TrainingData, at edges: [Int]) -> (TrainingData, [[Int]]) {
        var segments: [Range<Int>] = []
        var blocks: [[Int]] = []
        for (lower, upper) in zip(edges, edges.dropFirst()) {
            let parts = data.segments.map { $0.clamped(to: lower..<upper) }.filter { !$0.isEmpty }
            blocks.append(Array(segments.count..<segments.count + parts.count))
            segments += parts
        }
        return (TrainingData(schema: data.schema, frames: data.frames, segments: segments), blocks)
    }

    /// The data of all segments but these.
    func data(without fold: [Int]) -> TrainingData {
        let heldOut = Set(fold)
        return data.selecting(data.segments.indices.filter { !heldOut.contains($0) })
    }

    /// How the scores of recordings or frames came about, for a model's card.
    func basis(of kind: String) -> String {
        if folds.isEmpty { return "in-sample scores, a score for every \(kind)" }
        let unit = consecutiveOf != nil && kind == "recording" ? "part" : kind
        let cut =
            switch (isHoldOut, consecutiveOf) {
            case (true, let whole?): "the last fifth of \(whole), which the model was not fitted on"
            case (true, nil): "a fifth of the recordings, which the model was not fitted on"
            case (false, let whole?):
                "\(folds.count) consecutive parts of \(whole), each scored by a model of the others"
            case (false, nil): "\(folds.count) groups of recordings, each scored by a model of the others"
            }
        return "held-out scores, a score for every \(unit): \(cut)"
    }
}
