import Storage
import Testing

@testable import Server

@Suite("Writing many entries over HTTP")
struct BulkTests {
    private func body(_ key: String, _ updates: String) -> String {
        #"{"write_api_key":"\#(key)","updates":[\#(updates)]}"#
    }

    @Test("times of all kinds and values of all types are taken, and a batch sent again adds nothing")
    func success() async throws {
        let test = try await TestServer()
        let body = body(
            test.writeKey,
            #"{"created_at":"2019-02-20 22:07:28 +0000","field1":1.50,"latitude":1,"status":"s"},"#
                + #"{"created_at":1550700449,"field1":"b","field9":[]},{"created_at":"1550700450","field2":true}"#)
        // A list that no entry holds is an error in an entry, too.
        #expect(try await test.json("POST", "/channels/1/bulk_update.json", body).status == 400)
        let mended = body.replacing(#","field9":[]"#, with: "")
        for _ in 0..<2 {
            let reply = try await test.json("POST", "/channels/1/bulk_update.json", mended)
            #expect(reply.status == 202 && reply.body == #"{"success":true}"#)
        }
        let entries = try await test.store.page(of: 1, after: 0)
        #expect(entries.map(\.createdAt) == [1_550_700_448, 1_550_700_449, 1_550_700_450])
        #expect(entries.map { $0.values.fields[0] } == ["1.50", "b", nil])
        #expect(entries[0].values.latitude == "1" && entries[0].values.status == "s")
        #expect(entries[2].values.fields[1] == "true")
    }

    @Test("seconds between entries end at the time of receipt")
    func deltas() async throws {
        let test = try await TestServer()
        let body = body(
            test.writeKey, #"{"delta_t":0,"field1":1},{"delta_t":"5","field1":2},{"delta_t":10,"field1":3}"#)
        #expect(try await test.json("POST", "/channels/1/bulk_update.json", body).status == 202)
        let times = try await test.store.page(of: 1, after: 0).map(\.createdAt)
        #expect(times == [1_699_999_985, 1_699_999_990, 1_700_000_000])
    }

    @Test("CSV is positional, with places left out")
    func csv() async throws {
        let test = try await TestServer()
        let absolute =
            "write_api_key=\(test.writeKey)&time_format=absolute&updates=2019-02-20T22:07:28Z,1,,3,,,,,,1.5,2.5,7,ok"
        #expect(
            try await test.request("POST", "/channels/1/bulk_update.csv", body: absolute + "|1550700449,9").status
                == 202)
        let entries = try await test.store.page(of: 1, after: 0)
        #expect(entries[0].values.fields[0...2] == ["1", nil, "3"])
        #expect(entries[0].values.longitude == "2.5" && entries[0].values.status == "ok")
        #expect(entries[1].createdAt == 1_550_700_449 && entries[1].values.fields[0] == "9")
        let relative = "write_api_key=\(test.writeKey)&time_format=relative&updates=0,1|3,2"
        #expect(try await test.request("POST", "/channels/1/bulk_update.csv", body: relative).status == 202)
        #expect(try await test.store.page(of: 1, after: 2).map(\.createdAt) == [1_699_999_997, 1_700_000_000])
        for body in ["updates=x,1", "updates=" + String(repeating: ",", count: 13), "time_format=odd&updates=0,1", ""] {
            let reply = try await test.request(
                "POST", "/channels/1/bulk_update.csv", body: "write_api_key=\(test.writeKey)&" + body)
            #expect(reply.status == 400)
        }
    }

    @Test("every kind of mistake has its status and code, and nothing of the batch is stored")
    func refusals() async throws {
        let test = try await TestServer { $0.bulkLimit = 3 }
        let good = #"{"created_at":100,"field1":1}"#
        func status(_ updates: String, key: String? = nil, channel: Int = 1) async throws -> (Int, String) {
            let reply = try await test.json(
                "POST", "/channels/\(channel)/bulk_update.json", body(key ?? test.writeKey, updates))
            let code = reply.body.split(separator: "\"").first { $0.hasPrefix("error_") && $0 != "error_code" }
            return (reply.status, String(code ?? ""))
        }
        for (updates, expected) in [
            (good + #",{"field1":2}"#, 400), (good + #",{"created_at":5,"delta_t":1}"#, 400),
            (#"{"delta_t":0},{"delta_t":0}"#, 400), (good + #",{"delta_t":1}"#, 400), (good + ",7", 400),
            (good + #",{"created_at":"never"}"#, 400), (good + #",{"created_at":2,"latitude":91}"#, 400),
            ("{", 400), (good + #",{"created_at":100,"field1":2}"#, 409),
            ([good, good, good, good].joined(separator: ","), 413),
        ] {
            #expect(try await status(updates).0 == expected, "\(updates)")
        }
        #expect(try await status(good, key: test.privateKeys[0]) == (401, "error_auth_required"))
        #expect(try await status(good, key: test.userKey) == (401, "error_auth_required"))
        #expect(try await status(good, channel: 99) == (404, "error_resource_not_found"))
        #expect(
            try await test.json("POST", "/channels/1/bulk_update.json", #"{"write_api_key":"\#(test.writeKey)"}"#)
                .status
                == 400)
        #expect(try await test.get("/channels/1/bulk_update.json").status == 405)
        let connection = try RawConnection(port: test.port)
        let bytes = Array(body(test.writeKey, #"{"created_at":1,"status":"~"}"#).utf8).map {
            $0 == UInt8(ascii: "~") ? 0xFF : $0
        }
        connection.send(
            Array(
                "POST /channels/1/bulk_update.json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(bytes.count)\r\n\r\n"
                    .utf8) + bytes)
        #expect(await connection.reply()?.status == 422)
        #expect(try await test.store.entryCount(of: 1) == 0)
    }

    @Test("batches that come too soon are told so")
    func rateLimit() async throws {
        let test = try await TestServer { $0.rateLimit = 15 }
        let first = body(test.writeKey, #"{"created_at":100,"field1":1}"#)
        #expect(try await test.json("POST", "/channels/1/bulk_update.json", first).status == 202)
        test.clock.advance(14)
        #expect(try await test.json("POST", "/channels/1/bulk_update.json", first).status == 429)
        test.clock.advance(1)
        #expect(try await test.json("POST", "/channels/1/bulk_update.json", first).status == 202)
    }
}
