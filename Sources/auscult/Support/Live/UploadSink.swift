import Foundation
import Monitoring
import SignalCore
import Telemetry

/// Sends readings to the fields of ThingSpeak channels: one row a channel and second, in the durable queues of uploaders.
///
/// A second is put together here and handed on once it is over, as a whole, so that a stream that was killed and goes on
/// gives the very rows again, which channels take once. What was begun when a stream is interrupted is not handed on: it is
/// read again when the stream goes on.
actor UploadSink: Sink {
    nonisolated let name = "upload"
    nonisolated let policy = FullQueuePolicy.block
    private let map: FieldMap
    private let rule: MergeRule
    private let uploaders: [Int: ThingSpeakUploader]
    private let running: [Task<Void, Never>]

    /// The second that readings are put together for.
    private var second: Int?
    private var values: [FieldMap.Source: Merged] = [:]
    /// Where the stream was before the first reading of that second.
    private var beforeSecond: StreamMark?
    private var lastMark: StreamMark?
    /// Seconds that are over and were not handed on yet, a row for each channel.
    private var finished: [(second: Int, rows: [Int: UploadRow])] = []
    /// Whether the readings that come next are those that were refused.
    private var hasRefused = false
    /// Readings of seconds up to this one were handed on before an interruption.
    private var skipped: Int?
    /// Whether what is said now may have been said before an interruption.
    private let isResumed: Bool
    /// The seconds that waited in the queue of every channel when the stream went on.
    private var waiting: [Int: Set<Int>] = [:]
    private(set) var settled: StreamMark?

    private struct Merged {
        var last: Double
        var largest: Double
        var sum: Double
        var count: Int
    }

    /// - Parameters:
    ///   - known: where this sink was when the stream was interrupted.
    ///   - isResumed: whether the stream goes on, even if it was interrupted before anything was known.
    init(
        map: FieldMap, rule: MergeRule, uploaders: [ThingSpeakUploader], known: StreamMark?, isResumed: Bool
    ) {
        (self.map, self.rule) = (map, rule)
        self.uploaders = Dictionary(uniqueKeysWithValues: uploaders.map { ($0.access.channel, $0) })
        running = uploaders.map { uploader in Task { await uploader.run() } }
        (settled, lastMark, skipped) = (known, known, known?.second)
        self.isResumed = isResumed
    }

    func receive(_ readings: [Reading], upTo mark: StreamMark) async throws {
        if !hasRefused {
            for reading in readings { put(reading) }
        }
        hasRefused = true
        try await handOn()
        hasRefused = false
        lastMark = mark
        guard second == nil else {
            settle(beforeSecond)
            return
        }
        settle(mark)
    }

    func finish(isComplete: Bool) async throws {
        if isComplete {
            finishSecond()
            try await handOn()
            settle(lastMark)
        }
        // What waits is on the disk; what cannot be sent soon is sent the next time.
        if isComplete { await drain(within: 10) }
        for uploader in uploaders.values { await uploader.stop(within: 10) }
        for task in running { await task.value }
    }

    private var handedOn: Int?

    /// Sends what waits, for so many seconds at most.
    private func drain(within seconds: Double) async {
        let uploaders = uploaders.values
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withTaskGroup(of: Void.self) { drains in
                    for uploader in uploaders {
                        // A channel that only a person can help keeps its rows; its state tells why.
                        drains.addTask { try? await uploader.drain() }
                    }
                }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                for uploader in uploaders { await uploader.stop(within: 5) }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func settle(_ mark: StreamMark?) {
        guard var mark else { return }
        mark.second = handedOn ?? settled?.second
        settled = mark
    }

    /// Puts a reading into its second, which ends the one before.
    private func put(_ reading: Reading) {
        // Of the time as it is printed, which is in whole milliseconds.
        let own = Int(((reading.time * 1000).rounded() / 1000).rounded(.down))
        if let skipped {
            if own <= skipped { return }
            self.skipped = nil
        }
        if second != own { finishSecond() }
        if second == nil {
            second = own
            beforeSecond = lastMark
        }
        take(reading)
    }

    private func take(_ reading: Reading) {
        for assignment in map.assignments {
            guard let value = Self.value(of: assignment.source, in: reading), value.isFinite else { continue }
            if var merged = values[assignment.source] {
                merged.last = value
                merged.largest = max(merged.largest, value)
                merged.sum += value
                merged.count += 1
                values[assignment.source] = merged
            } else {
                values[assignment.source] = Merged(last: value, largest: value, sum: value, count: 1)
            }
        }
    }

    private func finishSecond() {
        guard let second else { return }
        let rows = map.rows(time: Double(second)) { source in
            values[source].map { merged in
                switch rule {
                case .last: merged.last
                case .max: merged.largest
                case .mean: merged.sum / Double(merged.count)
                }
            }
        }
        finished.append((second, rows))
        self.second = nil
        values.removeAll(keepingCapacity: true)
    }

    /// Hands all seconds that are over to the queues, with one trip to the disk for each channel.
    private func handOn() async throws {
        guard let last = finished.last?.second else { return }
        for (channel, uploader) in uploaders.sorted(by: { $0.key < $1.key }) {
            do {
                var rows: [UploadRow] = []
                for (second, all) in finished {
                    guard let row = all[channel] else { continue }
                    // Between the last mark and a sudden end, seconds may have gone out.
                    let isThere = isResumed ? try await has(second, uploader) : false
                    if !isThere { rows.append(row) }
                }
                if !rows.isEmpty { try await uploader.submit(rows) }
                for index in finished.indices { finished[index].rows[channel] = nil }
            } catch let error as SignalError where error.code == .unavailable {
                // A full disk: what waits there is sent, which makes room.
                throw SinkRefusal(error)
            }
        }
        finished = []
        handedOn = last
    }

    /// Whether an uploader has taken a second before an interruption.
    private func has(_ second: Int, _ uploader: ThingSpeakUploader) async throws -> Bool {
        let channel = uploader.access.channel
        if waiting[channel] == nil { waiting[channel] = try await uploader.waitingSeconds() }
        if waiting[channel]?.contains(second) == true { return true }
        return await uploader.hasSent(second: second)
    }

    private static func value(of source: FieldMap.Source, in reading: Reading) -> Double? {
        switch source {
        case .column(let name):
            reading.columns.firstIndex { $0.name == name }.map { Double("\(reading.values[$0])") ?? .nan }
        case .score: reading.verdict.flatMap { Double("\($0.score)") }
        case .threshold: reading.verdict.flatMap { Double("\($0.threshold)") }
        case .anomalous: reading.verdict.map { $0.isAnomalous ? 1 : 0 }
        case .severity: reading.verdict.flatMap { Severity.allCases.firstIndex(of: $0.severity) }.map(Double.init)
        case .forecast(let column): reading.forecast?.first { $0.column == column }?.value
        }
    }

    /// How the channels fare.
    func states() async -> [UploadStatus] {
        var states: [UploadStatus] = []
        for uploader in uploaders.values { states.append(await uploader.status()) }
        return states.sorted { $0.channel < $1.channel }
    }
}
