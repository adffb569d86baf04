import Storage
import Testing

@testable import Server

@Suite("Reading over HTTP")
struct FeedTests {
    /// Three entries of the public channel, a minute apart, with a gap in field 2.
    private func filled() async throws -> TestServer {
        let test = try await TestServer()
        for (time, a, b) in [(1_699_999_800, "1.5", "x"), (1_699_999_860, "2", nil), (1_699_999_920, "10", "5")]
            as [(Int, String, String?)]
        {
            var values = EntryValues(fields: [a, b, "hidden"])
            values.status = b
            values.latitude = "1.0"
            _ = try await test.store.append(EntryDraft(createdAt: time, values: values), to: 1)
        }
        return test
    }

    private let channel =
        #""channel":{"id":1,"name":"Pump","latitude":"0.0","field1":"temperature","field2":"rms","#
        + #""created_at":"2023-11-14T22:13:20Z","updated_at":"2023-11-14T22:13:20Z","last_entry_id":3}"#

    @Test("listings show named fields, oldest first, in JSON, XML and CSV")
    func listings() async throws {
        let test = try await filled()
        let json =
            "{" + channel + #","feeds":[{"created_at":"2023-11-14T22:11:00Z","entry_id":2,"field1":"2","field2":null},"#
            + #"{"created_at":"2023-11-14T22:12:00Z","entry_id":3,"field1":"10","field2":"5"}]}"#
        for path in ["/channels/1/feeds.json", "/channels/1/feed.json", "/channels/1/feeds"] {
            #expect(try await test.get(path + "?results=2").body == json)
        }
        #expect(
            try await test.get("/channels/1/fields/2.csv").body
                == "created_at,entry_id,field2\n2023-11-14 22:10:00 UTC,1,x\n2023-11-14 22:11:00 UTC,2,\n2023-11-14 22:12:00 UTC,3,5\n"
        )
        #expect(
            try await test.get("/channels/1/feeds.csv?results=1&location=TRUE&status=true&offset=2").body
                == "created_at,entry_id,field1,field2,latitude,longitude,elevation,status\n2023-11-15 00:12:00 +0200,3,10,5,1.0,,,5\n"
        )
        let xml = try await test.get("/channels/1/field/1.xml?results=1").body
        #expect(xml.contains("<id type=\"integer\">1</id>") && xml.contains("<field2>rms</field2>"))
        #expect(
            xml.contains(
                "  <feeds type=\"array\">\n    <feed>\n      <created-at type=\"dateTime\">2023-11-14T22:12:00Z</created-at>\n"
                    + "      <entry-id type=\"integer\">3</entry-id>\n      <field1>10</field1>\n    </feed>\n  </feeds>\n</channel>"
            ))
        #expect(try await test.get("/channels/1/feeds.json?results=0").body.hasSuffix(#""feeds":[]}"#))
        #expect(
            try await test.get("/channels/1/feeds.json?metadata=true&results=0").body.contains(#""metadata":null}"#))
    }

    @Test("ranges are inclusive and read in the request's zone; minutes win over days")
    func ranges() async throws {
        let test = try await filled()
        func count(_ query: String) async throws -> Int {
            try await test.get("/channels/1/feeds.csv?" + query).body.split(separator: "\n").count - 1
        }
        #expect(try await count("start=2023-11-14%2022:11:00") == 2)
        #expect(try await count("start=2023-11-14T22:10:00&end=2023-11-14+22:11:00") == 2)
        #expect(try await count("start=2023-11-14%2023:11:00&timezone=Europe/Berlin") == 2)
        #expect(try await count("minutes=2&days=1") == 1)
        #expect(try await count("minutes=x&days=1") == 3)
        #expect(try await count("start_entry_id=2&end_entry_id=2") == 1)
        #expect(try await count("min=2&max=9") == 1)
    }

    @Test("aggregated rows have no number, and texts of the documented form")
    func aggregation() async throws {
        let test = try await filled()
        #expect(
            try await test.get("/channels/1/fields/1.json?sum=10").body.hasSuffix(
                #""feeds":[{"created_at":"2023-11-14T22:10:00Z","field1":"13.5"}]}"#))
        let average = try await test.get("/channels/1/feeds.json?average=daily&round=2").body
        #expect(average.hasSuffix(#"[{"created_at":"2023-11-14T00:00:00Z","field1":"4.50","field2":"1.67"}]}"#))
        // A length that is not allowed is as if it was not there.
        #expect(try await test.get("/channels/1/feeds.csv?timescale=10&sum=7").body.hasPrefix("created_at,field1"))
        _ = try await test.store.append(
            EntryDraft(createdAt: -62_000_000_000, values: EntryValues(fields: ["1"])), to: 1)
        #expect(try await test.get("/channels/1/feeds.json?median=10").status == 400)
        #expect(try await test.get("/channels/1/feeds.csv?median=7").body.hasPrefix("created_at,entry_id"))
        #expect(
            try await test.get("/channels/1/feeds/last_average.json?average=2").body
                == #"{"created_at":"2023-11-14T22:12:00Z","field1":"6.0","field2":"2.5"}"#)
    }

    @Test("single entries: JSON also as text, a field's bare value, its age, and the status")
    func single() async throws {
        let test = try await filled()
        let last = #"{"created_at":"2023-11-14T22:12:00Z","entry_id":3,"field1":"10","field2":"5"}"#
        for path in ["feeds/last", "feed/last.json", "feeds/last.txt", "feeds/3.json", "feeds/entry/3"] {
            #expect(try await test.get("/channels/1/" + path).body == last)
        }
        #expect(
            try await test.get("/channels/1/feeds/last.txt?status=true&location=true").body.contains(
                #""longitude":null,"elevation":null,"status":"5"}"#))
        for path in ["fields/1/last", "field/1/last.txt", "fields/field1/last", "fields/1/3"] {
            #expect(try await test.get("/channels/1/" + path).body == "10")
        }
        #expect(try await test.get("/channels/1/fields/1/last.txt?prepend=%3C&append=%3E").body == "<10>")
        // The last value that is not null, though not of the last entry.
        _ = try await test.store.append(EntryDraft(values: EntryValues(fields: ["7"])), to: 1)
        #expect(
            try await test.get("/channels/1/fields/2/last.json").body
                == #"{"created_at":"2023-11-14T22:12:00Z","entry_id":3,"field2":"5"}"#)
        test.clock.advance(174.9)
        #expect(
            try await test.get("/channels/1/feeds/last_data_age.json").body
                == #"{"last_data_age":"174","last_data_age_units":"s"}"#)
        #expect(try await test.get("/channels/1/fields/2/last_data_age").body == "254")
        #expect(
            try await test.get("/channels/1/fields/1/last.csv").body
                == "created_at,entry_id,field1\n2023-11-14 22:13:20 UTC,4,7\n")
        #expect(
            try await test.get("/channels/1/status/last.json").body
                == #"{"created_at":"2023-11-14T22:13:20Z","entry_id":4,"status":null}"#)
        let status = try await test.get("/channels/1/status.json?results=1").body
        #expect(
            status
                == #"{"channel":{"name":"Pump","latitude":"0.0"},"feeds":[{"created_at":"2023-11-14T22:13:20Z","entry_id":4,"status":null}]}"#
        )
        #expect(try await test.get("/stream/channels/1/feeds.csv").body.split(separator: "\n").count == 5)
    }

    @Test("what is not there is -1 or 404, and unnamed fields stay hidden")
    func missing() async throws {
        let test = try await filled()
        #expect(try await test.get("/channels/1/feeds/99.json").body == "\"-1\"")
        #expect(try await test.get("/channels/2/feeds/last.json?key=\(test.privateKeys[1])").body == "\"-1\"")
        #expect(
            try await test.get("/channels/1/feeds/99.xml").body.contains("<entry-id type=\"integer\" nil=\"true\"/>"))
        #expect(try await test.get("/channels/1/fields/3/last").body == "-1")
        #expect(try await test.get("/channels/1/fields/3.csv").body.hasPrefix("created_at,entry_id\n"))
        for path in [
            "/channels/99/feeds.json", "/channels/1/fields/9.json", "/channels/1/fields/0/last",
            "/channels/x/feeds.json", "/channels/1/nothing.json",
        ] {
            let reply = try await test.get(path)
            #expect(reply.status == 404 && !reply.body.isEmpty, "\(path)")
        }
        #expect(try await test.get("/channels/99/feeds.txt").body == "error_resource_not_found")
        #expect(
            try await test.get("/channels/99/feeds.xml").body.contains(
                "<error-code>error_resource_not_found</error-code>"))
        #expect(try await test.request("DELETE", "/channels/1/fields/1").status == 405)
    }

    @Test("private channels are read with their keys alone")
    func access() async throws {
        let test = try await filled()
        for path in [
            "/channels/2/feeds.json", "/channels/2/feeds/last", "/channels/2/fields/1/last", "/channels/2.json",
            "/channels/2/status.json", "/channels/2/feeds/last_data_age",
        ] {
            for key in ["", "?api_key=\(test.writeKey)"] {
                let reply = try await test.get(path + key)
                #expect(reply.status == 400 && reply.body == "-1", "\(path)")
            }
            for key in test.privateKeys + [test.userKey] {
                #expect(try await test.get(path, headers: "X-THINGSPEAKAPIKEY: \(key)\r\n").status == 200)
            }
        }
    }

    @Test("scripts get their function around JSON, when its name is one")
    func callback() async throws {
        let test = try await filled()
        let reply = try await test.get("/channels/1/feeds/last.json?callback=chart.draw")
        #expect(reply.body.hasPrefix("chart.draw({") && reply.body.hasSuffix("})"))
        #expect(reply.header("Content-Type") == "application/javascript; charset=utf-8")
        #expect(try await test.get("/channels/1/feeds/last.json?callback=alert(1)").status == 400)
    }
}
