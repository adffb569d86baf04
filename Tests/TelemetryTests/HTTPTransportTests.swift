import Foundation
import TestSupport
import Testing

@testable import Telemetry

/// The real client against a server on this machine.
struct HTTPTransportTests {
    private func withTransport(
        connect: Double = 5, total: Double = 20, _ body: (HTTPTransport) async throws -> Void
    ) async throws {
        let transport = HTTPTransport(connectTimeout: connect, totalTimeout: total)
        do {
            try await body(transport)
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
    }

    @Test(arguments: [LocalServer.Style.whole, .chunked])
    func `rows go and come back over one connection that stays open`(_ style: LocalServer.Style) async throws {
        let channel = FakeChannel(clock: SystemUploadClock())
        let server = try await LocalServer(style: style) { channel.reply($0) }
        let access = try ChannelAccess(
            url: server.url, channel: 7, writeKey: channel.writeKey, readKey: channel.readKey)
        try await withTransport { transport in
            for part in 0..<4 {
                let rows = UploaderBench.rows(part * 10..<part * 10 + 10)
                let reply = try await transport.send(.bulk(rows, to: access))
                #expect(ReplyVerdict.of(reply, single: false) == .stored)
            }
            let single = UploadRow(time: UploaderBench.start + 90, fields: [1: "ä +&%"])
            #expect(ReplyVerdict.of(try await transport.send(.single(single, to: access)), single: true) == .stored)
            let rows = UploaderBench.rows(0..<40) + [single, UploadRow(time: UploaderBench.start + 95, values: [1: 1])]
            let request = UploadRequest.readBack(
                from: rows[0].second, to: rows[41].second, key: channel.readKey, of: access)
            let stored = try #require(StoredRows(try await transport.send(request)))
            #expect(rows.map { stored.match($0) } == Array(repeating: .same, count: 41) + [.absent])
            #expect(stored.match(UploadRow(time: UploaderBench.start, values: [1: 5])) == .different)
        }
        #expect(channel.stored.count == 41)
        #expect(server.connections.current == 1)
        try await server.close()
    }

    static let failures: [(LocalServer.Style, String)] = [
        (.silent, "no reply within"), (.trickling, "no reply within"), (.cutOff, "not whole"),
    ]

    @Test(arguments: failures)
    func `a reply that is not whole is an unknown outcome`(_ style: LocalServer.Style, _ words: String) async throws {
        let server = try await LocalServer(style: style) { _ in UploadReply(status: 202, body: Array("{}".utf8)) }
        let access = try ChannelAccess(url: server.url, channel: 7, writeKey: "SECRET")
        // A reply that is cut off ends by itself, however busy the machine is.
        try await withTransport(total: style == .cutOff ? 60 : 0.3) { transport in
            let failure = await #expect(throws: TransportFailure.self) {
                _ = try await transport.send(.bulk(UploaderBench.rows(0..<1), to: access))
            }
            #expect(failure?.mayHaveArrived == true)
            #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
            #expect(failure?.description.contains("SECRET") == false)
        }
        try await server.close()
    }

    @Test func `no connection is known to have stored nothing`() async throws {
        let server = try await LocalServer { _ in UploadReply(status: 202) }
        let access = try ChannelAccess(url: server.url, channel: 7, writeKey: "SECRET")
        try await server.close()
        try await withTransport { transport in
            let failure = await #expect(throws: TransportFailure.self) {
                _ = try await transport.send(.bulk(UploaderBench.rows(0..<1), to: access))
            }
            #expect(failure?.mayHaveArrived == false, "\(failure?.description ?? "")")
        }
    }

    @Test func `a redirect is not followed`() async throws {
        let calls = Shared(0)
        let server = try await LocalServer { _ in
            calls.withLock { $0 += 1 }
            return UploadReply(status: 307, headers: [("Location", "/elsewhere")])
        }
        let access = try ChannelAccess(url: server.url, channel: 7, writeKey: "SECRET")
        try await withTransport { transport in
            let reply = try await transport.send(.bulk(UploaderBench.rows(0..<1), to: access))
            #expect(reply.status == 307)
        }
        #expect(calls.current == 1)
        try await server.close()
    }
}
