import Foundation
import TestSupport
import Testing

/// `synth sensors`, `energy` and `history`.
@Suite(.inTurns) struct HistoryCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func synth(_ arguments: String...) async throws -> Tool.Run {
        try await Tool.run(["synth", "sensors", "-o", folder.path("data"), "--rows", "2880"] + arguments)
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path("data/\(name)"), encoding: .utf8)
    }

    /// The numbers of a section, by item and measure.
    private func values(_ run: Tool.Run, _ section: String) -> [String: String] {
        Dictionary(
            Table(run.text).rows.filter { $0["section"] == section }.map {
                ("\($0["item"] ?? "") \($0["measure"] ?? "")", $0["value"] ?? "")
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test func `sensor tables are the same for the same seed, and events lie in their rows`() async throws {
        #expect(try await synth("--seed", "7").exitCode == 0)
        let (first, events) = (try text("test.csv"), try text("events.json"))
        #expect(try await synth("--seed", "7", "--jobs", "1").exitCode == 0)
        #expect(try text("test.csv") == first && text("events.json") == events)
        #expect(try await synth("--seed", "8").exitCode == 0)
        #expect(try text("test.csv") != first)
        let rows = Table(first).rows
        #expect(rows.count == 2_880 && rows[0]["time"] == "2024-01-03T00:00:00.000Z")
        #expect(Table(try text("train.csv")).rows.allSatisfy { $0["anomaly"] == "0" })
        let list = try #require(JSONSerialization.jsonObject(with: Data(events.utf8)) as? [[String: Any]])
        #expect(list.count > 3)
        for event in list {
            let (start, end) = (event["start_row"] as? Int ?? -1, event["end_row"] as? Int ?? -1)
            #expect(rows[start...end].allSatisfy { $0["anomaly"] == "1" })
            #expect(event["kind"] is String && event["column"] is String && event["path"] as? String == "test.csv")
        }
        #expect(try text("sensors.json").contains("\"kW\""))
    }

    @Test func `machines that wear have what is left and a failure to learn from`() async throws {
        let run = try await synth("--wear", "--units", "2", "--spacing", "3600")
        #expect(run.exitCode == 0, "\(run.errors)")
        let rows = Table(try text("train.csv")).rows
        #expect(Set(rows.compactMap { $0["unit"] }) == ["unit_1", "unit_2"])
        #expect(rows.last?["remaining_hours"] == "0.000" && rows.last?["failure"] == "1")
        #expect(rows.first?["failure"] == "0")
        let tested = Table(try text("test.csv")).rows
        #expect(Set(tested.compactMap { $0["unit"] }).count == 2)
    }

    @Test func `energy of the demo adds up by hour and by day, and says what it costs`() async throws {
        _ = try await synth()
        let run = try await Tool.run(
            "energy", folder.path("data/test.csv"), "--tariff", "0.2,6-22=0.3", "--voltage", "400")
        #expect(run.exitCode == 0, "\(run.errors)")
        let total = values(run, "total")
        let energy = try #require(total[" energy"].flatMap(Double.init))
        for section in ["hour", "day"] {
            let sum = values(run, section).filter { $0.key.hasSuffix(" energy") }.compactMap { Double($0.value) }
            #expect(abs(sum.reduce(0, +) - energy) < 1e-3)
        }
        #expect((300...800).contains(energy))
        let cost = try #require(total[" cost"].flatMap(Double.init))
        #expect(cost > 0.2 * energy && cost < 0.3 * energy)
        #expect((0.6...0.95).contains(try #require(total[" power_factor"].flatMap(Double.init))))
        #expect(values(run, "saving")["standby rule"] != nil && run.errors.contains("kWh in"))
        let document = try await Tool.run("energy", folder.path("data/test.csv"), "--json").object()
        let machine = try #require((document["machines"] as? [[String: Any]])?.first?["energy"] as? [String: Any])
        #expect(abs((machine["energy"] as? Double ?? 0) - energy) < 1e-3 * energy)
    }

    @Test func `power follows from current, voltage and power factor`() async throws {
        let table = folder.path("meter.csv")
        let rows = (0...60).map { "2024-01-01T00:\($0 < 10 ? "0" : "")\($0):00Z,10" }.dropLast()
        try ("time,current [A]\n" + rows.joined(separator: "\n") + "\n").write(
            toFile: table, atomically: true, encoding: .utf8)
        func energy(_ arguments: String...) async throws -> Double? {
            let run = try await Tool.run(["energy", table] + arguments)
            return values(run, "total")[" energy"].flatMap(Double.init)
        }
        let hours = 59.0 / 60
        let one = try await energy("--voltage", "230", "--power-factor", "0.5", "--phases", "1")
        #expect(abs((one ?? 0) - 1.15 * hours) < 1e-6)
        let three = try await energy("--voltage", "400", "--power-factor", "1")
        #expect(abs((three ?? 0) - 3.0.squareRoot() * 4 * hours) < 1e-6)
        let without = try await Tool.run("energy", table, "--voltage", "400")
        #expect(without.exitCode == 65 && without.errors.contains("--power-factor"))
        let neither = try await Tool.run("energy", table)
        #expect(neither.exitCode == 65 && neither.errors.contains("--power"))
    }

    @Test func `history finds season, trend and lags, and takes the readings of detect`() async throws {
        _ = try await synth()
        let table = folder.path("data/test.csv")
        let run = try await Tool.run("history", table)
        #expect(run.exitCode == 0, "\(run.errors)")
        let season = values(run, "season")
        #expect(abs((season["power period"].flatMap(Double.init) ?? 0) - 86_400) < 5_000)
        #expect((season["power season_strength"].flatMap(Double.init) ?? 0) > 0.8)
        let correlation = values(run, "correlation")
        #expect((correlation["temperature~viscosity pearson"].flatMap(Double.init) ?? 0) < -0.8)
        let model = folder.path("m.safetensors")
        _ = try await Tool.run("train", "mahalanobis", "--data", folder.path("data/train.csv"), "-o", model)
        let readings = folder.path("readings.csv")
        _ = try await Tool.run("detect", "--model", model, table, "-o", readings)
        let blamed = try await Tool.run("history", table, "--anomalies", readings, "--columns", "power")
        #expect(blamed.exitCode == 0, "\(blamed.errors)")
        #expect(values(blamed, "anomalies").keys.contains { $0.hasSuffix(" episodes") })
        let components = try await Tool.run("history", table, "--components", "--columns", "power")
        let rows = Table(components.text).rows
        #expect(rows.count == 2_880)
        for row in rows.prefix(50) where row["value"] != "" {
            let parts = ["trend", "season", "remainder"].compactMap { Double(row[$0] ?? "") }
            #expect(abs(parts.reduce(0, +) - (Double(row["value"] ?? "") ?? 0)) < 1e-5)
        }
        let json = try await Tool.run("history", table, "--json").object()
        #expect((json["machines"] as? [[String: Any]])?.count == 1)
    }

    /// What is wrong with a table, and what is said.
    static let hostile: [(text: String, words: String)] = [
        ("", "empty"), ("power [kW]\n", "no rows"), ("power [kW]\n1\n", "3"),
        ("power [kW],x\n1,2\nabc,2\n3,2\n", "abc"),
        ("time,power [kW]\n2024-01-01,1\n,2\n2024-01-03,3\n", "no time"), ("name\na\nb\n", "numbers"),
    ]

    @Test(arguments: hostile)
    func `a broken table is answered with a sentence`(_ text: String, _ words: String) async throws {
        let table = folder.path("broken.csv")
        try text.write(toFile: table, atomically: true, encoding: .utf8)
        let run = try await Tool.run("history", table)
        #expect(run.exitCode == 65 && run.output.isEmpty, "\(text): \(run.errors)")
        #expect(run.errors.contains(words), "\(run.errors)")
        let energy = try await Tool.run("energy", table)
        #expect(energy.exitCode == 65 && energy.output.isEmpty, "\(text): \(energy.errors)")
        #expect(energy.errors.contains("broken.csv"), "\(energy.errors)")
    }

    @Test func `times that repeat, gaps and missing columns do not stop it`() async throws {
        let table = folder.path("odd.csv")
        try "time,power [W],empty,flat\n0,1000,,5\n60,2000,,5\n60,,,5\n30,1000,,5\n9000,1000,,5\n9060,3000,,5\n".write(
            toFile: table, atomically: true, encoding: .utf8)
        let history = try await Tool.run("history", table)
        #expect(history.exitCode == 0, "\(history.errors)")
        let energy = try await Tool.run("energy", table)
        #expect(energy.exitCode == 0, "\(energy.errors)")
        let total = values(energy, "total")
        #expect(total[" gaps"] == "1" && total[" missing_rows"] == "1")
        let counted = total[" energy"].flatMap(Double.init) ?? 0
        #expect(abs(counted - 3.5 / 60) < 1e-6)
        let missing = try await Tool.run("energy", folder.path("none.csv"))
        #expect(missing.exitCode == 66)
        let unknown = try await Tool.run("energy", table, "--power", "powr")
        #expect(unknown.exitCode == 64 && unknown.errors.contains("power"))
    }
}
