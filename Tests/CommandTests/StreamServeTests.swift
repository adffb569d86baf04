import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// `stream --serve` and `--store`, and the page's routes of `serve`.
@Suite(.inTurns) struct StreamServeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) async throws -> Tool.Run {
        try await Tool.run(arguments, environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
    }

    private func prepare() async throws {
        try SensorTables.write(folder.url.appending(path: "train.csv"), isLabelled: false, seed: 2)
        try SensorTables.write(folder.url.appending(path: "t.csv"), anomalies: [100, 300, 595], isLabelled: false)
        for (model, output) in [("pca", "m"), ("seasonal-naive", "f")] {
            let trained = try await run("train", model, "--data", "train.csv", "-o", output)
            #expect(trained.exitCode == 0, "\(trained.errors)")
        }
    }

    /// A reply of a server as JSON.
    private static func json(_ address: String) async throws -> [String: Any] {
        let (data, _) = try await URLSession.shared.data(from: try #require(URL(string: address)))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func `a stream keeps as much in its store as it is told`() async throws {
        try await prepare()
        let stream = ["stream", "t.csv", "--model", "m", "--speed", "0", "-o", "r.jsonl"]
        let homeless = try await Tool.run(stream + ["--keep-rows", "3"], in: folder.url)
        #expect(homeless.exitCode == 64 && homeless.errors.contains("--store"), "\(homeless.errors)")
        for _ in 0..<2 {
            let played = try await Tool.run(
                stream + ["--store", "plant.sqlite", "--keep-rows", "250"],
                environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
            #expect(played.exitCode == 0, "\(played.errors)")
        }
        let server = try await RunningServer(store: folder.path("plant.sqlite"), in: folder.url.path)
        let runs = try #require(try await Self.json(server.address + "/api/runs")["runs"] as? [[String: Any]])
        #expect(runs.compactMap { $0["readings"] as? Int } == [250, 250])
        await server.stop()
    }

    @Test func `what is stored while a page is served is what is printed, with the alarms`() async throws {
        try await prepare()
        let played = try await run(
            "stream", "t.csv", "--model", "m", "--forecaster", "f", "--speed", "0", "--serve", "127.0.0.1:0", "--store",
            "plant.sqlite", "-o", "r.jsonl")
        #expect(played.exitCode == 0 && played.errors.contains("the page is at http://127.0.0.1:"), "\(played.errors)")
        let printed = try String(contentsOfFile: folder.path("r.jsonl"), encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(printed.count == 600)
        let server = try await RunningServer(store: folder.path("plant.sqlite"), in: folder.url.path)
        let run = try #require((try await Self.json(server.address + "/api/runs")["runs"] as? [[String: Any]])?.first)
        #expect(run["complete"] as? Bool == true && run["readings"] as? Int == 600)
        let reply = try await Self.json(server.address + "/api/runs/1/readings?points=20000&values=true")
        let stored = try #require(reply["readings"] as? [[String: Any]])
        let columns = try #require(reply["columns"] as? [[String: Any]]).compactMap { $0["name"] as? String }
        #expect(stored.count == printed.count && columns.count == 3)
        var isOn = false
        var begins: [Double] = []
        for (one, line) in zip(stored, printed) {
            let time = try Date(
                try #require(line["time"] as? String),
                strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            #expect(one["time"] as? Double == time.timeIntervalSince1970)
            for key in ["score", "threshold"] { #expect(one[key] as? Double == line[key] as? Double) }
            for key in ["source", "severity", "top_column"] { #expect(one[key] as? String == line[key] as? String) }
            for key in ["anomalous", "alarm"] { #expect(one[key] as? Bool == line[key] as? Bool) }
            let values = try #require(line["values"] as? [String: Double])
            #expect(one["values"] as? [Double] == columns.map { values[$0] ?? .nan })
            #expect(one["forecast"] as? [String: Double] == line["forecast"] as? [String: Double])
            if line["alarm"] as? Bool == true, !isOn { begins.append(time.timeIntervalSince1970) }
            isOn = line["alarm"] as? Bool == true
        }
        let alarms = try #require(try await Self.json(server.address + "/api/alarms")["alarms"] as? [[String: Any]])
        #expect(alarms.reversed().compactMap { $0["begin"] as? Double } == begins && begins.count >= 3)
        #expect(alarms.allSatisfy { $0["on"] as? Bool == false })
        #expect(try await Self.json(server.address + "/api/live")["state"] as? String == "none")
        #expect(await server.stop() == 0)
    }

    @Test func `a stream that was cut goes on in its run, and stores every reading once`() async throws {
        try await prepare()
        for round in 0..<4 {
            var arguments = ["stream", "t.csv", "--model", "m", "--store", "plant.sqlite", "-o", "r.csv", "--csv"]
            // 600 rows a minute apart: a tenth of a second each, until the last round takes the rest.
            arguments += round < 3 ? ["--speed", "12000", "--duration", "0.6"] : ["--speed", "0"]
            let part = try await Tool.run(
                arguments + (round > 0 ? ["--resume"] : []), environment: ["AUSCULT_STATE_DIR": folder.path("state")],
                in: folder.url)
            #expect(part.exitCode == 0, "\(part.errors)")
        }
        let server = try await RunningServer(store: folder.path("plant.sqlite"), in: folder.url.path)
        let runs = try #require(try await Self.json(server.address + "/api/runs")["runs"] as? [[String: Any]])
        #expect(runs.count == 1 && runs[0]["readings"] as? Int == 600 && runs[0]["complete"] as? Bool == true)
        await server.stop()
    }

    @Test func `lines that are posted are judged once, however often they are sent`() async throws {
        try await prepare()
        let expected = try await run("stream", "t.csv", "--model", "m", "--speed", "0")
        let rows = try String(contentsOfFile: folder.path("t.csv"), encoding: .utf8).split(separator: "\n").dropFirst()
        let lines = rows.enumerated().map { number, row in
            let cells = row.split(separator: ",")
            return #"{"seq":\#(number),"temperature":\#(cells[1]),"pressure":\#(cells[2]),"flow":\#(cells[3])}"#
        }
        let running = try Tool.start(
            ["stream", "push:pump", "--model", "m", "--serve", "127.0.0.1:0"],
            environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
        let said = try await running.said("push:pump: up")
        let address = try #require(said.firstMatch(of: /POST (http:\/\/127\.0\.0\.1:\d+\/push\/pump)\n/)?.1)
        let url = try #require(URL(string: String(address)))
        var taken = 0
        for start in stride(from: 0, to: lines.count, by: 50) {
            let body = Data(lines[start..<start + 50].joined(separator: "\n").utf8)
            // Every body twice, as from a sender that got no answer.
            for _ in 0..<2 {
                var request = URLRequest(url: url)
                (request.httpMethod, request.httpBody) = ("POST", body)
                let (data, _) = try await URLSession.shared.data(for: request)
                let reply = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
                taken += try #require(reply["taken"] as? Int)
            }
        }
        #expect(taken == 600)
        try await running.printed(lines: 600)
        running.process.interrupt()
        let run = try await running.end()
        #expect(
            run.exitCode == 130 && run.errors.contains("600 rows, 0 lines rejected, 0 rows dropped"), "\(run.errors)")
        for key in ["score", "anomalous", "alarm"] {
            let (pushed, played) = try (
                run.objects().map { "\($0[key] ?? "")" }, expected.objects().map { "\($0[key] ?? "")" }
            )
            #expect(pushed == played && pushed.count == 600)
        }
    }

    @Test func `a stream that is pushed to needs a server`() async throws {
        try await prepare()
        for (address, words) in [("push:pump", "--serve"), ("push:", "push:pump-1"), ("push:a/b", "push:pump-1")] {
            let run = try await run("stream", address, "--model", "m")
            #expect(run.exitCode == 64 && run.errors.contains(words), "\(run.errors)")
        }
    }

    @Test(arguments: [
        (["--token", "x"], 64, "--serve"), (["--stay"], 64, "--serve"), (["--serve", "0.0.0.0:0"], 64, "--token"),
        (["--serve", "1.2.3.4:http"], 64, "no address"), (["--store", "t.csv"], 65, "store"),
    ])
    func `wrong use is told`(arguments: [String], code: Int32, words: String) async throws {
        try await prepare()
        let run = try await Tool.run(
            ["stream", "t.csv", "--model", "m", "--speed", "0"] + arguments,
            environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
        #expect(run.exitCode == code && run.errors.contains(words), "\(run.exitCode) \(run.errors)")
    }
}
