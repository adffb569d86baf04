import Foundation
import SignalCore
import Storage
import Testing

@testable import Server

@Suite("Replies on the wire")
struct WireTests {
    @Test("an Arduino finds what it looks for, byte by byte, on one connection")
    func arduino() async throws {
        let test = try await TestServer()
        let connection = try RawConnection(port: test.port)
        func send(_ head: String, _ body: String = "") {
            connection.send(
                Array(
                    (head
                        + "\r\nHost: api.thingspeak.com\r\nUser-Agent: tslib-arduino/2.1.1 (ESP32)\r\nX-THINGSPEAKAPIKEY: \(test.writeKey)\r\n")
                        .utf8))
            connection.send(
                Array(
                    (body.isEmpty
                        ? "\r\n"
                        : "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                        .utf8))
        }
        func value(_ status: Int = 200) async throws -> String {
            let reply = try #require(await connection.reply())
            let text = String(decoding: reply.bytes, as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 \(status) "))
            // The first line that ends so is the length itself, in this case of letters.
            #expect(text.components(separatedBy: "Content-Length:").count == 2)
            #expect(!text.lowercased().contains("transfer-encoding"))
            #expect(text.utf8.count >= 17)
            return reply.body
        }
        send(
            "POST /update HTTP/1.1",
            "field1=21.50000&field2=hello world: a+b é&lat=48.10&long=11.60&elevation=520.00&status=all is well&created_at=2019-02-20T22:07:28Z&headers=false"
        )
        #expect(try await value() == "1")
        send("GET /channels/1/fields/1/last HTTP/1.1")
        #expect(try await value() == "21.50000")
        send("GET /channels/1/feeds/last.txt?status=true&location=true HTTP/1.1")
        let feed = try await value()
        for part in [
            #""created_at":"2019-02-20T22:07:28Z""#, #""field2":"hello world: a b é""#, #""latitude":"48.10""#,
            #""longitude":"11.60""#, #""elevation":"520.00""#, #""status":"all is well""#,
        ] {
            #expect(feed.contains(part))
        }
        send("POST /update HTTP/1.1", "lat=100&headers=false")
        #expect(try await value(400) == "0")
        send("GET /channels/2/fields/1/last HTTP/1.1")
        #expect(try await value(400) == "-1")
        send("GET /channels/77/feeds/last.txt HTTP/1.1")
        #expect(try await value(404) == "error_resource_not_found")
    }

    @Test("clients of HTTP/1.0, and those that ask for it, see the end of the connection")
    func closing() async throws {
        let test = try await TestServer()
        for (line, headers) in [("HTTP/1.0", ""), ("HTTP/1.1", "Connection: close\r\n")] {
            let connection = try RawConnection(port: test.port)
            connection.send(Array("GET /update?api_key=\(test.writeKey)&field1=1 \(line)\r\n\(headers)\r\n".utf8))
            let text = String(decoding: await connection.readToEnd(), as: UTF8.self)
            #expect(text.contains("Connection: close") && text.contains("\r\n\r\n"))
        }
        #expect(try await test.store.entryCount(of: 1) == 2)
    }

    @Test("requests sent without waiting are answered in their order")
    func pipelining() async throws {
        let test = try await TestServer()
        let connection = try RawConnection(port: test.port)
        let request = "GET /update?api_key=\(test.writeKey)&field1=1 HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.send(Array(String(repeating: request, count: 20).utf8))
        for number in 1...20 { #expect(await connection.reply()?.body == "\(number)") }
    }

    @Test("pages of other sites may use the interface, and ask before")
    func crossOrigin() async throws {
        let test = try await TestServer()
        for reply in [
            try await test.request("OPTIONS", "/channels/1/feeds/last.json"),
            try await test.get("/channels/1/feeds.json"),
            try await test.get("/channels/9/feeds.json"),
        ] {
            #expect(reply.header("Access-Control-Allow-Origin") == "*")
            #expect(reply.header("Access-Control-Allow-Methods") == "GET, POST, PUT, OPTIONS, DELETE, PATCH")
            #expect(
                reply.header("Access-Control-Allow-Headers")
                    == "origin, content-type, X-Requested-With, THINGSPEAKAPIKEY, X-THINGSPEAKAPIKEY")
            #expect(reply.header("Access-Control-Max-Age") == "1800")
        }
        let reply = try await test.request("OPTIONS", "/a/b/c/d/e")
        #expect(reply.status == 200 && reply.body.isEmpty)
        #expect(try await test.request("OPTIONS", "/a/b/c/d/e/f").status == 404)
        let head = try #require(try await test.send("HEAD /channels/1/feeds.json HTTP/1.1\r\nHost: x\r\n\r\n"))
        #expect(head.status == 200 && head.header("Content-Length") != "0")
    }

    @Test("what is too large is refused: bodies, headers")
    func sizes() async throws {
        let test = try await TestServer()
        #expect(
            try await test.request("POST", "/update.json", body: String(repeating: "x", count: 65537)).status == 413)
        #expect(
            try await test.json("POST", "/channels/1/bulk_update.json", String(repeating: " ", count: 3 << 20 + 1))
                .status
                == 413)
        // A length that is only announced is refused before a byte of it came.
        let announced = try await test.send("POST /update HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n")
        #expect(announced?.status == 413)
        // In chunks, without any length.
        let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
        let chunked =
            "POST /update HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + String(repeating: chunk, count: 5) + "0\r\n\r\n"
        #expect(try await test.send(chunked)?.status == 413)
        #expect(
            try await test.get("/channels/1.json", headers: "X: " + String(repeating: "x", count: 9000) + "\r\n").status
                == 400)
        #expect(try await test.get("/channels/1.json").status == 200)
    }

    @Test("half a request does not hold a connection for ever, however slowly more of it comes")
    func slowClients() async throws {
        let test = try await TestServer { $0.idleSeconds = 0.4 }
        for beginning in [
            "", "GET /channels/1.json HTTP/1.1\r\nX: ", "POST /update HTTP/1.1\r\nContent-Length: 100\r\n\r\n",
        ] {
            let connection = try RawConnection(port: test.port)
            connection.send(Array(beginning.utf8))
            let start = ContinuousClock.now
            // Never idle for as long as the limit.
            while !beginning.isEmpty, connection.send([UInt8(ascii: "x")]), ContinuousClock.now - start < .seconds(3) {
                try await Task.sleep(for: .milliseconds(100))
            }
            let bytes = await connection.readToEnd()
            #expect(ContinuousClock.now - start < .seconds(3))
            #expect(!String(decoding: bytes, as: UTF8.self).contains(" 200 "))
        }
    }

    @Test("others reach the server only with a token, and with it ThingSpeak's routes alone stay open")
    func token() async throws {
        var options = ServerOptions()
        try options.listen(on: "0.0.0.0:0")
        #expect(throws: SignalError.self) { try options.validate() }
        options.token = "secret"
        try options.validate()
        let test = try await TestServer { $0.token = "secret" }
        #expect(try await test.get("/health").status == 401)
        #expect(try await test.get("/health", headers: "Authorization: Bearer secreT\r\n").status == 401)
        #expect(try await test.get("/health", headers: "Authorization: Bearer secret\r\n").body == #"{"status":"ok"}"#)
        #expect(try await test.get("/channels/1.json").status == 200)
        #expect(try await test.get("/other").status == 401)
    }

    @Test("addresses are host and port, or one of them")
    func addresses() throws {
        for (text, host, port) in [
            ("0.0.0.0:80", "0.0.0.0", 80), (":81", "127.0.0.1", 81), ("[::1]:82", "::1", 82),
            ("localhost", "localhost", 8080),
        ] {
            var options = ServerOptions()
            try options.listen(on: text)
            #expect(options.host == host && options.port == port)
        }
        for text in ["1.2.3.4:http", "a b:80", "http://x:80", "x:99999"] {
            var options = ServerOptions()
            #expect(throws: SignalError.self) { try options.listen(on: text) }
        }
    }

    @Test("a server that is stopped answers no more, and its port is free; a taken one is said to be")
    func stopping() async throws {
        let test = try await TestServer()
        var options = ServerOptions()
        options.port = test.port
        let second = try ChannelServer(store: test.store, options: options)
        await #expect { try await second.start() } throws: { ($0 as? SignalError)?.code == .unavailable }
        try await test.server.stop()
        #expect(throws: SignalError.self) { try RawConnection(port: test.port) }
        let third = try ChannelServer(store: test.store, options: options)
        #expect(try await third.start() == test.port)
        try await third.stop()
    }

    @Test("errors of the store are told as such, and the server lives on")
    func storeErrors() async throws {
        let test = try await TestServer()
        try test.store.close()
        let reply = try await test.get("/channels/1/feeds.json")
        #expect((500...503).contains(reply.status) && reply.body.contains("the store failed"))
        #expect(try await test.get("/health").status == 200)
    }
}
