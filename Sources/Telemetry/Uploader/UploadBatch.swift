internal import Foundation

/// The rows of one call, and the records of the queue that they are made of: always the first ones.
struct UploadBatch {
    var rows: [UploadRow] = []
    /// Points of seconds of which the channel has a row already.
    var late: [UploadRow] = []
    var recordCount = 0
    var mergedCount = 0
    var damagedCount = 0

    /// What bounds a batch.
    struct Bounds {
        var rows: Int
        var bytes: Int
        /// Records at most; fewer than all while the outcome of a call with these is open.
        var records: Int
        var merge: MergeRule
        /// Whether the newest second may still get points, so that it has to wait.
        var newestIsOpen: Bool
    }

    /// Takes records from the front of a queue until a bound is met.
    ///
    /// - Throws: `SignalError` with code `unreadable` when the disk does not give them.
    init(_ queue: DurableQueue, _ bounds: Bounds, sent: SentSeconds) throws {
        var merger = RowMerger(rule: bounds.merge)
        var points: [UploadRow?] = []
        var bytes = 0
        let available = min(queue.count, bounds.records)
        reading: while points.count < available {
            let chunk = points.count..<min(available, points.count + 512)
            for payload in try queue.payloads(chunk) {
                let point = payload.flatMap { try? JSONDecoder().decode(UploadRow.self, from: Data($0)) }
                if let point, !sent.contains(point.second) {
                    let size = UploadRequest.json(point).utf8.count + 1
                    let isNew = !merger.contains(point.second)
                    if isNew, merger.count == bounds.rows || (bytes + size > bounds.bytes && bytes > 0) {
                        break reading
                    }
                    bytes += size
                    merger.add(point)
                }
                points.append(point)
            }
        }
        if bounds.newestIsOpen, points.count == queue.count {
            let newest = points.compactMap(\.?.second).max()
            if let first = points.firstIndex(where: { $0?.second == newest && $0 != nil }) {
                points.removeSubrange(first...)
                merger = RowMerger(rule: bounds.merge)
                for case let point? in points where !sent.contains(point.second) { merger.add(point) }
            }
        }
        recordCount = points.count
        damagedCount = points.count { $0 == nil }
        late = points.compactMap(\.self).filter { sent.contains($0.second) }
        rows = merger.rows()
        mergedCount = merger.mergedCount
    }
}
