import Foundation
import Hummingbird
import Logging
import SignalCore
import Storage

extension ChannelAPI {
    /// The most bytes of a value or a status.
    static let maximumValueBytes = 255

    /// Writes one entry. The key alone selects the channel; failures are a body `0`.
    func update(_ request: APIRequest) async throws -> Reply {
        let format = request.format ?? .text
        guard let grant = try await grant(of: request), grant.kind == .write, let channel = grant.channel else {
            return refused(format, .badRequest)
        }
        guard !request.isMalformedJSON, let draft = draft(from: request) else { return refused(format, .badRequest) }
        switch try await store.append(draft, to: channel, interval: options.rateLimit) {
        case .stored(let entry), .replayed(let entry): return written(entry, channel: channel, format, request)
        case .conflict(let other):
            guard format == .json else { return refused(format, .badRequest) }
            throw Refusal.conflict("entry \(other) has the same created_at and other values")
        case .tooSoon: return refused(format, .ok)
        case .noChannel: return refused(format, .badRequest)
        }
    }

    private func refused(_ format: ReplyFormat, _ status: HTTPResponse.Status) -> Reply {
        Reply(status: status, format == .json ? .json : .text, "0")
    }

    private func written(_ entry: Entry, channel: Int, _ format: ReplyFormat, _ request: APIRequest) -> Reply {
        guard format == .json || format == .xml else { return Reply(.text, String(entry.id ?? 0)) }
        let fields = entry.values.fields.enumerated().map { (name: "field\($0 + 1)", value: Document.text($1)) }
        return Reply(
            format,
            .object(
                [
                    ("channel_id", .integer(channel)),
                    ("created_at", .time(WireTime.iso(entry.createdAt, zone: request.zone))),
                    ("entry_id", .integer(entry.id)),
                ] + fields + FeedColumns.location(entry) + [("status", .text(entry.values.status))]),
            root: "feed")
    }

    /// The entry that a request's parameters describe, or nil when a value is not allowed.
    private func draft(from request: APIRequest) -> EntryDraft? {
        var values = EntryValues()
        for field in values.fields.indices {
            guard let text = request["field\(field + 1)", "\(field + 1)"] else { continue }
            values.fields[field] = text == "IP_ADDRESS" ? request.remoteAddress ?? text : withoutLineEnd(text)
        }
        values.latitude = request["lat", "latitude"]
        values.longitude = request["long", "longitude"]
        values.elevation = request["elevation"]
        values.status = request["status"]
        guard let checked = EntryCheck.values(values) else { return nil }
        guard let text = request["created_at"], !text.isEmpty else { return EntryDraft(values: checked) }
        let time = WireTime.seconds(text, zone: request.zone ?? .gmt, allowsEpoch: true)
        if time == nil {
            logger.warning("created_at '\(text.escapingControlCharacters)' is no time; the time of receipt is used")
        }
        return EntryDraft(createdAt: time, values: checked)
    }

    /// Some clients end a value with a line end, written as escapes.
    private func withoutLineEnd(_ text: String) -> String {
        var text = text[...]
        for ending in ["\\n", "\\r"] where text.hasSuffix(ending) { text = text.dropLast(2) }
        return String(text)
    }
}

/// What an entry may hold.
enum EntryCheck {
    /// The values with empty places left out, or nil when one is too long, or a place is not on the globe.
    static func values(_ values: EntryValues) -> EntryValues? {
        var values = values
        for text in values.fields + [values.status] where !isAllowed(text) { return nil }
        values.latitude = values.latitude.flatMap { $0.isEmpty ? nil : $0 }
        values.longitude = values.longitude.flatMap { $0.isEmpty ? nil : $0 }
        values.elevation = values.elevation.flatMap { $0.isEmpty ? nil : $0 }
        guard isPlace(values.latitude, within: 90), isPlace(values.longitude, within: 180),
            isPlace(values.elevation, within: 1e9)
        else { return nil }
        return values
    }

    /// SQLite ends a text at a zero byte, so none may be in it.
    private static func isAllowed(_ text: String?) -> Bool {
        guard let text else { return true }
        return text.utf8.count <= ChannelAPI.maximumValueBytes && !text.utf8.contains(0)
    }

    static func isPlace(_ text: String?, within limit: Double) -> Bool {
        guard let text else { return true }
        guard text.utf8.count <= 32, let value = NumericText.comparable(text) else { return false }
        return abs(value) <= limit
    }
}
