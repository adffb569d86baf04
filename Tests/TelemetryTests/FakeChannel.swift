import Foundation
import Synchronization

@testable import Telemetry

/// A channel as the service keeps it, and faults on the way to it by script. Serves as transport of the uploader.
final class FakeChannel: UploadTransport {
    /// What happens to one call.
    enum Fault: Sendable {
        /// Nothing.
        case none
        /// The answer is this; nothing is stored.
        case answer(Int, String, [(name: String, value: String)] = [])
        /// It is stored, and the answer is lost.
        case storedThenLost
        /// It is lost on the way, and nobody knows.
        case lost
        /// No connection.
        case unreachable
        /// It takes until the uploader gives up; stored or not.
        case hangs(stores: Bool)
    }

    struct Call: Sendable {
        let request: UploadRequest
        let time: Double
        var body: String { String(decoding: request.body, as: UTF8.self) }
        var isWrite: Bool { request.method == .post }
    }

    private struct State {
        var faults: [Fault] = []
        var calls: [Call] = []
        var stored: [Int64: [String: String]] = [:]
        var order: [Int64] = []
        var inFlight = 0
        var mostInFlight = 0
        var refusesRow: (@Sendable ([String: String]) -> Bool)?
        var maximumRows = 960
    }
    private let state = Mutex(State())
    let clock: any UploadClock
    let readKey = "READKEY123456789"
    let writeKey = "WRITEKEY12345678"

    init(clock: any UploadClock) { self.clock = clock }

    /// Faults of the next calls, in their order.
    func script(_ faults: [Fault]) { state.withLock { $0.faults += faults } }
    func refuse(_ rule: @escaping @Sendable ([String: String]) -> Bool) { state.withLock { $0.refusesRow = rule } }
    func allow(rows: Int) { state.withLock { $0.maximumRows = rows } }
    func put(_ second: Int64, _ row: [String: String]) { state.withLock { $0.stored[second] = row } }

    var calls: [Call] { state.withLock { $0.calls } }
    var writes: [Call] { calls.filter(\.isWrite) }
    var reads: [Call] { calls.filter { !$0.isWrite } }
    /// Rows by second.
    var stored: [Int64: [String: String]] { state.withLock { $0.stored } }
    /// Seconds in the order in which they were stored.
    var order: [Int64] { state.withLock { $0.order } }
    var mostInFlight: Int { state.withLock { $0.mostInFlight } }

    func send(_ request: UploadRequest) async throws -> UploadReply {
        let fault = state.withLock { state in
            state.calls.append(Call(request: request, time: clock.steadySeconds))
            state.inFlight += 1
            state.mostInFlight = max(state.mostInFlight, state.inFlight)
            return state.faults.isEmpty ? Fault.none : state.faults.removeFirst()
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        await Task.yield()
        switch fault {
        case .none: return reply(request)
        case .answer(let status, let body, let headers):
            return UploadReply(status: status, headers: headers, body: Array(body.utf8))
        case .storedThenLost:
            _ = reply(request)
            throw TransportFailure(mayHaveArrived: true, "no reply within the time limit")
        case .lost: throw TransportFailure(mayHaveArrived: true, "the connection was closed before the reply was whole")
        case .unreachable: throw TransportFailure(mayHaveArrived: false, "no connection")
        case .hangs(let stores):
            if stores { _ = reply(request) }
            try await Task.sleep(for: .seconds(3_600))
            return UploadReply(status: 202)
        }
    }

    /// The answer of the service.
    func reply(_ request: UploadRequest) -> UploadReply {
        func answer(_ status: Int, _ text: String) -> UploadReply {
            UploadReply(status: status, body: Array(text.utf8))
        }
        if request.method == .get {
            guard request.headers.contains(where: { $0.name == "THINGSPEAKAPIKEY" && $0.value == readKey }) else {
                return answer(400, "-1")
            }
            let items = URLComponents(string: request.url)?.queryItems ?? []
            let range = ["start", "end"].map { name in
                items.first { $0.name == name }?.value.flatMap { WholeSecond.parse($0) } ?? 0
            }
            let feeds = stored.filter { $0.key >= range[0] && $0.key <= range[1] }.sorted { $0.key < $1.key }
            let list = feeds.map { $0.value.merging(["created_at": WholeSecond.text($0.key)]) { $1 } }
            let document: [String: Any] = ["channel": ["id": 1], "feeds": list]
            let data = (try? JSONSerialization.data(withJSONObject: document)) ?? Data()
            return UploadReply(status: 200, body: Array(data))
        }
        if request.url.hasSuffix("/update") {
            guard request.headers.contains(where: { $0.name == "THINGSPEAKAPIKEY" && $0.value == writeKey }) else {
                return answer(400, "0")
            }
            var components = URLComponents()
            components.percentEncodedQuery = String(decoding: request.body, as: UTF8.self)
            let pairs = (components.queryItems ?? []).map { ($0.name, $0.value ?? "") }
            return store([Dictionary(pairs) { $1 }]) == 202 ? answer(200, "\(stored.count)") : answer(400, "bad")
        }
        struct Document: Decodable {
            let write_api_key: String
            let updates: [[String: String]]
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(request.body)) else {
            return answer(400, "error_bad_request")
        }
        guard document.write_api_key == writeKey else {
            return answer(401, "error_auth_required \(document.write_api_key)")
        }
        let status = store(document.updates)
        return answer(status, status == 202 ? "{\"success\":true}" : "{\"error\":{\"details\":\"\(status)\"}}")
    }

    /// All rows or none; a row that is there already with the same content is passed over.
    private func store(_ rows: [[String: String]]) -> Int {
        state.withLock { state in
            guard rows.count <= state.maximumRows else { return 413 }
            var added: [(Int64, [String: String])] = []
            for row in rows {
                guard let second = row["created_at"].flatMap({ WholeSecond.parse($0) }) else { return 400 }
                if state.refusesRow?(row) == true { return 422 }
                var values = row
                values["created_at"] = nil
                if let other = state.stored[second] {
                    if other != values { return 409 }
                    continue
                }
                if added.contains(where: { $0.0 == second }) { return 409 }
                added.append((second, values))
            }
            for (second, values) in added {
                state.stored[second] = values
                state.order.append(second)
            }
            return 202
        }
    }
}
