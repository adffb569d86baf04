import Foundation
import TestSupport
import Testing

/// The embedded server and its channels, as a user runs them.
@Suite(.inTurns) struct ServeCommandTests {
    @Test func `channels are made, listed, shown and exported in the store`() async throws {
        let folder = try TemporaryFolder()
        let store = ["--store", folder.path("plant.sqlite")]
        let made = try await Tool.run(
            ["channel", "create", "Pump", "--columns", "temperature, rms", "--private", "--json"] + store)
        #expect(made.exitCode == 0)
        let channel = try made.object()
        #expect(channel["id"] as? Int == 1 && channel["name"] as? String == "Pump")
        let keys = try await Tool.run(["channel", "keys", "1", "--json"] + store).object()
        #expect(keys["write_api_key"] as? String == channel["write_api_key"] as? String)
        #expect((keys["read_api_keys"] as? [String])?.first == channel["read_api_key"] as? String)
        let user = try await Tool.run(["channel", "keys", "--user", "--json"] + store).object()
        #expect((user["user_api_key"] as? String)?.count == 16)
        #expect(try await Tool.run(["channel", "list"] + store).lines.last?.contains("private") == true)
        let export = try await Tool.run(["channel", "export", "1"] + store)
        #expect(export.text == "created_at,entry_id,field1,field2,latitude,longitude,elevation,status\n")
        #expect(try await Tool.run(["channel", "backup", folder.path("copy.sqlite")] + store).exitCode == 0)
        #expect(try await Tool.run(["channel", "keys", "1", "--store", folder.path("copy.sqlite")]).exitCode == 0)
    }

    @Test func `mistakes are told apart by exit code`() async throws {
        let folder = try TemporaryFolder()
        let store = ["--store", folder.path("plant.sqlite")]
        #expect(try await Tool.run(["channel", "list"] + store).exitCode == 66)
        #expect(try await Tool.run(["channel", "create", "x", "--columns", "a,,b"] + store).exitCode == 64)
        #expect(try await Tool.run(["channel", "create", "x", "--columns", "a"] + store).exitCode == 0)
        #expect(try await Tool.run(["channel", "keys", "9"] + store).exitCode == 66)
        #expect(try await Tool.run(["channel", "keys"] + store).exitCode == 64)
        #expect(try await Tool.run(["serve", "--listen", "0.0.0.0:0"] + store).exitCode == 64)
        #expect(try await Tool.run(["serve", "--thin", "1"] + store).exitCode == 64)
        let text = try folder.write("notes.txt", text: String(repeating: "no database ", count: 100))
        #expect(try await Tool.run(["channel", "list", "--store", text]).exitCode == 65)
        #expect(try await Tool.run(["channel", "list", "--url", "http://127.0.0.1:1"]).exitCode == 64)
        let unreachable = try await Tool.run(
            ["channel", "list", "--url", "http://127.0.0.1:1"], environment: ["AUSCULT_USER_KEY": "ABCDEFGHIJKLMNOP"])
        #expect(unreachable.exitCode == 69 && !unreachable.errors.contains("ABCDEFGHIJKLMNOP"))
    }

    @Test func `a running server is managed by its address, and ends cleanly`() async throws {
        let folder = try TemporaryFolder()
        let store = ["--store", folder.path("plant.sqlite")]
        let user = try await Tool.run(["channel", "keys", "--user", "--json"] + store).object()
        let key = try #require(user["user_api_key"] as? String)
        let server = try await RunningServer(store: folder.path("plant.sqlite"), in: folder.url.path)
        let remote = ["--url", server.address]
        let environment = ["AUSCULT_USER_KEY": key]
        let made = try await Tool.run(
            ["channel", "create", "Fan", "--columns", "a", "--json"] + remote, environment: environment)
        #expect(made.exitCode == 0, "\(made.errors)")
        let channel = try made.object()
        let keys = try await Tool.run(["channel", "keys", "1", "--json"] + remote, environment: environment).object()
        #expect(keys["write_api_key"] as? String == channel["write_api_key"] as? String)
        let list = try await Tool.run(["channel", "list", "--json"] + remote, environment: environment)
        #expect((try list.json() as? [[String: Any]])?.count == 1)
        #expect(
            try await Tool.run(["channel", "export", "1"] + remote, environment: environment).text
                == Tool.run(["channel", "export", "1"] + store).text)
        #expect(
            try await Tool.run(
                ["channel", "list"] + remote, environment: ["AUSCULT_USER_KEY": "ABCDEFGHIJKLMNOP"]
            ).exitCode == 64)
        #expect(await server.stop() == 0)
    }
}
