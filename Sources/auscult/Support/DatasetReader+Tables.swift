import FeatureExtraction
import Learning
import SignalCore
import SignalIO
import Synchronization

extension DatasetReader {
    /// One table on the way from a worker.
    private struct Table: Sendable {
        var item: DatasetItem
        var content: SensorTableContent
        var labels: [Bool]?
        var digest: Int64
        /// How many rows from the start are for training.
        var trainingRows: Int
    }

    /// Reads sensor tables. Rows that are labelled anomalous are never trained on, nor those that are held out at the
    /// end of each table.
    func readTables(_ choice: TableChoice) async throws -> Dataset {
        let (items, unusable) = try items()
        let progress = ProgressLine("reading", total: items.count, console: console)
        let collected = Mutex<[Table]>([])
        let failures = Mutex(unusable)
        let share = holdout ?? (wantsTest ? 0.2 : 0)
        let (console, isLabelled) = (console, tables.label != nil)
        try await ParallelWork.run(jobs: jobs, over: items) {
            choice
        } work: { (choice: TableChoice, item: DatasetItem) -> Result<Table, SignalError> in
            Result.capturing(path: item.path) {
                let content = try SensorTable.read(path: item.path, options: choice.reading)
                let labels = choice.labels(of: content)
                let digest = Int64(bitPattern: try ContentDigest.of(file: item.path))
                return Table(
                    item: item, content: content, labels: labels, digest: digest,
                    trainingRows: content.frames.count - Int((Double(content.frames.count) * share).rounded()))
            }
        } deliver: { result in
            switch result {
            case .success(let table):
                progress.advance()
                collected.withLock { $0.append(table) }
                failures.withLock { $0.note(table.content, of: table.item.path, console) }
            case .failure(let error):
                progress.advance(failed: true)
                failures.withLock { $0.add(error) }
            }
        }
        try Interruption.check()
        let failed = failures.withLock { $0 }
        let tables = collected.withLock { $0 }
        guard let first = tables.first else {
            try failed.conclude(console)
            throw SignalError(.insufficientData, "there is no table to train on in \(paths.joined(separator: " "))")
        }
        if isLabelled { try Self.requireLabelled(tables) }
        let raw = try Self.trainingRows(of: tables)
        try Self.requireInformation(raw, schema: first.content.schema, tables: tables)
        var choice = choice
        choice.options = choice.options.learning(from: raw)
        return try assemble(tables, choice, failures: failed)
    }

    private func assemble(_ tables: [Table], _ choice: TableChoice, failures: Failures) throws -> Dataset {
        let first = tables[0]
        var joined: FeatureFrames?
        var schema = first.content.schema
        var segments: [Range<Int>] = []
        var test: [Dataset.TestSeries] = []
        var (leftOut, heldOut) = (0, 0)
        for table in tables {
            let made = try choice.frames(of: table.content)
            schema = joined == nil ? made.schema : schema
            var training = joined ?? FeatureFrames(columnCount: schema.columns.count)
            func isAnomalous(_ frame: Int) -> Bool { table.labels?[made.rows[frame]] ?? false }
            for segment in made.segments {
                // Runs of normal rows of the training part; none reaches across an anomaly.
                let usable = segment.filter { made.rows[$0] < table.trainingRows && !isAnomalous($0) }
                leftOut += segment.count { made.rows[$0] < table.trainingRows && isAnomalous($0) }
                for run in Self.runs(usable) {
                    segments.append(training.count..<training.count + run.count)
                    training.append(contentsOf: made.frames.frames(in: run))
                }
            }
            joined = training
            heldOut += table.content.frames.count - table.trainingRows
            if wantsTest, let series = testSeries(table, made, from: usesEverythingForTest ? 0 : table.trainingRows) {
                test.append(series)
            }
        }
        guard let frames = joined, !frames.isEmpty else {
            throw SignalError(.insufficientData, "there is no normal row to train on")
        }
        if leftOut > 0 { console.note("\(leftOut) rows labelled anomalous are left out of training") }
        if heldOut > 0 { console.note("\(heldOut) rows at the end are held out of training") }
        return Dataset(
            training: TrainingData(schema: schema, frames: frames, segments: segments), test: test,
            recipe: FeatureRecipe(schema: schema, options: try choice.texts()),
            input: .table(
                TableExpectation(
                    columns: first.content.schema.columns, rowSpacing: first.content.schema.hopSeconds,
                    hasAbsoluteTimes: first.content.startTime != nil)),
            digests: tables.map(\.digest), rowCounts: tables.map { Int64($0.trainingRows) },
            machines: Set(tables.compactMap(\.item.place)).sorted(), leftOut: leftOut, heldOut: heldOut,
            failures: failures)
    }

    /// The rows of a table that are held out, with their labels; where a window of them begins earlier, it may.
    private func testSeries(_ table: Table, _ made: TableFrames, from row: Int) -> Dataset.TestSeries? {
        guard let labels = table.labels, let start = made.rows.firstIndex(where: { $0 >= row }) else {
            return nil
        }
        let segments = made.segments.map { $0.clamped(to: start..<made.frames.count) }.filter { !$0.isEmpty }
        return Dataset.TestSeries(
            item: table.item, frames: made.frames.frames(in: start..<made.frames.count),
            segments: segments.map { $0.lowerBound - start..<$0.upperBound - start },
            labels: .rows(made.rows[start...].map { labels[$0] }), level: nil)
    }

    private static func runs(_ indices: [Int]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for index in indices {
            if let last = runs.last, last.upperBound == index {
                runs[runs.count - 1] = last.lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
        }
        return runs
    }

    /// The normal rows of the training parts as they were read; tables must have the same columns.
    private static func trainingRows(of tables: [Table]) throws -> FeatureFrames {
        let first = tables[0]
        var rows = FeatureFrames(columnCount: first.content.schema.columns.count)
        for table in tables {
            guard table.content.schema.columns == first.content.schema.columns else {
                throw SignalError(
                    .mismatch,
                    "other columns than \(first.item.path); choose those of both with --columns, or train on one kind"
                ).at(path: table.item.path)
            }
            for row in 0..<table.trainingRows where table.labels?[row] != true {
                rows.append(
                    time: table.content.frames.times[row],
                    row: table.content.frames.values[table.content.frames.range(ofFrame: row)])
            }
        }
        return rows
    }

    private static func requireLabelled(_ tables: [Table]) throws {
        if let table = tables.first(where: { $0.labels == nil }) {
            throw SignalError(.mismatch, "has no such label column").at(path: table.item.path)
        }
    }

    /// Refuses a column that tells nothing, or that tells the label.
    private static func requireInformation(_ rows: FeatureFrames, schema: FeatureSchema, tables: [Table]) throws {
        for (column, description) in schema.columns.enumerated() {
            let values = stride(from: column, to: rows.values.count, by: rows.columnCount).lazy.map { rows.values[$0] }
                .filter { !$0.isNaN }
            guard let first = values.first(where: { _ in true }) else {
                throw SignalError(.insufficientData, "has no value in the training rows; leave it out with --columns")
                    .at(path: tables[0].item.path, column: description.name)
            }
            guard values.contains(where: { $0 != first }) else {
                throw SignalError(
                    .insufficientData,
                    "is always \(first) in the training rows, so nothing can be learnt from it; leave it out with "
                        + "--columns"
                ).at(path: tables[0].item.path, column: description.name)
            }
            let isLabel = tables.allSatisfy { table in
                table.labels.map { labels in
                    labels.contains(true)
                        && labels.indices.allSatisfy {
                            table.content.frames.values[$0 * rows.columnCount + column] == (labels[$0] ? 1 : 0)
                        }
                } ?? false
            }
            if isLabel {
                throw SignalError(.mismatch, "is the label under another name; leave it out with --columns").at(
                    path: tables[0].item.path, column: description.name)
            }
        }
    }
}

extension Failures {
    /// Counts a table that worked, and says what there is to know about it; one that is cut off counts as failed.
    mutating func note(_ content: SensorTableContent, of path: String, _ console: Console) {
        let cut = content.isIncomplete ? ["the last row is cut off and was left out"] : []
        note(warnings: cut + content.warnings, isIncomplete: content.isIncomplete, of: path, console)
    }
}
