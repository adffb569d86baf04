import Foundation
import Learning
import Monitoring
import SignalCore
import Storage
import Synchronization

/// What is measured, with what measures it.
struct ServerBench {
    let store: ChannelStore
    let port: Int
    let seconds: Double
    let connections: Int
    let seed: UInt64

    private func channel(_ name: String) async throws -> (id: Int, key: String) {
        var settings = ChannelSettings()
        settings.name = name
        settings.isPublic = true
        for field in 0..<4 { settings.fieldNames[field] = "field \(field + 1)" }
        let channel = try await store.createChannel(settings)
        let keys = try await store.keys(of: channel.id)
        return (channel.id, keys.first { $0.kind == .write }?.key ?? "")
    }

    /// Does something over and over on so many threads, until the time is over.
    ///
    /// - Returns: how much was done, and in how many seconds.
    private func repeated(
        threads: Int, seconds: Double, _ work: @escaping @Sendable (Int) throws -> () throws -> Int
    ) async throws -> (done: Int, seconds: Double) {
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<threads {
                group.addTask {
                    // Connections wait for replies, which tasks must not.
                    try await withCheckedThrowingContinuation { continuation in
                        Thread.detachNewThread {
                            continuation.resume(
                                with: Result {
                                    let step = try work(number)
                                    var done = 0
                                    while ContinuousClock.now < end { done += try step() }
                                    return done
                                })
                        }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        return (total, Self.seconds(since: start))
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .seconds(1)
    }

    private func check(_ count: Int, in channel: Int) async throws {
        let stored = try await store.entryCount(of: channel)
        guard stored == count else {
            throw SignalError(.unexpected, "\(count) rows were answered, and \(stored) are stored")
        }
    }

    // MARK: Writes

    func singleWrites() async throws -> [BenchmarkLine] {
        let (id, key) = try await channel("single")
        let port = port
        let written = try await repeated(threads: connections, seconds: seconds) { number in
            let connection = try LoadConnection(port: port)
            let request = Array(
                "GET /update?api_key=\(key)&field1=\(number).5&field2=7 HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
            return {
                let reply = try connection.reply(to: request)
                guard reply.status == 200, reply.body != Array("0".utf8) else {
                    throw SignalError(.unexpected, "a write was refused with \(reply.status)")
                }
                return 1
            }
        }
        try await check(written.done, in: id)
        let (floorID, _) = try await channel("single, floor")
        let draft = EntryDraft(values: EntryValues(fields: ["1.5", "7"]))
        let start = ContinuousClock.now
        let store = store
        let end = start + .seconds(min(seconds, 3))
        let floor = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<connections {
                group.addTask {
                    var done = 0
                    while ContinuousClock.now < end {
                        _ = try await store.append(draft, to: floorID)
                        done += 1
                    }
                    return done
                }
            }
            return try await group.reduce(0, +)
        }
        return [
            BenchmarkLine(
                "single writes into the store", Double(floor) / Self.seconds(since: start), "a second", aim: "floor"),
            BenchmarkLine(
                "single writes over HTTP", Double(written.done) / written.seconds, "a second", aim: "at least 3000"),
        ]
    }

    func bulkWrites(rows: Int) async throws -> [BenchmarkLine] {
        let (id, key) = try await channel("bulk")
        let port = port
        let length = min(seconds, 5)
        // Made beforehand, for making them costs about as much as taking them; more than can be taken in that time.
        let requests = (0..<Int(300 * length)).map { Self.bulkRequest(id, key, first: $0 * rows, rows: rows) }
        let next = RequestNumbers()
        let written = try await repeated(threads: 4, seconds: length) { _ in
            let connection = try LoadConnection(port: port)
            return {
                let number = next.take()
                guard number < requests.count else {
                    throw SignalError(.unexpected, "all \(requests.count) bulk writes were taken too soon")
                }
                let reply = try connection.reply(to: requests[number])
                guard reply.status == 202 else {
                    throw SignalError(.unexpected, "a bulk write was refused with \(reply.status)")
                }
                return rows
            }
        }
        try await check(written.done, in: id)
        let (floorID, _) = try await channel("bulk, floor")
        let start = ContinuousClock.now
        var done = 0
        while Self.seconds(since: start) < min(seconds, 3) {
            _ = try await store.append(contentsOf: Self.drafts(done..<done + rows), to: floorID)
            done += rows
        }
        return [
            BenchmarkLine(
                "bulk rows into the store", Double(done) / Self.seconds(since: start), "a second", aim: "floor"),
            BenchmarkLine(
                "bulk rows over HTTP, \(rows) a call", Double(written.done) / written.seconds, "a second",
                aim: "at least 100000"),
        ]
    }

    private static func drafts(_ rows: Range<Int>) -> [EntryDraft] {
        rows.map { row in
            EntryDraft(
                createdAt: 1_700_000_000 + row, values: EntryValues(fields: ["\(row).25", "1.5", "\(row)", "0.125"]))
        }
    }

    private static func bulkRequest(_ id: Int, _ key: String, first: Int, rows: Int) -> [UInt8] {
        var body = "{\"write_api_key\":\"\(key)\",\"updates\":["
        for row in first..<first + rows {
            if row > first { body += "," }
            body +=
                "{\"created_at\":\"\(1_700_000_000 + row)\",\"field1\":\(row).25,\"field2\":1.5,\"field3\":\(row),\"field4\":0.125}"
        }
        body += "]}"
        let head =
            "POST /channels/\(id)/bulk_update.json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        return Array((head + body).utf8)
    }

    /// Hands out numbers to several threads, none of them twice.
    private final class RequestNumbers: Sendable {
        private let next = Atomic<Int>(0)

        func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    // MARK: Reads

    func reads(_ served: BenchmarkServer, clients: Int) async throws -> [BenchmarkLine] {
        let (id, key) = try await channel("read")
        for first in stride(from: 0, to: 8_000, by: 1_000) {
            _ = try await store.append(contentsOf: Self.drafts(first..<first + 1_000), to: id)
        }
        let before = ProcessLoad.megabytes
        let followers = try served.follow(clients: clients)
        let (model, rows) = try BenchmarkSensors.model(columns: 4, seed: seed)
        let rate = 10.0
        let count = Int(rate * seconds)
        let sinks = served.sinks
        let stream = Task {
            var monitor = Monitor(
                stages: [
                    try DetectionStage(
                        benchmarking: model, BenchmarkSensors.Frames(columns: model.recipe.schema.columns))
                ], pace: .realTime(speed: 1, clock: SystemClock()))
            return try await monitor.run(
                BenchmarkSensors.Source(rows: rows, rate: rate, count: count, piece: 1), sinks: sinks)
        }
        let port = port
        let times = Mutex<[Double]>([])
        let load = ProcessLoad.seconds
        _ = try await repeated(threads: 2, seconds: seconds) { number in
            let connection = try LoadConnection(port: port)
            let write = Array("GET /update?api_key=\(key)&field1=1 HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
            let read = Array("GET /channels/\(id)/feeds.json?results=8000 HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
            return {
                let start = ContinuousClock.now
                let reply = try connection.reply(to: number == 0 ? read : write)
                guard reply.status == 200, number == 1 || reply.body.count > 8_000 * 40 else {
                    throw SignalError(.unexpected, "a request was answered by \(reply.status)")
                }
                if number == 0 { times.withLock { $0.append(1000 * Self.seconds(since: start)) } }
                Thread.sleep(forTimeInterval: number == 0 ? 0.05 : 0.02)
                return 1
            }
        }
        let used = ProcessLoad.seconds - load
        let outcome = try await stream.value
        let after = ProcessLoad.megabytes
        let silent = followers.count { $0.received() == 0 }
        guard silent == 0 else { throw SignalError(.unexpected, "\(silent) clients were told nothing") }
        let sorted = times.withLock { $0.sorted() }
        return [
            BenchmarkLine(
                "reads of 8,000 rows while streaming, median", sorted[sorted.count / 2], "ms", aim: "below 50"),
            BenchmarkLine("the same, 99 %", sorted[(sorted.count - 1) * 99 / 100], "ms", aim: "below 50"),
            BenchmarkLine("the stream's lag meanwhile, median", 1000 * outcome.lag.quantile(0.5), "ms"),
            BenchmarkLine("the same, 99 %", 1000 * outcome.lag.quantile(0.99), "ms"),
            BenchmarkLine("clients that follow events, all told", Double(clients), "clients", aim: "200"),
            BenchmarkLine("memory for them and the reads", after - before, "MB"),
            BenchmarkLine("load of all that", 100 * used / seconds, "% of a core"),
        ]
    }
}
