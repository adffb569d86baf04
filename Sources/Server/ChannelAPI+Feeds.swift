import Foundation
import Hummingbird
import Storage

extension ChannelAPI {
    /// Entries of a channel, or of one of its fields: a listing, one entry, or the age of the last.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - path: What follows `feeds` or the field's number.
    ///   - field: The position (from 0) of the field.
    ///   - request: The request.
    func feed(_ channel: Channel, _ path: [String], field: Int?, _ request: APIRequest) async throws -> Reply {
        let columns = FeedColumns(channel, field: field, request)
        switch (path.first, path.count) {
        case (nil, _):
            let entries = try await store.entries(of: channel, try query(request))
            return try listing(entries, channel, columns, request)
        case ("last", 1):
            let entry = try await store.lastEntry(of: channel.id, field: columns.fields.isEmpty ? nil : field)
            return single(field != nil && columns.fields.isEmpty ? nil : entry, columns, field: field, request)
        case ("last_data_age", 1):
            let entry = try await store.lastEntry(of: channel.id, field: field)
            return age(field != nil && columns.fields.isEmpty ? nil : entry, request)
        case ("last_average", 1), ("last_sum", 1), ("last_median", 1):
            guard field == nil else { throw unknown(request) }
            return try await lastSummary(String(path[0].dropFirst(5)), channel, columns, request)
        case ("entry", 2):
            guard field == nil, let id = Int(path[1]) else { throw unknown(request) }
            return single(try await store.entry(id, of: channel.id), columns, field: field, request)
        case (let name?, 1):
            guard let id = Int(name) else { throw unknown(request) }
            return single(try await store.entry(id, of: channel.id), columns, field: field, request)
        default: throw unknown(request)
        }
    }

    /// The remarks of entries.
    func status(_ channel: Channel, _ path: [String], _ request: APIRequest) async throws -> Reply {
        let columns = FeedColumns.status(request)
        if path == ["last"] {
            return single(try await store.lastEntry(of: channel.id), columns, field: nil, request)
        }
        guard path.isEmpty else { throw unknown(request) }
        var query = try query(request)
        if query.start == nil, query.end == nil, query.results == nil { query.start = Int(clock()) - 86400 }
        query.aggregation = nil
        return try listing(try await store.entries(of: channel, query), channel, columns, request, isStatus: true)
    }

    /// A whole channel as CSV.
    ///
    /// A reply to a request is never sent in chunks, so that it is made whole first; the export has a limit therefore.
    func export(_ channel: Channel) async throws -> Reply {
        guard try await store.entryCount(of: channel.id) <= Self.maximumExport else {
            throw Refusal.tooLarge(
                "more than \(Self.maximumExport) entries; use auscult channel export, or feeds.csv with start and end")
        }
        let export = ChannelExport(channel)
        var text = export.header
        var last = 0
        while true {
            let page = try await store.page(of: channel.id, after: last)
            guard let id = page.last?.id else { break }
            text += export.rows(page)
            last = id
        }
        var reply = Reply(.csv, text)
        reply.headers[.contentDisposition] = "attachment; filename=\"feeds.csv\""
        return reply
    }

    /// The most entries of an export through the server, about 50 MB.
    static let maximumExport = 500_000

    /// The query that parameters describe. What cannot be read is as if it was not there.
    func query(_ request: APIRequest) throws -> EntryQuery {
        var query = EntryQuery()
        func number(_ name: String) -> Int? { request[name].flatMap { Int($0) } }
        let zone = request.zone ?? .gmt
        query.results = number("results").map { max($0, 0) }
        query.start = request["start"].flatMap { WireTime.seconds($0, zone: zone) }
        query.end = request["end"].flatMap { WireTime.seconds($0, zone: zone) }
        query.firstEntryID = number("start_entry_id")
        query.lastEntryID = number("end_entry_id")
        if query.start == nil, query.end == nil {
            // A million days reach further back than any time that can be written.
            if let minutes = number("minutes"), (0...1_440_000_000).contains(minutes) {
                query.start = Int(clock()) - minutes * 60
            } else if let days = number("days"), (0...1_000_000).contains(days) {
                query.start = Int(clock()) - days * 86400
            }
        }
        query.aggregation =
            Aggregation.Function.allCases.lazy.compactMap { function in
                request[function.rawValue].flatMap { Aggregation(function, length: $0) }
            }.first
        query.minimum = request["min"].flatMap(NumericText.comparable)
        query.maximum = request["max"].flatMap(NumericText.comparable)
        query.decimals = number("round").flatMap { (0...20).contains($0) ? $0 : nil }
        return query
    }

    private func listing(
        _ entries: EntryTable, _ channel: Channel, _ columns: FeedColumns, _ request: APIRequest, isStatus: Bool = false
    ) throws -> Reply {
        switch request.format ?? .json {
        case .csv:
            let isAggregated = entries.first.map { $0.id == nil } ?? false
            var text = columns.header(withID: !isAggregated)
            for entry in entries { columns.writeCSV(entry, to: &text) }
            return Reply(.csv, text)
        case .xml:
            let members = ChannelView.listed(channel, request, isStatus: isStatus)
            let feeds = Document.list(element: "feed", entries.map(columns.document))
            return Reply(.xml, .object(members + [("feeds", feeds)]), root: "channel")
        case .json, .text:
            var head = "{\"channel\":"
            JSONText.write(.object(ChannelView.listed(channel, request, isStatus: isStatus)), to: &head)
            var bytes = Array((head + ",\"feeds\":[").utf8)
            bytes.reserveCapacity(bytes.count + 100 * entries.count)
            for position in entries.indices {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                columns.writeJSON(entries, at: position, to: &bytes)
            }
            bytes.append(contentsOf: "]}".utf8)
            return Reply(.json, String(decoding: bytes, as: UTF8.self))
        }
    }

    /// One entry; as text, that of a field is its bare value, and that of a feed is JSON.
    private func single(_ entry: Entry?, _ columns: FeedColumns, field: Int?, _ request: APIRequest) -> Reply {
        let format = request.format ?? .text
        let isBare = format == .text && field != nil
        guard let entry else {
            switch format {
            case .xml:
                return Reply(.xml, .object([("entry_id", .integer(nil))]), root: "feed")
            case .csv: return Reply(.csv, "-1")
            case .json: return Reply(.json, "\"-1\"")
            case .text: return isBare ? Reply(.text, "-1") : Reply(.json, "\"-1\"")
            }
        }
        if isBare, let field {
            let value = columns.fields.contains(field) ? entry.values.fields[field] ?? "" : ""
            return Reply(.text, (request["prepend"] ?? "") + value + (request["append"] ?? ""))
        }
        if format == .csv {
            var text = columns.csvHeader
            columns.writeCSV(entry, to: &text)
            return Reply(.csv, text)
        }
        var reply = Reply(format, columns.document(entry), root: "feed")
        if format == .text { reply.body = (request["prepend"] ?? "") + reply.body + (request["append"] ?? "") }
        return reply
    }

    private func age(_ entry: Entry?, _ request: APIRequest) -> Reply {
        let format = request.format ?? .text
        guard let entry else { return Reply(format, format == .json ? "\"-1\"" : "-1") }
        let seconds = String(max(0, Int(clock()) - entry.createdAt))
        switch format {
        case .text: return Reply(.text, (request["prepend"] ?? "") + seconds + (request["append"] ?? ""))
        case .csv: return Reply(.csv, "last_data_age,last_data_age_units\n\(seconds),s\n")
        case .json, .xml:
            return Reply(
                format, .object([("last_data_age", .text(seconds)), ("last_data_age_units", .text("s"))]),
                root: "hash")
        }
    }

    /// The last entries summed up as one.
    private func lastSummary(
        _ name: String, _ channel: Channel, _ columns: FeedColumns, _ request: APIRequest
    ) async throws -> Reply {
        guard let function = Aggregation.Function(rawValue: name) else { throw unknown(request) }
        var query = EntryQuery()
        query.results = min(max(request[name].flatMap { Int($0) } ?? 1, 1), EntryQuery.defaultResults)
        let entries = try await store.entries(of: channel, query)
        return single(function.summary(of: Array(entries)), columns, field: nil, request)
    }
}
