internal import SignalCore

/// Training data in the parts that are held out together, and what that amounts to in words.
struct HeldOutParts {
    /// The data, its segments as they are dealt.
    let data: TrainingData
    /// The segments of every fold; none for in-sample scores.
    let folds: [[Int]]
    /// Whether there is one fold, whose model is kept.
    let isHoldOut: Bool
    private let isOneRecording: Bool

    /// Deals the segments into folds, by the seed; a single one is cut into consecutive parts. A hold-out takes a fifth.
    init(of data: TrainingData, folds: Int, seed: UInt64) {
        isHoldOut = folds == 1
        isOneRecording = data.segments.count == 1
        let frames = data.frames.count
        let count = min(isHoldOut ? 5 : folds, isOneRecording ? frames : data.segments.count)
        guard folds > 0, count > 1 else {
            self.data = data
            self.folds = []
            return
        }
        if isOneRecording {
            var edges = (0...count).map { frames * $0 / count }
            if isHoldOut { edges.removeSubrange(1..<count - 1) }
            self.data = TrainingData(
                schema: data.schema, frames: data.frames, segments: zip(edges, edges.dropFirst()).map { $0..<$1 })
            self.folds = isHoldOut ? [[1]] : (0..<count).map { [$0] }
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

    /// The data of all segments but these.
    func data(without fold: [Int]) -> TrainingData {
        let heldOut = Set(fold)
        return data.selecting(data.segments.indices.filter { !heldOut.contains($0) })
    }

    /// How the scores of recordings or frames came about, for a model's card.
    func basis(of kind: String) -> String {
        if folds.isEmpty { return "in-sample scores, a score for every \(kind)" }
        let unit = isOneRecording && kind == "recording" ? "part" : kind
        if isHoldOut {
            let part = isOneRecording ? "the last fifth of the one recording" : "a fifth of the recordings"
            return "held-out scores, a score for every \(unit): \(part), which the model was not fitted on"
        }
        let cut = isOneRecording ? "consecutive parts of the one recording" : "groups of recordings"
        return "held-out scores, a score for every \(unit): \(folds.count) \(cut), each scored by a model of the others"
    }
}
