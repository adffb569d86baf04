import Foundation
import Messaging
import SignalCore

/// Makes rows of messages, of which each may hold only a part of what is measured.
struct MessageJoiner {
    /// Bytes of the longest message that is looked at.
    static let maximumPayload = 65_536
    /// Topics that are listened to; a wildcard may match any number.
    static let maximumTopics = 1_024
    /// Seconds for which a value counts while its topic is silent.
    static let holdSeconds = 60.0

    private let address: BrokerAddress
    private let options: LiveSourceOptions
    private var readers: [String: LineReader] = [:]
    private var columns: [String] = []
    private var places: [String: Int] = [:]
    private var latest: [(value: Float, time: Double)] = []
    /// Messages that were nothing but a number.
    private var numbers = 0
    private(set) var counters = MessageCounters()
    private var isRetainedSaid = false

    init(address: BrokerAddress, options: LiveSourceOptions) {
        (self.address, self.options) = (address, options)
    }

    /// What the lines of all topics gave.
    var lines: LineCounters {
        var all = LineCounters()
        (all.lines, all.rows) = (numbers, numbers)
        return readers.values.reduce(into: all) { sum, reader in
            let own = reader.parser.counters
            sum.lines += own.lines
            sum.rows += own.rows
            sum.missingValues += own.missingValues
            sum.rejectedLines.merge(own.rejectedLines, uniquingKeysWith: +)
            sum.rejectedValues.merge(own.rejectedValues, uniquingKeysWith: +)
            sum.lastRejectedLine = own.lastRejectedLine ?? sum.lastRejectedLine
        }
    }

    /// The connection is gone: what was said before does not belong to what comes.
    mutating func disconnect() {
        for topic in readers.keys { readers[topic]?.disconnect() }
        isRetainedSaid = false
    }

    /// Takes a message; says what rows and news it gives.
    mutating func take(_ message: BrokerMessage, at arrival: ArrivalTime, emit: (LiveEvent) -> Void) {
        counters.received += 1
        // An empty message only says that a kept one is gone.
        guard !message.payload.isEmpty else { return }
        let topic = message.topic.escapingControlCharacters
        if let state = Self.lastWill(message) { return emit(.warning("\(topic) says \(state)")) }
        guard !message.isRetained else {
            counters.retained += 1
            if !isRetainedSaid {
                emit(.warning("what the broker had kept is left out, for nobody knows how old it is (\(topic))"))
            }
            isRetainedSaid = true
            return
        }
        guard message.payload.count <= Self.maximumPayload else {
            counters.overlong += 1
            if counters.overlong == 1 { emit(.warning("\(topic) sends more than 64 KiB at once, which is left out")) }
            return
        }
        if let number = Self.number(message.payload) {
            numbers += 1
            let row = SensorRow(
                arrival: arrival, columns: [address.openPart(of: message.topic)],
                values: [number.isFinite ? number : .nan])
            return emit(.row(joined(row)))
        }
        guard var reader = readers[message.topic] ?? newReader(at: arrival) else {
            counters.ofOtherTopics += 1
            if counters.ofOtherTopics == 1 {
                emit(.warning("more than \(Self.maximumTopics) topics; \(topic) and others are left out"))
            }
            return
        }
        var bytes = message.payload
        // As in the address of a web page, which is how ThingSpeak's channels are published to.
        if bytes.contains(UInt8(ascii: "=")) { bytes = bytes.map { $0 == UInt8(ascii: "&") ? UInt8(ascii: " ") : $0 } }
        if bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        var rows: [SensorRow] = []
        reader.consume(bytes, arrival: arrival) { rows.append($0) }
        readers[message.topic] = reader
        for row in rows { emit(.row(joined(row))) }
    }

    /// Nil where there are enough.
    private func newReader(at arrival: ArrivalTime) -> LineReader? {
        guard readers.count < Self.maximumTopics else { return nil }
        let splitting = (options.splitting ?? LineSplitterOptions()).forMessages(of: Self.maximumPayload)
        guard var reader = try? LineReader(lines: splitting, parser: options.parsing) else { return nil }
        reader.begin(at: arrival)
        return reader
    }

    /// A row with the latest of what other messages said.
    private mutating func joined(_ row: SensorRow) -> SensorRow {
        let time = row.arrival.monotonicSeconds
        for (name, value) in zip(row.columns, row.values) where !value.isNaN {
            if let place = places[name] {
                latest[place] = (value, time)
            } else if columns.count < Self.maximumTopics * 4 {
                places[name] = columns.count
                columns.append(name)
                latest.append((value, time))
            }
        }
        var joined = row
        joined.columns = columns
        joined.values = latest.map { time - $0.time <= Self.holdSeconds ? $0.value : .nan }
        // What this message says is missing is not what an older one said.
        for (name, value) in zip(row.columns, row.values) where value.isNaN {
            if let place = places[name] { joined.values[place] = .nan }
        }
        return joined
    }

    /// What a device, or the broker in its place, says of the device's connection.
    private static func lastWill(_ message: BrokerMessage) -> String? {
        guard message.payload.count <= 16 else { return nil }
        let text = String(decoding: message.payload, as: UTF8.self)
        return ["online", "offline", "connected", "disconnected"].contains(text.lowercased()) ? text : nil
    }

    /// A message that is nothing but a number, which needs no look at what others are like.
    private static func number(_ payload: [UInt8]) -> Float? {
        guard payload.count <= 64 else { return nil }
        return Float(String(decoding: payload, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
