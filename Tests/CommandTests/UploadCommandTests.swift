import Foundation
import Telemetry
import TestSupport
import Testing

/// The commands about the queue of uploads, and the settings of keys.
@Suite(.inTurns) struct UploadCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Tool.Run {
        let state = ["AUSCULT_STATE_DIR": folder.path("state")]
        let run = try await Tool.run(arguments, environment: state.merging(environment) { $1 }, in: folder.url)
        #expect(!run.text.contains("SECRET") && !run.errors.contains("SECRET"))
        return run
    }

    private static let channel = [
        "THINGSPEAK_CHANNEL_ID": "7", "THINGSPEAK_WRITE_API_KEY": "SECRETKEY", "THINGSPEAK_URL": "http://127.0.0.1:1",
    ]

    @Test func `nothing was queued yet`() async throws {
        for command in ["status", "dead"] {
            let table = try await run("upload", command)
            #expect(table.exitCode == 0)
            let document = try await run("upload", command, "--json").json() as? [Any]
            #expect(document?.isEmpty == true)
        }
        #expect(try await run("upload").errors.contains("nothing was queued yet"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("state")))
    }

    @Test func `a flush of an empty queue ends at once, and the state can be seen after`() async throws {
        let flush = try await run("upload", "flush", "--json", "--interval", "0", environment: Self.channel)
        #expect(flush.exitCode == 0, "\(flush.errors)")
        let status = try await run("upload", "status", "--json")
        let entries = try #require(try status.json() as? [[String: Any]])
        let entry = try #require(entries.first?["status"] as? [String: Any])
        #expect(entries.count == 1)
        #expect(entry["channel"] as? Int == 7 && entry["queued"] as? Int == 0 && entry["state"] as? String == "stopped")
        #expect((entries.first?["folder"] as? String)?.hasSuffix("upload/127.0.0.1-1-channel-7") == true)
        #expect(try await run("upload", "status").text.contains("http://127.0.0.1:1"))
    }

    /// Nobody listens at the server's port; the rows are put into the queue by this process.
    @Test(.endsIfHanging)
    func `what waits and what was refused is shown, and a flush that cannot send keeps it`() async throws {
        let access = try ChannelAccess(url: "http://127.0.0.1:1", channel: 7, writeKey: "SECRETKEY")
        var options = UploaderOptions(for: access)
        options.interval = 0
        let transport = HTTPTransport()
        let uploader = try ThingSpeakUploader(
            access: access, stateDirectory: folder.path("state"), options: options, transport: transport)
        try await uploader.submit((0..<5).map { UploadRow(time: 1_749_000_000 + Double($0), values: [1: 0.5]) })
        try await uploader.submit([UploadRow(time: 77, values: [2: 1.5])])
        let busy = try await run("upload", "flush", "--interval", "0", environment: Self.channel)
        #expect(busy.exitCode == 69 && busy.errors.contains("in use by another process (process \(getpid()))"))
        await uploader.stop()

        let flush = try await run("upload", "flush", "--interval", "0", "--timeout", "0.7", environment: Self.channel)
        #expect(flush.exitCode == 69, "\(flush.errors)")
        #expect(flush.errors.contains("5 points still wait; they are kept"))
        let status = try await run("upload", "status", "--json")
        let entries = try #require(try status.json() as? [[String: Any]])
        let entry = try #require(entries.first?["status"] as? [String: Any])
        #expect(entry["queued"] as? Int == 5 && (entry["last_error"] as? String)?.contains("no connection") == true)
        let letters = try #require(try await run("upload", "dead", "--json").json() as? [[String: Any]])
        #expect(
            letters.map { $0["row"] as? [String: String] } == [["created_at": "1970-01-01T00:01:17Z", "field2": "1.5"]])
        let table = try await run("upload", "dead")
        #expect(table.text.contains("field2=1.5") && table.text.contains("clock that is not set"))

        // Ctrl-C while it waits for the server: the points stay.
        let state = Self.channel.merging(["AUSCULT_STATE_DIR": folder.path("state")]) { $1 }
        let running = try Tool.start(["upload", "flush", "--interval", "0"], environment: state, in: folder.url)
        while try await run("upload", "status").text.contains(" running ") == false {
            try await Task.sleep(for: .milliseconds(50))
        }
        kill(running.process.processIdentifier, SIGINT)
        let ended = try await running.end()
        #expect(ended.exitCode == 130, "\(ended.errors)")
        #expect(ended.text.contains(" 5 "))
    }

    static let mistakes: [([String: String], String)] = [
        ([:], "THINGSPEAK_CHANNEL_ID"),
        (["THINGSPEAK_CHANNEL_ID": "seven"], "is a channel's number"),
        (["THINGSPEAK_CHANNEL_ID": "7"], "as many keys"),
        (["THINGSPEAK_CHANNEL_ID": "7,8", "THINGSPEAK_WRITE_API_KEY": "SECRETA"], "as many keys"),
        (["THINGSPEAK_CHANNEL_ID": "7,7", "THINGSPEAK_WRITE_API_KEY": "SECRETA,SECRETB"], "twice"),
        (["THINGSPEAK_CHANNEL_ID": "7", "THINGSPEAK_WRITE_API_KEY": "SECRET A"], "a word of letters and digits"),
        (channel.merging(["THINGSPEAK_URL": "localhost:80"]) { $1 }, "begins with http://"),
        (channel.merging(["AUSCULT_UPLOAD_INTERVAL": "soon"]) { $1 }, "upload-interval"),
        (channel.merging(["THINGSPEAK_URL": "", "AUSCULT_UPLOAD_INTERVAL": "1"]) { $1 }, "every 15 seconds"),
    ]

    @Test(arguments: mistakes)
    func `a wrong setting is answered with a sentence and exit code 64`(
        _ settings: [String: String], _ answer: String
    ) async throws {
        let run = try await run("upload", "flush", environment: settings)
        #expect(run.exitCode == 64, "\(run.errors)")
        #expect(run.errors.contains(answer), "\(run.errors)")
    }

    @Test func `keys are read from the environment and .env, and never shown`() async throws {
        _ = try folder.write(".env", text: "THINGSPEAK_WRITE_API_KEY=SECRETKEY\nTHINGSPEAK_CHANNEL_ID=7\n")
        _ = try folder.write(
            "auscult.yaml", text: "thingspeak-read-api-key: SECRETREAD\nthingspeak-url: http://a.test\n")
        let shown = try await run("config", "show", "--json")
        let entries = try #require(try shown.json() as? [[String: String]])
        let values = Dictionary(entries.map { ($0["name"] ?? "", $0["value"] ?? "") }) { $1 }
        #expect(values["thingspeak-write-api-key"] == "(set)")
        #expect(values["thingspeak-read-api-key"] == "")
        #expect(values["thingspeak-channel-id"] == "7")
        #expect(values["thingspeak-url"] == "http://a.test")
        #expect(shown.errors.contains("a key belongs in .env"))
        #expect(try await run("config", "show").errors.contains("a key belongs in .env"))
    }

    @Test func `a second process on the queue is refused`() async throws {
        // The folder is made by a first flush; then this process holds its lock.
        _ = try await run("upload", "flush", "--interval", "0", environment: Self.channel)
        let lock = try FileHandle(
            forUpdating: URL(filePath: folder.path("state/upload/127.0.0.1-1-channel-7/lock")))
        #expect(flock(lock.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
        let second = try await run("upload", "flush", "--interval", "0", environment: Self.channel)
        #expect(second.exitCode == 69, "\(second.errors)")
        #expect(second.errors.contains("in use by another process"))
        #expect(try await run("upload", "status").exitCode == 0)
        try lock.close()
    }
}
