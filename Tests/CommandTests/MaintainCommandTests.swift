import Foundation
import TestSupport
import Testing

/// `train` on labelled rows, and `maintain`.
@Suite(.inTurns) struct MaintainCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) async throws -> Tool.Run { try await Tool.run(arguments, in: folder.url) }

    /// A small fleet and a model of it.
    private func trainFleet(_ more: String...) async throws -> Tool.Run {
        let synth = try await run("synth", "fleet", "--failed", "6", "--running", "3", "-o", "fleet")
        #expect(synth.exitCode == 0, "\(synth.errors)")
        return try await Tool.run(
            [
                "train", "random-forest", "--data", "fleet/failed.csv", "--unit", "unit", "--run-to-failure", "--cap",
                "80",
                "--set", "trees=8", "--set", "table.windows=10+30", "--folds", "2", "-o", "fleet.safetensors",
            ] + more, in: folder.url)
    }

    @Test func `A fleet that ran to failure is learnt, and running units get their advice`() async throws {
        let trained = try await trainFleet("--json")
        #expect(trained.exitCode == 0, "\(trained.errors)")
        let summary = try trained.object()
        #expect(summary["units"] as? Int == 6 && (summary["tells"] as? [String])?.count == 2)
        let csv = try await run("maintain", "--model", "fleet.safetensors", "--input", "fleet/running.csv")
        #expect(csv.exitCode == 0, "\(csv.errors)")
        #expect(
            csv.lines.first
                == "time,unit,failure_probability,risk,remaining_useful_life,lower,upper,next_check,reason")
        #expect(csv.lines.count == 4 && csv.lines[1].contains(",P007,"))
        #expect(csv.errors.contains("Planned maintenance 1, failure 5"))
        let json = try await run(
            "maintain", "--model", "fleet.safetensors", "--input", "fleet/running.csv", "--json", "--unplanned-cost",
            "9")
        let units = try #require(try json.json() as? [[String: Any]])
        #expect(units.count == 3)
        for unit in units {
            let (lower, life, upper) = (
                unit["lower"] as? Double ?? -1, unit["remaining_useful_life"] as? Double ?? -1,
                unit["upper"] as? Double ?? -1
            )
            #expect(0 <= lower && lower <= upper && upper <= 80 && (0...80).contains(life))
            #expect(["LOW", "MEDIUM", "HIGH"].contains(unit["risk"] as? String))
            let choices = try #require((unit["costs"] as? [String: Any])?["choices"] as? [[String: Any]])
            let first = try #require(choices.first)
            let failure = try #require(first["failure_probability"] as? Double)
            #expect(abs((first["expected_cost"] as? Double ?? 0) - (9 * failure + (1 - failure))) < 1e-9)
            #expect(unit["health"] is [String: Any])
        }
        let shown = try await run("models", "show", "fleet.safetensors")
        #expect(shown.text.contains("remaining useful life") && shown.exitCode == 0)
        // The same result on any number of threads, and for every row the same as for the last.
        let rows = try await run(
            "maintain", "--model", "fleet.safetensors", "--input", "fleet/running.csv", "--per", "row")
        #expect(rows.lines.count > 50 && rows.lines.contains(csv.lines[1]))
        let other = try await run(
            "maintain", "--model", "fleet.safetensors", "--input", "fleet/running.csv", "--high", "1", "--medium", "1",
            "--high-life", "0", "--medium-life", "0")
        #expect(!other.text.contains("MEDIUM"))
    }

    @Test func `A model is judged on units that it has not seen, by what is true of every row`() async throws {
        let trained = try await trainFleet("--importance", "permutation", "--json")
        #expect(trained.exitCode == 0, "\(trained.errors)")
        let rises = try #require(try trained.object()["held_out_importances"] as? [[String: Any]])
        #expect(Set(rises.compactMap { $0["part"] as? String }) == ["failure", "life"])
        _ = try await run("synth", "fleet", "--failed", "3", "--running", "1", "--seed", "9", "-o", "other")
        let judged = try await run(
            "evaluate", "--model", "fleet.safetensors", "--data", "other/failed.csv", "--run-to-failure", "--min-auc",
            "0.6", "--report", "report")
        #expect(judged.exitCode == 0, "\(judged.errors)")
        let document = try judged.object()
        let failure = try #require((document["failure"] as? [String: Any])?["overall"] as? [String: Any])
        let auc = (failure["ranking"] as? [String: Any])?["auc"] as? Double ?? 0
        #expect(auc > 0.6 && document["units"] as? Int == 3)
        let life = try #require(document["life"] as? [String: Any])
        #expect(life["row_count"] as? Int == document["rows"] as? Int)
        let (error, ofMean) = (
            life["root_mean_squared_error"] as? Double ?? .infinity, life["error_of_mean"] as? Double ?? 0
        )
        #expect(error < ofMean && life["mean_absolute_error"] as? Double ?? .infinity <= error)
        let page = try String(contentsOf: folder.url.appending(path: "report/index.html"), encoding: .utf8)
        for part in ["How well it tells failures", "permutation-importance-life", "calibration"] {
            #expect(page.contains(part), "\(part)")
        }
        // The probabilities that maintain tells are those that are judged.
        let again = try await run(
            "evaluate", "--model", "fleet.safetensors", "--data", "other/failed.csv", "--run-to-failure", "--min-auc",
            "0.9999")
        #expect(again.exitCode == 1 && again.errors.contains("below the gate"))
        for (arguments, words) in [
            (["--data", "other/failed.csv"], "give --run-to-failure"),
            (["--data", "fleet/failed.csv", "--run-to-failure"], "trained on this very table"),
            (["--data", "other/failed.csv", "--target", "presure"], "pressure"),
            (["--data", "other/failed.csv", "other/running.csv", "--run-to-failure"], "one table"),
        ] {
            let refused = try await Tool.run(["evaluate", "--model", "fleet.safetensors"] + arguments, in: folder.url)
            #expect(refused.exitCode != 0 && refused.errors.contains(words), "\(refused.errors)")
        }
    }

    @Test func `A life in hours gives the hour of the next check, whatever the rows are apart`() async throws {
        // Rows ten minutes apart; every unit lives 20 hours.
        var text = "time,unit,vibration,hours_left\n"
        for unit in 0..<4 {
            for row in 0...120 {
                let time = Date(timeIntervalSince1970: 1_700_000_000 + Double(unit * 1_000_000 + row * 600))
                let left = Double(120 - row) / 6
                text += "\(time.formatted(.iso8601)),U\(unit),\(3 - left / 10 + 0.01 * Double(row * 7 % 5)),\(left)\n"
            }
        }
        _ = try folder.write("rows.csv", text: text)
        let trained = try await run(
            "train", "random-forest", "--data", "rows.csv", "--unit", "unit", "--target", "hours_left", "--target-unit",
            "hours", "--fails-within", "5", "--folds", "2", "--set", "trees=20", "--set", "table.windows=5", "-o", "m")
        #expect(trained.exitCode == 0 && trained.text.contains("hours,"), "\(trained.errors)")
        let run = try await run("maintain", "--model", "m", "--input", "rows.csv", "--per", "row", "--json")
        let rows = try #require(try run.json() as? [[String: Any]])
        #expect(rows.count == 484)
        var waits = 0
        for row in rows {
            let (from, next) = (row["time"] as? String ?? "", row["next_check"] as? String ?? "")
            let after = row["next_check_after"] as? Double ?? -1
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            let wait = try Date(next, strategy: style).timeIntervalSince(Date(from, strategy: style))
            #expect(abs(wait - 3600 * after) < 0.01 && row["life_unit"] as? String == "hours")
            if row["risk"] as? String == "LOW" {
                #expect(abs(after - (row["lower"] as? Double ?? 0) / 2) < 1e-9)
                waits += 1
            }
        }
        #expect(waits > 100)
        let refused = try await self.run(
            "train", "random-forest", "--data", "rows.csv", "--unit", "unit", "--target", "hours_left", "--target-unit",
            "hour", "-o", "n")
        #expect(refused.exitCode == 64 && refused.errors.contains("hours"), "\(refused.errors)")
    }

    @Test func `Labelled rows without units give a probability and nothing else`() async throws {
        var text = "Type,torque,speed,Product ID,Machine failure\n"
        for row in 0..<300 {
            let (torque, speed) = (10 + row * 7 % 50, 100 + row * 13 % 90)
            text += "\(["L", "M", "H"][row % 3]),\(torque),\(speed),M\(row),\(torque * speed > 6500 ? 1 : 0)\n"
        }
        _ = try folder.write("rows.csv", text: text)
        let trained = try await run(
            "train", "random-forest", "--data", "rows.csv", "--label", "Machine failure", "--ordinal", "Type:L,M,H",
            "--set", "trees=20", "--set", "table.products=torque*speed", "-o", "m.safetensors")
        #expect(trained.exitCode == 0, "\(trained.errors)")
        #expect(trained.text.contains("looks at torque*speed"))
        let advice = try await run("maintain", "--model", "m.safetensors", "--input", "rows.csv")
        #expect(advice.exitCode == 0 && advice.lines.count == 301)
        #expect(advice.errors.contains("tells no remaining life"))
        let failing = try #require(advice.lines.first { $0.contains(",HIGH,") })
        #expect(failing.contains(",HIGH,,,,") && failing.contains("torque*speed"))
    }

    @Test func `A column that gives the answer away is refused or warned of by name`() async throws {
        var text = "torque,cause,repaired,failure\n"
        for row in 0..<200 {
            text += "\(row * 7 % 50),\(row % 20 == 0 ? 1 : 0),\(row % 10 == 0 ? 3 : 0),\(row % 10 == 0 ? 1 : 0)\n"
        }
        _ = try folder.write("rows.csv", text: text)
        let refused = try await run(
            "train", "random-forest", "--data", "rows.csv", "--label", "failure", "-o", "m.safetensors")
        #expect(refused.exitCode == 65 && refused.errors.contains("repaired") && refused.errors.contains("--exclude"))
        let warned = try await run(
            "train", "random-forest", "--data", "rows.csv", "--label", "failure", "--exclude", "repaired", "--set",
            "trees=5", "-o", "m.safetensors")
        #expect(warned.exitCode == 0 && warned.errors.contains("cause has a value that stands in failures only"))
    }

    @Test func `Usage is answered with what would be right`() async throws {
        _ = try folder.write("rows.csv", text: "unit,a,rul,failure\n1,1,2,0\n1,2,1,0\n1,3,0,1\n2,1,1,0\n2,3,0,1\n")
        func errors(_ code: Int32, _ arguments: String...) async throws -> String {
            let run = try await Tool.run(
                ["train", "random-forest", "--data", "rows.csv", "-o", "m.safetensors"] + arguments, in: folder.url)
            #expect(run.exitCode == code, "\(arguments) \(run.errors)")
            return run.errors
        }
        #expect(try await errors(64).contains("--label NAME"))
        #expect(try await errors(64, "--run-to-failure").contains("--unit"))
        #expect(try await errors(64, "--target", "rull").contains("rul"))
        #expect(try await errors(64, "--label", "failure", "--cap", "10").contains("--cap"))
        #expect(try await errors(64, "--target", "rul", "--cap", "0").contains("--cap"))
        #expect(try await errors(64, "--label", "failure", "--ordinal", "a").contains("Type:L,M,H"))
        #expect(try await errors(64, "--target", "rul", "--set", "table.windows=1").contains("2 to 10000"))
        #expect(try await errors(64, "--target", "rul", "--set", "tree=5").contains("trees"))
        let detector = try await run("train", "pca", "--data", "rows.csv", "--target", "rul", "-o", "m.safetensors")
        #expect(detector.exitCode == 64 && detector.errors.contains("random-forest"))
    }

    @Test func `Hostile tables and wrong models get a sentence`() async throws {
        #expect(try await trainFleet("-q").exitCode == 0)
        func refusal(_ name: String, _ text: String) async throws -> (code: Int32?, errors: String) {
            _ = try folder.write(name, text: text)
            let run = try await run("maintain", "--model", "fleet.safetensors", "--input", name)
            #expect(run.text.isEmpty, "\(name)")
            return (run.exitCode, run.errors)
        }
        let header = "time,unit,load [%],vibration [mm/s],temperature [C],current [A],pressure [bar]\n"
        let row = "2025-01-01T00:00:00Z,P1,70,2,58,14,6\n"
        let text = try await refusal("text.csv", header + row + "2025-01-01T08:00:00Z,P1,70,much,58,14,6\n")
        #expect(text.code == 65 && text.errors.contains("text.csv:3") && text.errors.contains("vibration"))
        let lacking = try await refusal("lacking.csv", "time,unit,load\n2025-01-01T00:00:00Z,P1,70\n")
        #expect(lacking.code == 65 && lacking.errors.contains("vibration"))
        #expect(try await refusal("empty.csv", "").code == 65)
        #expect(try await refusal("header.csv", header).code == 65)
        let spacing = try await refusal("spacing.csv", header + row + "2025-01-01T00:01:00Z,P1,70,2,58,14,6\n")
        #expect(spacing.code == 65 && spacing.errors.contains("apart"))
        #expect(try await run("maintain", "--model", "fleet.safetensors", "--input", "none.csv").exitCode == 66)
        #expect(try await run("maintain", "--model", "none.safetensors", "--input", "text.csv").exitCode == 66)
        let level = try await run(
            "maintain", "--model", "fleet.safetensors", "--input", "fleet/running.csv", "--level", "2")
        #expect(level.exitCode == 64)
        let costs = try await run(
            "maintain", "--model", "fleet.safetensors", "--input", "fleet/running.csv", "--unplanned-cost", "0.5")
        #expect(costs.exitCode == 64)
        let detect = try await run("detect", "--model", "fleet.safetensors", "fleet/running.csv")
        #expect(detect.exitCode == 65 && detect.errors.contains("maintain"))
        // One row of a unit, and readings that are missing, are no reason to fail.
        _ = try folder.write("single.csv", text: header + row.replacing(",70,", with: ",,"))
        let single = try await run("maintain", "--model", "fleet.safetensors", "--input", "single.csv")
        #expect(single.exitCode == 0 && single.lines.count == 2, "\(single.errors)")
    }

    @Test func `Units that lie between each other get what they get alone`() async throws {
        #expect(try await trainFleet("-q").exitCode == 0)
        let whole = try await run("maintain", "--model", "fleet.safetensors", "--input", "fleet/running.csv")
        let lines = try String(contentsOf: folder.url.appending(path: "fleet/running.csv"), encoding: .utf8)
            .split(separator: "\n")
        // By time: the rows of all units are mixed.
        let mixed = [lines[0]] + lines.dropFirst().sorted()
        _ = try folder.write("mixed.csv", text: mixed.joined(separator: "\n") + "\n")
        let other = try await run("maintain", "--model", "fleet.safetensors", "--input", "mixed.csv")
        #expect(other.exitCode == 0 && other.lines.sorted() == whole.lines.sorted(), "\(other.errors)")
    }

    @Test func `The benchmark of AI4I counts as its protocol says`() async throws {
        var text =
            "UDI,Product ID,Type,Air temperature [K],Process temperature [K],Rotational speed [rpm],Torque [Nm],Tool wear [min],Machine failure,TWF\n"
        for row in 0..<400 {
            let (speed, torque) = (1300 + row * 37 % 900, 20 + row * 11 % 50)
            let fails = torque * speed > 110_000
            text +=
                "\(row),L\(row),\(["L", "M", "H"][row % 3]),300,310,\(speed),\(torque),\(row % 250),\(fails ? 1 : 0),\(fails ? 1 : 0)\n"
        }
        _ = try folder.write("ai4i/ai4i2020.csv", text: text)
        let run = try await run("benchmark", "ai4i", "--data", "ai4i", "--repeats", "1", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let lines = try #require(try run.object()["lines"] as? [[String: Any]])
        #expect(lines.count == 5 && (lines[0]["f1"] as? Double ?? 0) > 0.8)
    }

    @Test func `The benchmark of C-MAPSS refuses what is not its file`() async throws {
        _ = try folder.write("other/train_FD001.txt", text: "1 1 2\n")
        let short = try await run("benchmark", "cmapss", "--data", "other")
        #expect(short.exitCode == 65 && short.errors.contains("26 numbers"))
        #expect(try await run("benchmark", "cmapss", "--data", "none").exitCode == 66)
    }
}
