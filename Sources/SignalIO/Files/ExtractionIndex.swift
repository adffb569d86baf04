import SignalCore
import Synchronization

/// The table `index.csv` beside feature files: which input became which file, and which could not be read.
///
/// Columns: `path,machine,id,label,split,frames,seconds,digest,output,status`. Every entry is written at once to a
/// journal, `index.csv.partial`; ``finish()`` merges it into `index.csv`, sorted by path. A run that is killed loses at
/// most the row that was being written, and the next run goes on from the journal. Several threads may append; two
/// processes cannot write to one folder at the same time.
///
/// Of an input that was done before, 16 bytes are kept in memory (digests of path and of content), so a hundred
/// thousand take about 4 MB.
public final class ExtractionIndex: Sendable {
    /// One row.
    public struct Entry: Sendable, Equatable {
        /// The input.
        public var item: DatasetItem
        /// The number of frames, of the first feature.
        public var frames: Int
        /// The length of the signal in seconds.
        public var seconds: Double
        /// What the output was made of: digests of the input's content and of the options, in any notation without
        /// meaning here.
        public var digest: String
        /// The file that was written, the first of several; empty for a failure.
        public var output: String
        /// Why the input gave no features, or `nil` when it did.
        public var failure: String?
        /// In what way the input is cut off, or `nil` when it is whole. It gave features as far as it goes, but it does
        /// not count as done: the next run looks at it, and names it, again.
        public var shortfall: String?

        /// Makes a row for features that were written.
        public init(item: DatasetItem, frames: Int, seconds: Double, digest: String, output: String) {
            self.item = item
            self.frames = frames
            self.seconds = seconds
            self.digest = digest
            self.output = output
        }

        /// Makes a row for an input that gave no features.
        public init(item: DatasetItem, digest: String = "", failure: String) {
            self.init(item: item, frames: 0, seconds: 0, digest: digest, output: "")
            self.failure = failure
        }

        /// The fields, in the order of the columns. The status is `done`, or `failed: ` or `incomplete: ` and why.
        var fields: [String] {
            [
                item.path, item.machine ?? "", item.id ?? "", item.label?.rawValue ?? "", item.split?.rawValue ?? "",
                String(frames), String(seconds), digest, output,
                status,
            ]
        }

        private var status: String {
            if let failure { return "failed: \(failure.escapingControlCharacters)" }
            if let shortfall { return "incomplete: \(shortfall.escapingControlCharacters)" }
            return "done"
        }
    }

    /// The names of the columns.
    public static let columns = [
        "path", "machine", "id", "label", "split", "frames", "seconds", "digest", "output", "status",
    ]

    private struct State {
        /// Digest of the digest of every input that was done before, by the digest of its path.
        var done: [UInt64: UInt64] = [:]
        /// How many rows there are, and bytes in their paths: what merging them will need.
        var rowCount = 0
        var pathLength = 0
        /// Whether the journal holds rows that `index.csv` lacks.
        var hasNews = false
    }

    /// The path of `index.csv`.
    public let path: String
    private let journal: Journal
    private let state: Mutex<State>

    /// Opens the index of a folder, which is made if need be, and reads what was done before.
    ///
    /// - Throws: `SignalError` with code `unavailable` when the journal cannot be written or another process writes
    ///   it, `malformed` when there is an `index.csv` that is not a table of this kind.
    public init(folder: String) throws {
        path = folder + "/index.csv"
        try AtomicFile.makeFolder(folder)
        // Before anything is written: a table of another kind stays alone.
        _ = try Self.rows(of: path)
        journal = try Journal(path: path + ".partial")
        var read = State()
        func take(_ row: CSVRows.Row) {
            read.rowCount += 1
            read.pathLength += row.fields[0].utf8.count
            let isDone = row.fields[9] == "done"
            read.done[ContentDigest.of(row.fields[0])] = isDone ? ContentDigest.of(row.fields[7]) : nil
        }
        if let rows = try Self.rows(of: path) {
            _ = try Self.forEach(rows, take)
        }
        var end = 0
        // A journal whose first row is damaged was killed while that was being written.
        if let rows = try? Self.rows(of: journal.path) {
            end = try Self.forEach(rows) { row in
                take(row)
                read.hasNews = true
            }
        }
        try journal.truncate(end)
        if end == 0 { try journal.append(CSVText.row(Self.columns)) }
        state = Mutex(read)
    }

    /// Whether an input was done before, with the same content and options, and its files are still there.
    ///
    /// - Parameters:
    ///   - path: the path of the input, as in ``Entry/item``.
    ///   - digest: as in ``Entry/digest``.
    ///   - outputs: the paths of all files that belong to it.
    public func isDone(path: String, digest: String, outputs: [String]) -> Bool {
        let known = state.withLock { $0.done[ContentDigest.of(path)] }
        return known == ContentDigest.of(digest) && outputs.allSatisfy { (try? FileKind($0)) == .file }
    }

    /// Writes a row to the journal; it replaces an earlier one of the same path. May be called by several threads.
    ///
    /// - Throws: `SignalError` with code `unavailable` and the path.
    public func append(_ entry: Entry) throws {
        let row = CSVText.row(entry.fields)
        try state.withLock { state in
            state.hasNews = true
            state.rowCount += 1
            state.pathLength += entry.item.path.utf8.count
            try journal.append(row)
        }
    }

    /// Merges the journal into `index.csv` and removes it. Nothing can be appended afterwards.
    ///
    /// - Throws: `SignalError` with code `unavailable` and the path; the journal stays then.
    public func finish() throws {
        try state.withLock { state in
            state.done = [:]
            if state.hasNews || (try? FileKind(path)) != .file {
                try merge(rowCount: state.rowCount, pathLength: state.pathLength)
            }
            journal.remove()
        }
    }

    /// A row of one of the two files, without its text.
    private struct Place {
        /// Where the input's path stands in the buffer of all paths.
        let path: Range<Int>
        /// Where the row stands in its file.
        let bytes: Range<Int>
        let isInJournal: Bool
    }

    /// Only the paths are held in memory while sorting, in one buffer; the rows are copied from file to file.
    private func merge(rowCount: Int, pathLength: Int) throws {
        var paths: [UInt8] = []
        var places: [Place] = []
        paths.reserveCapacity(pathLength)
        places.reserveCapacity(rowCount)
        for file in [path, journal.path] {
            guard let rows = try Self.rows(of: file) else { continue }
            _ = try Self.forEach(rows) { row in
                let start = paths.count
                paths.append(contentsOf: row.fields[0].utf8)
                places.append(
                    Place(path: start..<paths.count, bytes: row.bytes, isInJournal: file == journal.path))
            }
        }
        // Of equal paths the one that was read later, and so starts later in the buffer, comes last.
        let all = paths
        places.sort { left, right in
            all[left.path].lexicographicallyPrecedes(all[right.path])
                || left.path.lowerBound < right.path.lowerBound && all[left.path] == all[right.path]
        }

        let merged = try AtomicFile(path: path)
        try merged.append(CSVText.row(Self.columns))
        let index = try? InputFile(path: path)
        let news = try InputFile(path: journal.path)
        for (number, place) in places.enumerated() {
            let next = number + 1
            if next < places.count, all[place.path] == all[places[next].path] { continue }
            guard let file = place.isInJournal ? news : index else { continue }
            let bytes = try file.readBytes(place.bytes)
            try merged.append(bytes)
            if bytes.last != UInt8(ascii: "\n") { try merged.append("\n") }
        }
        try merged.finish()
    }

    /// The rows of an index or journal after its header, or `nil` when there is no such file.
    private static func rows(of path: String) throws -> CSVRows? {
        guard (try? FileKind(path)) == .file else { return nil }
        var rows = CSVRows(try InputFile(path: path))
        guard let header = try? rows.next(), header.fields == columns, header.isTerminated else {
            throw SignalError(
                .malformed,
                "this is not an index of feature files: its columns are not \(columns.joined(separator: ",")); "
                    + "move it away or choose another folder"
            ).at(path: path)
        }
        return rows
    }

    /// Hands out all whole rows and returns where the last one ends. Damaged rows are left out; their inputs will be
    /// done again.
    private static func forEach(_ rows: CSVRows, _ body: (CSVRows.Row) throws -> Void) throws -> Int {
        var rows = rows
        var end = CSVText.row(columns).utf8.count
        while true {
            do {
                guard let row = try rows.next() else { return end }
                guard row.fields.count == columns.count, row.isTerminated else { continue }
                try body(row)
                end = row.bytes.upperBound
            } catch let error as SignalError where error.code == .malformed {
                continue
            }
        }
    }
}
