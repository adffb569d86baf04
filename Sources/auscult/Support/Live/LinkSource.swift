import Acquisition
import Foundation
import Monitoring
import SignalCore

/// Rows of a live link as a model wants them: its columns by name, whatever else the board sends.
struct LinkSource: ArrivalSource {
    private let columns: [String]
    private let onEvent: (LiveEvent) -> Void
    private var events: LiveSource.Iterator
    private var origin: (name: String, time: Double)
    private var hasBegun = false
    private var waiting: [Delivery] = []
    /// Where each of the model's columns stands in a row, as long as rows have these columns.
    private var places: (names: [String], of: [Int?])?
    private var rowCount = 0
    private var lastTime = -Double.infinity

    /// - Parameters:
    ///   - columns: the columns of the model.
    ///   - onEvent: hears of changes of the link and of warnings.
    init(_ source: LiveSource, name: String, columns: [String], onEvent: @escaping (LiveEvent) -> Void) {
        (self.columns, self.onEvent) = (columns, onEvent)
        events = source.makeAsyncIterator()
        origin = (name, 0)
    }

    mutating func next() async throws -> Delivery? {
        while waiting.isEmpty {
            guard let event = await events.next() else { return nil }
            guard case .row(let row) = event else {
                onEvent(event)
                continue
            }
            try take(row)
        }
        return waiting.removeFirst()
    }

    private mutating func take(_ row: SensorRow) throws {
        if !hasBegun {
            hasBegun = true
            origin.time = row.unixSeconds
            waiting.append(delivery(.start(StreamOrigin(source: origin.name, time: row.unixSeconds)), time: 0))
        }
        if places?.names != row.columns { places = (row.columns, try places(in: row.columns)) }
        let values = (places?.of ?? []).map { $0.map { row.values[$0] } ?? .nan }
        // A clock that is set back must not bring rows out of order.
        lastTime = max(lastTime, row.unixSeconds - origin.time)
        rowCount += 1
        waiting.append(
            delivery(
                .rows(FeatureFrames(columnCount: columns.count, times: [lastTime], values: values)), time: lastTime))
    }

    private func places(in names: [String]) throws -> [Int?] {
        let found = columns.map { column in names.firstIndex { $0.lowercased() == column.lowercased() } }
        guard found.contains(where: { $0 != nil }) else {
            throw SignalError(
                .mismatch,
                "the link sends \(names.map(\.escapingControlCharacters).joined(separator: ", ")), the model looks at "
                    + "\(columns.joined(separator: ", ")): not one column is the same"
            ).at(path: origin.name)
        }
        let missing = zip(columns, found).filter { $0.1 == nil }.map(\.0)
        if !missing.isEmpty {
            onEvent(.warning("the link does not send \(missing.joined(separator: ", ")), which count as missing"))
        }
        return found
    }

    private func delivery(_ arrival: Arrival, time: Double) -> Delivery {
        Delivery(
            arrival, due: time,
            mark: StreamMark(input: 0, frames: rowCount, seconds: 0, startTime: origin.time))
    }
}
