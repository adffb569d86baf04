import Foundation
import Storage

/// What is shown of entries, in which order, in which zone.
struct FeedColumns {
    /// The positions of the fields shown; only named ones are.
    let fields: [Int]
    private let hasLocation: Bool
    private let hasStatus: Bool
    private let zone: TimeZone?

    /// The named fields of a channel, or one of them.
    init(_ channel: Channel, field: Int?, _ request: APIRequest) {
        fields = channel.namedFields.filter { field == nil || $0 == field }
        hasLocation = request.flag("location")
        hasStatus = request.flag("status")
        zone = request.zone
    }

    /// Everything there is of a channel.
    init(exporting channel: Channel) {
        fields = channel.namedFields
        hasLocation = true
        hasStatus = true
        zone = nil
    }

    /// Nothing but the status.
    static func status(_ request: APIRequest) -> FeedColumns { FeedColumns(statusIn: request.zone) }

    private init(statusIn zone: TimeZone?) {
        fields = []
        hasLocation = false
        hasStatus = true
        self.zone = zone
    }

    func document(_ entry: Entry) -> Document {
        var members: [(name: String, value: Document)] = []
        members.reserveCapacity(fields.count + 6)
        members.append(("created_at", .time(WireTime.iso(entry.createdAt, zone: zone))))
        if let id = entry.id { members.append(("entry_id", .integer(id))) }
        for field in fields { members.append((Self.names[field], .text(entry.values.fields[field]))) }
        if hasLocation { members += Self.location(entry) }
        if hasStatus { members.append(("status", .text(entry.values.status))) }
        return .object(members)
    }

    /// Appends what ``document(_:)`` describes as JSON, without making it first: listings have thousands of entries.
    func writeJSON(_ entries: EntryTable, at position: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"created_at\":\"".utf8)
        WireTime.writeISO(entries.createdAt(at: position), zone: zone, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        if let id = entries.id(at: position) {
            bytes.append(contentsOf: ",\"entry_id\":".utf8)
            bytes.append(contentsOf: String(id).utf8)
        }
        func member(_ prefix: String, _ column: EntryTable.Column) {
            bytes.append(contentsOf: prefix.utf8)
            if let text = entries.text(column, at: position) {
                JSONText.quote(text, to: &bytes)
            } else {
                bytes.append(contentsOf: "null".utf8)
            }
        }
        for field in fields { member(Self.prefixes[field], .field(field)) }
        if hasLocation {
            member(",\"latitude\":", .latitude)
            member(",\"longitude\":", .longitude)
            member(",\"elevation\":", .elevation)
        }
        if hasStatus { member(",\"status\":", .status) }
        bytes.append(UInt8(ascii: "}"))
    }

    var csvHeader: String { header(withID: true) }

    func header(withID: Bool) -> String {
        var names = ["created_at"] + (withID ? ["entry_id"] : []) + fields.map { Self.names[$0] }
        if hasLocation { names += ["latitude", "longitude", "elevation"] }
        if hasStatus { names.append("status") }
        return names.joined(separator: ",") + "\n"
    }

    func writeCSV(_ entry: Entry, to text: inout String) {
        var values: [String?] = [WireTime.csv(entry.createdAt, zone: zone)]
        if let id = entry.id { values.append(String(id)) }
        for field in fields { values.append(entry.values.fields[field]) }
        if hasLocation { values += [entry.values.latitude, entry.values.longitude, entry.values.elevation] }
        if hasStatus { values.append(entry.values.status) }
        CSVText.line(values, to: &text)
    }

    static func location(_ entry: Entry) -> [(name: String, value: Document)] {
        [
            ("latitude", .decimal(entry.values.latitude)), ("longitude", .decimal(entry.values.longitude)),
            ("elevation", .decimal(entry.values.elevation)),
        ]
    }

    private static let prefixes = (1...ChannelSettings.fieldCount).map { ",\"field\($0)\":" }
    private static let names = (1...ChannelSettings.fieldCount).map { "field\($0)" }
}
