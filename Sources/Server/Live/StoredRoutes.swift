import Foundation
import Hummingbird
import SignalCore
import Storage

/// What the page asks for besides events: the state of the stream, and what is stored.
struct StoredRoutes {
    /// The most readings of one reply.
    static let maximumPoints = 20_000

    let store: ChannelStore
    let live: LiveHub
    let page: PageFiles
    /// Whether callers have shown a token, which opens private channels too.
    let showsPrivate: Bool

    /// The reply to a path below `/api`, as JSON.
    ///
    /// - Throws: `Refusal` for what is not there or makes no sense.
    func text(_ path: [String], _ request: APIRequest) async throws -> String {
        switch (path.first, path.count) {
        case ("live", 1): return live.snapshot()
        case ("runs", 1): return try await runs()
        case ("runs", 3) where path[2] == "readings": return try await readings(path[1], request)
        case ("alarms", 1): return try await alarms(request)
        case ("channels", 1): return try await channels()
        case ("channels", 3) where path[2] == "feeds": return try await feeds(path[1], request)
        default: throw Refusal.notFound("there is nothing at /" + request.segments.joined(separator: "/"))
        }
    }

    // MARK: - Runs

    private func runs() async throws -> String {
        let runs = try await store.runs().map { run in
            LiveText.object(
                ("id", "\(run.id)"), ("started", LiveText.time(run.startedAt)),
                ("ended", run.endedAt.map(LiveText.time) ?? "null"), ("complete", run.isComplete ? "true" : "false"),
                ("inputs", LiveText.list(run.description.inputs.map { LiveText.text($0) })),
                ("model_files", LiveText.list(run.description.models.map { LiveText.text($0) })),
                ("forecaster", LiveText.text(run.description.forecaster)), ("readings", "\(run.readingCount)"),
                ("first", run.times.map { LiveText.time($0.lowerBound) } ?? "null"),
                ("last", run.times.map { LiveText.time($0.upperBound) } ?? "null"),
                (
                    "models",
                    LiveText.list(
                        run.models.map {
                            LiveText.object(
                                ("name", LiveText.text($0.name)), ("columns", LiveText.columns($0.columns)))
                        })
                ))
        }
        return LiveText.object(("runs", LiveText.list(runs)))
    }

    private func readings(_ name: String, _ request: APIRequest) async throws -> String {
        guard let id = Int(name), let run = try await store.run(id) else {
            throw Refusal.notFound("there is no run \(name.prefix(40))")
        }
        let model = try number("model", request, in: 0...1000) ?? 0
        let points = try number("points", request, in: 2...Self.maximumPoints) ?? 2000
        let start = try time("from", request) ?? -.greatestFiniteMagnitude
        let end = try time("to", request) ?? .greatestFiniteMagnitude
        guard run.models.indices.contains(model) || run.models.isEmpty && model == 0 else {
            throw Refusal.notFound("run \(id) has \(run.models.count) models, counted from 0")
        }
        let columns = run.models.isEmpty ? [] : run.models[model].columns
        let rows = try await store.readings(of: id, model: model, from: start, to: end, points: points)
        let hasValues = request.flag("values")
        let texts = rows.map { reading in
            LiveText.object(
                ("time", LiveText.time(reading.time)), ("source", LiveText.text(reading.source)),
                ("score", LiveText.number(reading.score)), ("threshold", LiveText.number(reading.threshold)),
                ("anomalous", reading.isAnomalous.map { $0 ? "true" : "false" } ?? "null"),
                ("severity", LiveText.text(reading.severity?.rawValue)),
                (
                    "top_column",
                    LiveText.text(
                        reading.topColumn.flatMap { columns.indices.contains($0) ? columns[$0].name : nil })
                ), ("alarm", reading.isAlarm ? "true" : "false"),
                ("values", hasValues ? LiveText.list(reading.values.map { LiveText.number($0) }) : nil),
                ("forecast", hasValues ? reading.forecast : nil))
        }
        return LiveText.object(
            ("run", "\(id)"), ("model", "\(model)"), ("columns", LiveText.columns(columns)),
            ("readings", LiveText.list(texts)))
    }

    private func alarms(_ request: APIRequest) async throws -> String {
        let alarms = try await store.alarms(
            of: try number("run", request, in: 1...Int.max), limit: try number("limit", request, in: 1...1000) ?? 100)
        return LiveText.object(("alarms", LiveText.list(alarms.map { LiveText.alarm($0.span, run: $0.run) })))
    }

    // MARK: - Channels

    private func channels() async throws -> String {
        var texts: [String] = []
        for channel in try await store.channels() {
            let isShown = channel.settings.isPublic || showsPrivate
            let last = isShown ? try await store.lastEntry(of: channel.id) : nil
            texts.append(
                LiveText.object(
                    ("id", "\(channel.id)"), ("name", LiveText.text(channel.settings.name)),
                    ("public", channel.settings.isPublic ? "true" : "false"), ("shown", isShown ? "true" : "false"),
                    (
                        "fields",
                        LiveText.list(
                            channel.namedFields.map { field in
                                LiveText.object(
                                    ("number", "\(field + 1)"),
                                    ("name", LiveText.text(channel.settings.fieldNames[field])))
                            })
                    ),
                    ("last", last.map { LiveText.time(Double($0.createdAt)) } ?? "null"),
                    ("last_entry_id", last?.id.map { "\($0)" } ?? "null")))
        }
        return LiveText.object(("channels", LiveText.list(texts)))
    }

    /// The newest entries of a channel: a row each of the time and the numbers of the named fields.
    private func feeds(_ name: String, _ request: APIRequest) async throws -> String {
        guard let id = Int(name), let channel = try await store.channel(id) else {
            throw Refusal.notFound("there is no channel \(name.prefix(40))")
        }
        guard channel.settings.isPublic || showsPrivate else {
            throw Refusal(
                status: .forbidden, code: "error_forbidden", message: "Forbidden",
                details: "channel \(id) is private; a server with a token shows it to those who have the token")
        }
        var query = EntryQuery()
        query.results = try number("results", request, in: 1...EntryQuery.maximumResults) ?? 500
        query.start = try time("from", request).map { Int(max(-1e15, min(1e15, $0))) }
        query.end = try time("to", request).map { Int(max(-1e15, min(1e15, $0))) }
        let rows = try await store.entries(of: channel, query).map { entry in
            LiveText.list(
                [LiveText.time(Double(entry.createdAt))]
                    + channel.namedFields.map { field in
                        LiveText.number(entry.values.fields[field].flatMap { NumericText.comparable($0) })
                    })
        }
        return LiveText.object(
            ("id", "\(id)"),
            ("fields", LiveText.list(channel.namedFields.map { LiveText.text(channel.settings.fieldNames[$0]) })),
            ("rows", LiveText.list(rows)))
    }

    // MARK: - Parameters

    private func number(_ name: String, _ request: APIRequest, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = request[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Refusal.badRequest("\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A time in seconds since 1970, or in ISO 8601.
    private func time(_ name: String, _ request: APIRequest) throws -> Double? {
        guard let text = request[name] else { return nil }
        if let seconds = Double(text), seconds.isFinite { return seconds }
        guard let seconds = WireTime.seconds(text) else {
            throw Refusal.badRequest("\(name) is a time in ISO 8601, or in seconds since 1970")
        }
        return Double(seconds)
    }
}
