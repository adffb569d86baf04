import Foundation
import Storage
import Testing

@testable import Server

@Suite("Writing one entry over HTTP")
struct UpdateTests {
    @Test("a query, a form and a JSON body write alike, and the reply is the number alone")
    func ways() async throws {
        let test = try await TestServer()
        let key = test.writeKey
        #expect(try await test.get("/update?api_key=\(key)&field1=25.0").body == "1")
        #expect(try await test.request("POST", "/update", body: "key=\(key)&field1=a+b%26&2=x").body == "2")
        #expect(try await test.request("POST", "/update?field1=3&apikey=\(key)").body == "3")
        #expect(
            try await test.request("POST", "/update", headers: "x-ThingSpeakApiKey: \(key)\r\n", body: "field1=nan")
                .body
                == "4")
        #expect(
            try await test.json("POST", "/update", "{\"api_key\":\"\(key)\",\"field1\":1.50,\"field2\":null}").body
                == "5")
        #expect(try await test.get("/s/update?api_key=\(key)").body == "6")
        let entries = try await test.store.page(of: 1, after: 0)
        #expect(entries.map { $0.values.fields[0] } == ["25.0", "a b&", "3", "nan", "1.50", nil])
        #expect(entries.map { $0.values.fields[1] } == [nil, "x", nil, nil, nil, nil])
    }

    @Test("JSON and XML replies hold the whole entry, in the documented order")
    func documents() async throws {
        let test = try await TestServer()
        let reply = try await test.get(
            "/update.json?api_key=\(test.writeKey)&field1=%22q%22&lat=1.5&long=-2&elevation=3&status=ok"
                + "&created_at=2014-12-31%2023:59:59")
        #expect(reply.header("Content-Type") == "application/json; charset=utf-8")
        #expect(
            reply.body == #"{"channel_id":1,"created_at":"2014-12-31T23:59:59Z","entry_id":1,"field1":"\"q\"","#
                + #""field2":null,"field3":null,"field4":null,"field5":null,"field6":null,"field7":null,"field8":null,"#
                + #""latitude":"1.5","longitude":"-2","elevation":"3","status":"ok"}"#)
        let xml = try await test.get("/update.xml?api_key=\(test.writeKey)&field1=%3Ca%3E")
        #expect(
            xml.body.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed>\n  <channel-id type=\"integer\">1<"))
        #expect(xml.body.contains("<created-at type=\"dateTime\">2023-11-14T22:13:20Z</created-at>"))
        #expect(xml.body.contains("<field1>&lt;a&gt;</field1>\n  <field2 nil=\"true\"/>"))
        #expect(xml.body.contains("<latitude type=\"decimal\" nil=\"true\"/>"))
    }

    @Test("what is not stored is answered by 0, with the status that clients know")
    func refusals() async throws {
        let test = try await TestServer { $0.rateLimit = 15 }
        let key = test.writeKey
        for target in [
            "/update?field1=1", "/update?api_key=ABCDEFGHIJKLMNOP&field1=1",
            "/update?api_key=\(test.privateKeys[1])&field1=1",
            "/update?api_key=\(test.userKey)&field1=1", "/update?api_key=\(key)&lat=91",
            "/update?api_key=\(key)&status=" + String(repeating: "x", count: 256), "/update?api_key=\(key)&field1=%00",
        ] {
            let reply = try await test.get(target)
            #expect(reply.status == 400 && reply.body == "0", "\(target)")
        }
        // The header wins over the parameter.
        let reply = try await test.get(
            "/update.json?api_key=\(key)&field1=1", headers: "THINGSPEAKAPIKEY: nonsense\r\n")
        #expect(reply.status == 400 && reply.body == "0")
        #expect(reply.header("Content-Type") == "application/json; charset=utf-8")
        #expect(try await test.store.entryCount(of: 1) == 0)
        #expect(try await test.get("/update?api_key=\(key)&field1=1").body == "1")
        let soon = try await test.get("/update?api_key=\(key)&field1=2")
        #expect(soon.status == 200 && soon.body == "0")
        test.clock.advance(15)
        #expect(try await test.get("/update?api_key=\(key)&field1=2").body == "2")
        #expect(try await test.request("PUT", "/update").status == 405)
        #expect(try await test.get("/update/1").status == 404)
    }

    @Test("an entry sent again keeps its number, one that contradicts it is refused")
    func replay() async throws {
        let test = try await TestServer()
        let target = "/update?api_key=\(test.writeKey)&created_at=2019-02-20T22:07:28Z&field1="
        #expect(try await test.get(target + "1").body == "1")
        #expect(try await test.get(target + "1").body == "1")
        let conflict = try await test.get(target + "2")
        #expect(conflict.status == 400 && conflict.body == "0")
        let json = try await test.get(target.replacing("/update", with: "/update.json") + "2")
        #expect(json.status == 409)
        #expect(
            json.body.hasPrefix(
                #"{"status":"409","error":{"error_code":"error_conflict","message":"Conflict","details":""#))
    }

    @Test(
        "times are read as clients write them, and what is no time is the time of receipt",
        arguments: [
            ("2019-02-20T22:07:28Z", 1_550_700_448), ("Wed Feb 20 22:07:28 GMT 2019", 1_550_700_448),
            ("2019-02-20 23:07:28&timezone=Europe/Berlin", 1_550_700_448),
            ("2019-02-20 17:07:28&offset=-5", 1_550_700_448), ("2019-02-20 22:07:28&timezone=Nowhere", 1_550_700_448),
            ("2019-02-20T23:07:28+01:00", 1_550_700_448), ("yesterday", 1_700_000_000),
        ])
    func times(_ text: String, _ seconds: Int) async throws {
        let test = try await TestServer()
        // As a form, unescaped, as devices send it.
        _ = try await test.request("POST", "/update", body: "api_key=\(test.writeKey)&created_at=\(text)&field1=1")
        #expect(try await test.store.lastEntry(of: 1)?.createdAt == seconds)
    }

    @Test("line ends written as escapes go, IP_ADDRESS is the caller's, raw bytes are kept")
    func values() async throws {
        let test = try await TestServer()
        _ = try await test.request(
            "POST", "/update",
            body: "api_key=\(test.writeKey)&field1=5\\r\\n&field2=IP_ADDRESS&field3=a b:é%zz&headers=false")
        #expect(
            try await test.store.lastEntry(of: 1)?.values.fields.prefix(3) == ["5", "127.0.0.1", "a b:é%zz"])
    }

    @Test("many clients at once get consecutive numbers, each its own")
    func concurrency() async throws {
        let test = try await TestServer()
        let (port, key) = (test.port, test.writeKey)
        let numbers = try await withThrowingTaskGroup(of: [Int].self) { group in
            for client in 0..<8 {
                group.addTask {
                    let connection = try RawConnection(port: port)
                    var numbers: [Int] = []
                    for index in 0..<25 {
                        let target = "/update?api_key=\(key)&field1=\(client * 100 + index)"
                        connection.send(Array("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                        if let reply = await connection.reply(), let number = Int(reply.body) { numbers.append(number) }
                    }
                    return numbers
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(numbers.sorted() == Array(1...200))
    }
}
