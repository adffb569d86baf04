internal import SignalCore

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

    /// Makes a provenance; texts are brought onto one line each.
    public init(
        seed: UInt64, toolVersion: String, recordingCount: Int, frameCount: Int, digests: [Int64] = [],
        rowCounts: [Int64] = [], machines: [String] = [], warnings: [String] = []
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
