internal import Synchronization
public import SignalCore

/// Where a model comes from. It holds no date: the same training gives the same bytes.
public struct TrainingProvenance: Sendable, Equatable {
    /// The seed of everything random.
    public var seed: UInt64
    /// The version of the tool that trained.
    public var toolVersion: String
    /// The number of recordings (or tables) trained on.
    public var recordingCount: Int
    /// The number of frames trained on.
    public var frameCount: Int
    /// A digest of the content of every recording trained on, ascending, so that an evaluation can leave them out.
    public var digests: [Int64]
    /// How many rows from the start of every table were trained on, in the order of ``digests``; empty for recordings,
    /// which are trained on as a whole.
    public var rowCounts: [Int64]
    /// The machines trained on, as `fan/id_00`, ascending; empty where unknown.
    public var machines: [String]
    /// What a user of the model should know: constant columns, a threshold that rests on few recordings.
    public var warnings: [String]
    /// The losses of iterative fits, one for every part that has them.
    public var histories: [TrainingHistory]

    /// Makes a provenance; texts are brought onto one line each.
    public init(
        seed: UInt64, toolVersion: String, recordingCount: Int, frameCount: Int, digests: [Int64] = [],
        rowCounts: [Int64] = [], machines: [String] = [], warnings: [String] = [],
        histories: [TrainingHistory] = []
    ) {
        self.seed = seed
        self.toolVersion = toolVersion
        self.recordingCount = recordingCount
        self.frameCount = frameCount
        // Where a table was given twice, what either has shown is known.
        let rows = Dictionary(zip(digests, rowCounts), uniquingKeysWith: max)
        self.digests = Set(digests).sorted()
        self.rowCounts = rowCounts.isEmpty ? [] : self.digests.map { rows[$0] ?? 0 }
        self.machines = Set(machines.map(\.escapingControlCharacters)).filter { !$0.isEmpty }.sorted()
        self.warnings = warnings.map(\.escapingControlCharacters).filter { !$0.isEmpty }
        self.histories = histories
    }

    /// Whether a recording of this content was trained on, or some rows of a table.
    public func includes(digest: Int64) -> Bool { index(of: digest) != nil }

    /// How many rows from the start of a table of this content were trained on.
    public func rowCount(digest: Int64) -> Int {
        index(of: digest).flatMap { rowCounts.indices.contains($0) ? Int(clamping: rowCounts[$0]) : nil } ?? 0
    }

    private func index(of digest: Int64) -> Int? {
        var range = 0..<digests.count
        while let middle = range.isEmpty ? nil : range.lowerBound + range.count / 2 {
            if digests[middle] == digest { return middle }
            range = digests[middle] < digest ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}

/// Gathers the histories of a fit, for its ``TrainingProvenance``.
public final class TrainingHistories: Sendable {
    private let histories = Mutex<[TrainingHistory]>([])

    /// Nothing yet.
    public init() {}

    /// What ``FittingContext/record`` is set to.
    @Sendable public func add(_ history: TrainingHistory) { histories.withLock { $0.append(history) } }

    /// All so far, in the order they came.
    public var all: [TrainingHistory] { histories.withLock { $0 } }
}

extension TrainingProvenance {
    /// The histories as lines of a card.
    var historyLines: [String] { histories.map { "- training of \($0.summary)" } }
}

extension TrainingHistory {
    /// The history in a line, for people.
    public var summary: String {
        guard let loss = losses.last else { return "\(algorithm): no \(step) was finished" }
        let counted = "\(losses.count) \(step)\(losses.count == 1 ? "" : "s")"
        let kept = keptStep > 0 && keptStep <= losses.count ? ", that of \(step) \(keptStep) kept" : ""
        func short(_ value: Double) -> String { ForecastChoice.short(value) }
        let validation =
            validationLosses.indices.contains(keptStep - 1)
            ? ", \(short(validationLosses[keptStep - 1])) on validation data for the one kept" : ""
        return
            "\(algorithm): \(counted)\(kept); \(measure) \(short(losses[0])) in the first, \(short(loss)) in the last"
            + validation
    }
}
