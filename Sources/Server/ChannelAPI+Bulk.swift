import Foundation
import Hummingbird
import Storage

extension ChannelAPI {
    /// Writes many entries, or none when one of them is not in order.
    func bulkUpdate(_ id: Int, _ request: APIRequest) async throws -> Reply {
        let format = request.format ?? .json
        do {
            guard format == .json || format == .csv else { throw unknown(request) }
            guard !request.isMalformedJSON else { throw Refusal.badRequest("the body is not JSON") }
            guard try await store.channel(id) != nil else { throw noChannel("\(id)") }
            let key = request["write_api_key"] ?? request.key
            guard let key, try await store.grant(for: key) == AccessKey.Grant(kind: .write, channel: id) else {
                throw Refusal.unauthorized("write_api_key is not the write key of channel \(id)")
            }
            guard !request.hasInvalidBytes else { throw Refusal.invalidBytes("the body is not UTF-8") }
            let batch = try format == .json ? jsonBatch(request) : csvBatch(request)
            switch try await store.append(
                contentsOf: batch.drafts(now: Int(clock())), to: id, interval: options.rateLimit)
            {
            case .stored: break
            case .conflict(let position):
                throw Refusal.conflict(
                    "update \(position + 1) has the created_at of another entry and other values; nothing is stored")
            case .tooSoon:
                throw Refusal.tooSoon("bulk writes to a channel are \(options.rateLimit) s apart at least")
            case .noChannel: throw noChannel("\(id)")
            }
            return Reply(status: .accepted, .json, .object([("success", .flag(true))]), root: "hash")
        } catch let refusal as Refusal {
            // Bulk writes answer in JSON whatever they were written in.
            return refusal.reply(.json)
        }
    }

    private func jsonBatch(_ request: APIRequest) throws -> BulkBatch {
        guard case .array(let updates) = request.json?["updates"] else {
            throw Refusal.badRequest("the body has no array 'updates'")
        }
        try check(count: updates.count)
        var batch = BulkBatch()
        for (index, update) in updates.enumerated() {
            guard case .object(let members) = update else {
                throw Refusal.badRequest("update \(index + 1) is not an object")
            }
            var values = EntryValues()
            var (time, delta): (String?, String?) = (nil, nil)
            for member in members {
                switch member.value {
                case .array, .object: throw Refusal.badRequest("update \(index + 1): \(member.name) is not a value")
                default: break
                }
                let text = member.value.text
                switch member.name {
                case "created_at": time = text
                case "delta_t": delta = text
                case "latitude": values.latitude = text
                case "longitude": values.longitude = text
                case "lat": values.latitude = values.latitude ?? text
                case "long": values.longitude = values.longitude ?? text
                case "elevation": values.elevation = text
                case "status": values.status = text
                default: if let field = Self.field(member.name) { values.fields[field] = text }
                }
            }
            try batch.add(time: time, delta: delta, values, zone: request.zone ?? .gmt)
        }
        return batch
    }

    /// The position of `field1` to `field8`.
    private static func field(_ name: String) -> Int? {
        guard name.utf8.count == 6, name.hasPrefix("field"), let digit = name.utf8.last, (0x31...0x38).contains(digit)
        else { return nil }
        return Int(digit) - 0x31
    }

    private func csvBatch(_ request: APIRequest) throws -> BulkBatch {
        guard let text = request["updates"] else { throw Refusal.badRequest("there is no parameter 'updates'") }
        let isRelative: Bool
        switch request["time_format"] {
        case "relative": isRelative = true
        case "absolute", nil: isRelative = false
        case let other?: throw Refusal.badRequest("time_format is absolute or relative, not '\(other.prefix(40))'")
        }
        let updates = text.split(separator: "|", omittingEmptySubsequences: true)
        try check(count: updates.count)
        var batch = BulkBatch()
        for (index, update) in updates.enumerated() {
            let columns = update.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimming { $0.isWhitespace }
            }
            guard columns.count <= 13 else {
                throw Refusal.badRequest("update \(index + 1) has \(columns.count) columns; 13 is the most")
            }
            func column(_ number: Int) -> String? {
                number < columns.count && !columns[number].isEmpty ? columns[number] : nil
            }
            var values = EntryValues()
            for field in values.fields.indices { values.fields[field] = column(1 + field) }
            values.latitude = column(9)
            values.longitude = column(10)
            values.elevation = column(11)
            values.status = column(12)
            try batch.add(
                time: isRelative ? nil : columns[0], delta: isRelative ? columns[0] : nil, values,
                zone: request.zone ?? .gmt)
        }
        return batch
    }

    private func check(count: Int) throws {
        guard count <= options.bulkLimit else {
            throw Refusal.tooLarge("\(count) updates; \(options.bulkLimit) are the most of one call")
        }
    }
}

/// The entries of a bulk write, with times of one kind: given ones, or seconds between entries.
struct BulkBatch {
    private enum Time {
        case given(Int)
        case delta(Int)
    }

    private var entries: [(time: Time, values: EntryValues)] = []

    /// Checks an entry and adds it.
    ///
    /// - Throws: `Refusal` that says which entry is wrong and how.
    mutating func add(time: String?, delta: String?, _ values: EntryValues, zone: TimeZone) throws {
        let number = entries.count + 1
        guard let checked = EntryCheck.values(values) else {
            throw Refusal.badRequest(
                "update \(number): a value has more than \(ChannelAPI.maximumValueBytes) bytes, or the place is not on the globe"
            )
        }
        let when: Time
        switch (time, delta) {
        case (let text?, nil):
            guard let seconds = WireTime.seconds(text, zone: zone, allowsEpoch: true) else {
                throw Refusal.badRequest("update \(number): created_at '\(text.prefix(40))' is no time")
            }
            when = .given(seconds)
        case (nil, let text?):
            guard let seconds = Int(text), (0...1_000_000_000).contains(seconds) else {
                throw Refusal.badRequest("update \(number): delta_t '\(text.prefix(40))' is no number of seconds")
            }
            guard seconds > 0 || entries.isEmpty else {
                throw Refusal.badRequest("update \(number): delta_t is 0, which only the first may be")
            }
            when = .delta(seconds)
        default: throw Refusal.badRequest("update \(number) needs created_at or delta_t, and not both")
        }
        if let last = entries.last {
            switch (last.time, when) {
            case (.given, .given), (.delta, .delta): break
            default: throw Refusal.badRequest("update \(number): created_at and delta_t are mixed")
            }
        }
        entries.append((when, checked))
    }

    /// The entries to store. With seconds between entries, the last one is of the time of receipt.
    func drafts(now: Int) -> [EntryDraft] {
        var times: [Int] = []
        var time = now
        for entry in entries.reversed() {
            switch entry.time {
            case .given(let seconds): times.append(seconds)
            case .delta(let seconds):
                times.append(time)
                time -= seconds
            }
        }
        return zip(entries, times.reversed()).map { entry, time in
            if case .given = entry.time { return EntryDraft(createdAt: time, values: entry.values) }
            return EntryDraft(createdAt: time, isTimeGiven: false, values: entry.values)
        }
    }
}

extension Substring {
    /// The text without such characters at its ends.
    func trimming(_ isTrimmed: (Character) -> Bool) -> String {
        guard let first = firstIndex(where: { !isTrimmed($0) }), let last = lastIndex(where: { !isTrimmed($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
