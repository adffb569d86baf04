import Foundation
import NIOCore
import SignalCore
import Storage
import TestSupport
import Testing

@testable import Server

@Suite("The page and what it asks for")
struct OwnRouteTests {
    private func json(_ test: TestServer, _ target: String) async throws -> [String: Any] {
        let reply = try await test.get(target, host: "localhost")
        #expect(reply.status == 200, "\(target): \(reply.body)")
        return try #require(try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any])
    }

    @Test("every file is served with its type, and the page names only files that are there")
    func files() async throws {
        let folder = try TemporaryFolder()
        for name in PageFiles.plotFiles { _ = try folder.write(name, text: "/* \(name) */") }
        let test = try await TestServer { $0.dygraphsFolder = folder.url.path }
        let types = ["html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"]
        var texts = ""
        for (path, file) in PageFiles(dygraphsFolder: folder.url.path).files {
            let reply = try await test.get(path, host: "127.0.0.1:\(test.port)")
            #expect(
                reply.status == 200 && reply.body.utf8.count == file.bytes.readableBytes && reply.body.utf8.count > 10)
            let type = try #require(
                types[path == "/" ? "html" : String(path.split(separator: ".")[path.contains("min") ? 2 : 1])])
            #expect(reply.header("Content-Type")?.hasPrefix(type) == true)
            #expect(reply.header("X-Content-Type-Options") == "nosniff")
            #expect(reply.header("Content-Security-Policy")?.hasPrefix("default-src 'self'") == true)
            #expect(reply.header("Access-Control-Allow-Origin") == nil && reply.header("Cache-Control") == "no-cache")
            let tag = try #require(reply.header("ETag"))
            let again = try await test.get(path, headers: "If-None-Match: \(tag)\r\n", host: "localhost")
            #expect(again.status == 304 && again.body.isEmpty)
            texts += reply.body
        }
        let named = texts.matches(of: /(?:src|href|from)[= ]"(\/[^"]*)"/).map { String($0.1) }
        #expect(Set(named).count >= 8)
        for path in Set(named) { #expect(try await test.get(path, host: "localhost").status == 200, "\(path)") }
        // The policy forbids scripts and styles within the page, so there must be none.
        #expect(!texts.contains("<script>") && !texts.contains(" style=") && !texts.contains(" onclick="))
        #expect(try await test.request("POST", "/", host: "localhost").status == 405)
    }

    @Test("without dygraphs, its place says what to do; nothing leads out of its folder")
    func missingPlots() async throws {
        let folder = try TemporaryFolder()
        let outside = try folder.write("outside.js", text: "secret")
        try FileManager.default.createDirectory(atPath: folder.path("dygraphs"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("dygraphs/dygraph.min.js"), withDestinationPath: outside)
        let test = try await TestServer { $0.dygraphsFolder = folder.path("dygraphs") }
        let reply = try await test.get(
            "/assets/dygraph.min.js", headers: "Accept: application/json\r\n", host: "localhost")
        #expect(reply.status == 404 && reply.body.contains("libjs-dygraphs"))
        for path in [
            "/assets/../outside.js", "/assets/%2e%2e/outside.js", "/assets/..%2foutside.js", "/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd", "/assets/dygraph.min.js%00", "/page.js%00.html", "/assets//etc/passwd",
            "/assets", "/assets/", "/Resources/page.js", "/api", "/api/..", "/events/x",
        ] {
            let reply = try await test.get(path, host: "localhost")
            #expect(reply.status == 404 && !reply.body.contains("secret") && !reply.body.contains("root:"), "\(path)")
        }
    }

    @Test("the token opens everything, as such or as a password; without it nothing is told")
    func token() async throws {
        let test = try await TestServer { $0.token = "se:cret" }
        func basic(_ text: String) -> String { "Authorization: Basic \(Data(text.utf8).base64EncodedString())\r\n" }
        for path in ["/", "/page.js", "/events", "/api/live", "/api/channels/2/feeds", "/assets/dygraph.min.js", "/x"] {
            for headers in [
                "", basic("any:secret"), basic("se:cret"), "Authorization: Basic ???\r\n", "Authorization: x\r\n",
            ] {
                let reply = try await test.get(path, headers: headers)
                #expect(reply.status == 401 && reply.header("WWW-Authenticate") == "Basic realm=\"auscult\"")
                #expect(!reply.body.contains("se:cret"))
            }
        }
        for headers in [basic("any:se:cret"), basic(":se:cret"), "Authorization: Bearer se:cret\r\n"] {
            // With a token, any name leads here: a proxy may stand before.
            #expect(try await test.get("/", headers: headers, host: "plant.example").status == 200)
            #expect(try await test.get("/api/channels/2/feeds", headers: headers).status == 200)
        }
        let head = try #require(
            try await test.send("HEAD /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer se:cret\r\n\r\n"))
        #expect(head.status == 200 && test.live.clientCount == 0)
    }

    @Test("without a token, only names of this machine are answered")
    func hosts() async throws {
        let test = try await TestServer()
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.1.2.3:99", "[::1]", "[::1]:80"] {
            #expect(try await test.get("/api/live", host: host).status == 200, "\(host)")
        }
        for host in [
            "evil.example", "127.0.0.1.evil.example", "127.evil.example", "localhost.evil.example:80", "10.0.0.1",
            "[::2]",
        ] {
            for path in ["/", "/page.js", "/events", "/api/live"] {
                #expect(try await test.get(path, host: host).status == 421, "\(host)")
            }
        }
        let reply = try await test.request("OPTIONS", "/api/live", host: "localhost")
        #expect(reply.status == 405 && reply.header("Access-Control-Allow-Origin") == nil)
    }

    @Test("runs, their readings and alarms are listed, finely or thinned")
    func runs() async throws {
        let test = try await TestServer()
        #expect((try await json(test, "/api/runs")["runs"] as? [Any])?.isEmpty == true)
        let sink = try await ReadingSink(
            store: test.store, run: RunDescription(inputs: ["pump \"1\".csv"], models: ["m"]), isResumed: false)
        let scores = (0..<500).map { $0 == 321 ? Float(7) : Float($0 % 7) / 10 }
        try await sink.receive(LiveReadings.make(scores), upTo: LiveReadings.mark)
        try await sink.finish(isComplete: true)
        let run = try #require((try await json(test, "/api/runs")["runs"] as? [[String: Any]])?.first)
        #expect(run["readings"] as? Int == 500 && run["inputs"] as? [String] == ["pump \"1\".csv"])
        let few = try #require(
            try await json(test, "/api/runs/1/readings?points=20")["readings"] as? [[String: Any]])
        #expect(few.count <= 20 && few.contains { $0["score"] as? Double == 7 && $0["alarm"] as? Bool == true })
        let part = try #require(
            try await json(test, "/api/runs/1/readings?from=1700000000&to=2023-11-14T22:13:21Z&values=true")["readings"]
                as? [[String: Any]])
        #expect(part.count == 2 && (part[1]["values"] as? [Double])?.count == 2)
        #expect(part[1]["top_column"] as? String == "c1" && part[1]["severity"] as? String == "none")
        let alarm = try #require((try await json(test, "/api/alarms?run=1")["alarms"] as? [[String: Any]])?.first)
        #expect(alarm["begin"] as? Double == 1_700_000_321 && alarm["end"] as? Double == 1_700_000_322)
        for (path, status) in [
            ("/api/runs/9/readings", 404), ("/api/runs/1/readings?model=4", 404),
            ("/api/runs/1/readings?points=0", 400),
            ("/api/runs/1/readings?points=999999", 400), ("/api/runs/1/readings?from=noon", 400),
            ("/api/alarms?limit=x", 400), ("/api/channels/7/feeds", 404), ("/api/runs/1", 404),
        ] {
            let reply = try await test.get(path, host: "localhost")
            #expect(reply.status == status && reply.body.contains("error_code"), "\(path)")
        }
    }

    @Test("channels are listed; private ones are shown to those with a token alone")
    func channels() async throws {
        let test = try await TestServer()
        _ = try await test.get("/update?api_key=\(test.writeKey)&field1=1.5&field2=warm")
        _ = try await test.get("/update?api_key=\(test.privateKeys[0])&field1=99.5")
        let channels = try #require(try await json(test, "/api/channels")["channels"] as? [[String: Any]])
        #expect(
            channels.map { $0["shown"] as? Bool } == [true, false] && channels[0]["last"] as? Double == 1_700_000_000)
        let feed = try await json(test, "/api/channels/1/feeds")
        #expect(feed["fields"] as? [String] == ["temperature", "rms"])
        let row = try #require((feed["rows"] as? [[Any]])?.first)
        #expect(row[1] as? Double == 1.5 && row[2] is NSNull)
        let refused = try await test.get("/api/channels/2/feeds", host: "localhost")
        #expect(refused.status == 403 && !refused.body.contains("99.5"))
    }
}
