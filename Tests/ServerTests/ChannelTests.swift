import Foundation
import Storage
import Testing

@testable import Server

@Suite("Managing channels over HTTP")
struct ChannelTests {
    @Test("channels are made, seen, changed, listed, cleared and deleted with the user's key")
    func life() async throws {
        let test = try await TestServer()
        let key = "api_key=\(test.userKey)"
        let made = try await test.request(
            "POST", "/channels.json", body: key + "&field2=b&tags=x,+y,x&public_flag=true")
        #expect(made.status == 200)
        #expect(
            made.body.hasPrefix(
                #"{"id":3,"name":"Channel 3","description":null,"latitude":null,"longitude":null,"created_at":"2023-11-14T22:13:20Z","#
                    + #""elevation":null,"last_entry_id":null,"ranking":33,"username":"auscult","tags":[{"id":1,"name":"x"},{"id":2,"name":"y"}],"metadata":null"#
            ))
        #expect(made.body.contains(#""write_flag":true}"#))
        #expect(try await test.store.channel(3)?.settings.fieldNames[0] == "Field Label 1")
        let edit = #"{"api_key":"\#(test.userKey)","name":"Fan","metadata":{"a":[1,"x"]},"field2":"","latitude":48.5}"#
        let edited = try await test.json("PUT", "/channels/3.json", edit)
        #expect(edited.status == 200 && edited.body.contains(#""metadata":"{\"a\":[1,\"x\"]}""#))
        let settings = try #require(try await test.store.channel(3)?.settings)
        #expect(
            settings.name == "Fan" && settings.fieldNames[1] == nil && settings.latitude == "48.5" && settings.isPublic)
        #expect(try await test.json("PATCH", "/channels/3.json", edit.replacing("48.5", with: "-91")).status == 400)
        let view = try await test.get("/channels/3.json").body
        #expect(view.contains(#""latitude":"48.5""#) && !view.contains("api_keys"))
        #expect(try await test.get("/channels/3.json?" + key).body.contains("api_keys"))
        let list = try JSONSerialization.jsonObject(with: Data(try await test.get("/channels.json?" + key).body.utf8))
        #expect((list as? [[String: Any]])?.count == 3)
        _ = try await test.store.append(EntryDraft(values: EntryValues(fields: ["1"])), to: 3)
        let cleared = try await test.request("DELETE", "/channels/3/feeds.json?" + key)
        #expect(cleared.status == 200 && cleared.body == "[]")
        #expect(
            try await test.request("POST", "/channels/3/clear.xml", body: key).body.hasSuffix(
                "<nil-classes type=\"array\"/>\n"))
        #expect(try await test.store.channel(3)?.lastEntryID == nil)
        #expect(try await test.request("DELETE", "/channels/3.json?" + key).status == 200)
        #expect(try await test.store.channel(3) == nil)
        #expect(try await test.request("DELETE", "/channels/3.json?" + key).status == 404)
    }

    @Test("without the user's key nothing is managed")
    func access() async throws {
        let test = try await TestServer()
        let list = try await test.get("/channels.json?api_key=\(test.writeKey)")
        #expect(list.status == 401 && list.body == #"{"error":"Could not authenticate you."}"#)
        for (method, target) in [
            ("POST", "/channels.json"), ("PUT", "/channels/1.json"), ("DELETE", "/channels/1.json"),
            ("DELETE", "/channels/1/feeds.json"), ("POST", "/channels/1/clear.json"),
        ] {
            let reply = try await test.request(method, target + "?api_key=\(test.writeKey)")
            #expect(reply.status == 401 && reply.body.contains(#""status":"401""#), "\(method) \(target)")
        }
        #expect(try await test.store.channels().count == 2)
    }

    @Test("public channels come in pages and by tag and place")
    func publicList() async throws {
        let test = try await TestServer()
        for index in 0..<20 {
            var settings = ChannelSettings()
            settings.isPublic = true
            settings.tags = [index % 2 == 0 ? "even" : "odd"]
            settings.latitude = "\(index)"
            settings.longitude = "0"
            _ = try await test.store.createChannel(settings)
        }
        let second = try await test.get("/channels/public.json?page=2").body
        #expect(
            second.hasPrefix(
                #"{"pagination":{"current_page":2,"per_page":15,"total_entries":21},"channels":[{"id":17,"#))
        #expect(try await test.get("/channels/public.json?page=0").status == 404)
        #expect(try await test.get("/channels/public.json?tag=EVEN").body.contains(#""total_entries":10}"#))
        #expect(try await test.get("/channels/public.json?username=nobody").body.contains(#""total_entries":0}"#))
        // A degree of latitude is 111.2 km.
        #expect(
            try await test.get("/channels/public.json?latitude=5&longitude=0&distance=112").body.contains(
                #""total_entries":3}"#))
        #expect(try await test.get("/channels/public.json?latitude=5").status == 400)
    }
}
