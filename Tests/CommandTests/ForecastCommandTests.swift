import Foundation
import TestSupport
import Testing

/// `forecast`, and `train` of forecasters.
@Suite(.inTurns) struct ForecastCommandTests {
    private let folder: TemporaryFolder
    private let table: String

    init() throws {
        folder = try TemporaryFolder()
        table = folder.path("sensors.csv")
        try SensorTables.write(URL(filePath: table), rows: 400, isLabelled: false)
    }

    private func forecast(_ arguments: String...) async throws -> Tool.Run {
        try await Tool.run(["forecast", "--input", table] + arguments)
    }

    @Test func `The CSV has the columns of the contract, and times go on as they are written`() async throws {
        let run = try await forecast("--model", "holt-winters", "--horizon", "3")
        #expect(run.exitCode == 0)
        #expect(run.lines.first == "time,column,step,forecast,lower,upper")
        #expect(run.lines.count == 1 + 3 * 3)
        #expect(run.lines[1].hasPrefix("2024-03-01 06:40:00,temperature,1,"))
        #expect(run.lines[9].hasPrefix("2024-03-01 06:42:00,flow,3,"))
        for line in run.lines.dropFirst() {
            let numbers = line.split(separator: ",").suffix(3).compactMap { Double($0) }
            #expect(numbers.count == 3 && numbers[1] < numbers[0] && numbers[0] < numbers[2])
        }
    }

    @Test func `Auto says what it chose and why, and the backtest stands beside the baselines`() async throws {
        let run = try await forecast(
            "--horizon", "5", "--columns", "temperature,flow", "--backtest", "12", "--levels", "0.8,0.9", "--json")
        #expect(run.exitCode == 0)
        let object = try run.object()
        let choices = try #require(object["choices"] as? [[String: Any]])
        #expect(choices.count == 2)
        #expect((choices[0]["reason"] as? String)?.contains("mean absolute error over 60 origins") == true)
        #expect((choices[0]["trials"] as? [[String: Any]])?.count ?? 0 >= 8)
        let backtest = try #require(object["backtest"] as? [String: Any])
        #expect(backtest["origins"] as? Int == 12)
        let lines = try #require(backtest["lines"] as? [[String: Any]])
        #expect(Set(lines.compactMap { $0["method"] as? String }) == ["auto", "last-value", "seasonal-naive", "mean"])
        let rows = try #require(object["forecast"] as? [[String: Any]])
        #expect(rows.count == 10 && (rows[0]["intervals"] as? [Any])?.count == 2)
        let text = try await forecast("--model", "mean", "--horizon", "5", "--backtest", "12")
        #expect(text.errors.contains("MASE") && text.errors.contains("seasonal-naive"))
        #expect(text.lines.count == 16)
    }

    @Test func `A trained forecaster is shown, and forecasts the table it knows`() async throws {
        let model = folder.path("f.safetensors")
        let train = try await Tool.run(
            "train", "auto", "--data", table, "--horizon", "4", "--columns", "temperature,pressure", "-o", model)
        #expect(train.exitCode == 0 && train.text.contains("temperature: "))
        let show = try await Tool.run("models", "show", model)
        #expect(show.exitCode == 0 && show.text.contains("# Forecaster: auto") && show.text.contains("What was chosen"))
        let run = try await forecast("--model", model)
        #expect(run.exitCode == 0 && run.lines.count == 1 + 4 * 2)
        let same = try await forecast("--model", "auto", "--horizon", "4", "--columns", "temperature,pressure")
        #expect(same.output == run.output)
        let long = try await forecast("--model", model, "--horizon", "9")
        #expect(long.exitCode == 64 && long.errors.contains("1 to 4 steps"))
        let detect = try await Tool.run("detect", "--model", model, table)
        #expect(detect.exitCode == 65 && detect.errors.contains("is a forecaster"))
        let hourly = folder.path("hourly.csv")
        try SensorTables.write(URL(filePath: hourly), rows: 100, isLabelled: false, minutes: 60)
        let other = try await Tool.run("forecast", "--model", model, "--input", hourly)
        #expect(other.exitCode == 65 && other.errors.contains("s apart"))
        let listed = try await Tool.run("models")
        #expect(listed.text.contains("\nholt-winters  ") && listed.text.contains("forecasters, for train and forecast"))
    }

    /// A table of `time,a` with a change made to its lines.
    private func broken(_ change: (inout [String]) -> Void) throws -> String {
        var lines = ["time,a"]
        for row in 0..<120 {
            lines.append("2024-01-01 \(String(format: "%02d:%02d", row / 60, row % 60)):00,\(10 + row * 7 % 13)")
        }
        change(&lines)
        return try folder.write("broken.csv", text: lines.joined(separator: "\n") + "\n")
    }

    @Test func `Every way a table can be broken has its sentence and its place`() async throws {
        let cases: [(change: (inout [String]) -> Void, words: [String])] = [
            ({ $0[50] = "2024-01-01 00:49:00,much" }, ["'much'", ":51", "column 'a'"]),
            ({ $0[50] = ",5" }, ["is no time", ":51"]),
            ({ $0[50] = $0[49] }, ["the time is that of the row before", ":51"]),
            ({ $0[50] = "2023-01-01 00:49:00,5" }, ["the time goes back", ":51"]),
            ({ $0 = Array($0[...1]) }, ["a single row"]), ({ $0 = Array($0[...0]) }, ["no rows"]),
            ({ $0 = Array($0[...12]) }, ["at least"]),
            (
                { lines in for row in 60..<70 { lines[row] = String(lines[row].prefix(20)) } },
                ["10 values in a row", "60"]
            ),
            (
                { lines in for row in 1..<lines.count { lines[row] = String(lines[row].prefix(20)) + "x" } },
                ["no column of numbers"]
            ),
        ]
        for (change, words) in cases {
            let run = try await Tool.run("forecast", "--horizon", "4", "--input", try broken(change))
            #expect(run.exitCode == 65 && run.output.isEmpty)
            for word in words { #expect(run.errors.contains(word), "\(word): \(run.errors)") }
        }
    }

    @Test func `Short gaps are filled and counted, long ones end a run`() async throws {
        let short = try broken { lines in
            lines.removeSubrange(50...51)
            lines[80] = String(lines[80].prefix(20))
        }
        let run = try await Tool.run("forecast", "--horizon", "4", "--input", short)
        #expect(run.exitCode == 0 && run.lines[1].hasPrefix("2024-01-01 02:00:00,a,1,"))
        #expect(run.errors.contains("2 missing rows were filled") && run.errors.contains("1 missing cells were filled"))
        let long = try broken { $0.removeSubrange(30...39) }
        let parted = try await Tool.run("forecast", "--model", "mean", "--horizon", "4", "--input", long)
        #expect(parted.exitCode == 0 && parted.errors.contains("10 rows are missing before row 30"))
        let late = try broken { $0.removeSubrange(100...109) }
        let refused = try await Tool.run("forecast", "--model", "auto-regressive", "--horizon", "4", "--input", late)
        #expect(refused.exitCode == 65 && refused.errors.contains("in a row"))
        let filled = try await Tool.run(
            "forecast", "--model", "auto-regressive", "--horizon", "4", "--fill-gaps", "10", "--input", late)
        #expect(filled.exitCode == 0)
    }

    @Test func `Wrong use is told`() async throws {
        for (arguments, words) in [
            (["--model", "holt"], "holt-winters"), (["--levels", "1.5"], "--levels"), (["--horizon", "0"], "horizon"),
            (["--backtest", "0"], "--backtest"), (["--plot", "x.gif"], ".png"), (["--fill-gaps", "-1"], "--fill-gaps"),
            (["--set", "horizon=3"], "--horizon"), (["--set", "speed=3"], "speed"),
        ] {
            let run = try await Tool.run(["forecast", "--input", table] + arguments)
            #expect(run.exitCode == 64 && run.errors.contains(words), "\(arguments): \(run.errors)")
        }
        let missing = try await Tool.run("forecast", "--input", folder.path("none.csv"))
        #expect(missing.exitCode == 66)
        let detector = try await Tool.run("train", "pca", "--data", table, "--horizon", "3", "-o", folder.path("x"))
        #expect(detector.exitCode == 64 && detector.errors.contains("--horizon is for forecasters"))
    }

    @Test func `Scores of a detector are forecast, and when they cross its threshold is said`() async throws {
        let model = folder.path("d.safetensors")
        #expect(try await Tool.run("train", "pca", "--data", table, "-o", model).exitCode == 0)
        let run = try await Tool.run("forecast", "--input", table, "--score-model", model, "--horizon", "5", "--json")
        #expect(run.exitCode == 0)
        let crossings = try #require(try run.object()["crossings"] as? [[String: Any]])
        #expect(crossings.first?["column"] as? String == "score")
        // A slope reaches a limit when it must.
        let rising = try folder.write(
            "rising.csv",
            text: "minute_time,a\n"
                + (0..<200).map { "\($0 * 60),\(String(format: "%.3f", Double($0) + 0.2 * sin(Double($0 * $0))))\n" }
                .joined())
        let limit = try await Tool.run(
            "forecast", "--input", rising, "--threshold", "205", "--horizon", "10", "--model", "holt-winters", "--set",
            "trend=linear", "--columns", "a")
        #expect(limit.errors.contains("a is expected to reach 205"))
    }

    @Test func `Frames of a recording are forecast`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 1, abnormal: 1, seconds: 10)
        let clip = Clips.path(clips)
        let run = try await Tool.run(
            "forecast", "--input", clip, "-f", "vibration", "--set", "vibration.windowSeconds=0.1", "--set",
            "vibration.hopSeconds=0.1", "--columns", "rms", "--model", "mean", "--horizon", "2")
        #expect(run.exitCode == 0 && run.lines.count == 3)
        let wrong = try await Tool.run("forecast", "--input", clip, "-f", "vibration", "--columns", "rmss")
        #expect(wrong.exitCode == 64 && wrong.errors.contains("rms"))
    }
}
