import Testing

/// Help, and the answers to slips of the keyboard.
@Suite(.inTurns) struct HelpTests {
    static let commands = [
        "inspect", "extract", "spectrum", "synth", "train", "detect", "evaluate", "models", "benchmark", "worker",
        "doctor", "config", "energy", "history", "stream", "upload", "serve", "channel",
    ]

    static let flags: [(command: [String], flags: [String])] = [
        (["inspect"], ["--json", "--jsonl", "--channel", "--jobs", "--output", "--quiet", "--verbose"]),
        (["extract"], ["--feature", "--set", "--format", "--output", "--jobs", "--plot", "--normalize", "--channel"]),
        (["spectrum"], ["--envelope", "--rpm", "--bearing", "--json", "--plot", "--rate", "--unit", "--output"]),
        (["synth", "mimii"], ["--machines", "--normal", "--abnormal", "--snr", "--seed", "--jobs", "--output"]),
        (["synth", "vibration"], ["--snapshots", "--defect", "--seed", "--output"]),
        (["synth", "device"], ["--format", "--rate", "--speed", "--faults", "--fault-share", "--lines", "--seed"]),
        (["synth", "sensors"], ["--preset", "--rows", "--spacing", "--anomaly-rate", "--units", "--wear", "--seed"]),
        (["energy"], ["--power", "--current", "--tariff", "--operating-hours", "--unit", "--json", "--output"]),
        (["history"], ["--period", "--anomalies", "--components", "--unit", "--json", "--output"]),
        (
            ["stream"],
            [
                "--model", "--forecaster", "--speed", "--loop", "--resume", "--upload", "--fields", "--merge",
                "--interval",
            ]
        ),
        (["upload", "status"], ["--json", "--output", "--quiet"]),
        (["upload", "flush"], ["--interval", "--timeout", "--rows", "--single", "--json", "--output"]),
        (["upload", "dead"], ["--json", "--output"]),
        (["benchmark", "sensors"], ["--runs", "--rows", "--preset", "--seed", "--json", "--output"]),
        (["train"], ["--data", "--feature", "--output", "--threshold", "--seed", "--normalize", "--jobs"]),
        (["detect"], ["--model", "--per", "--json", "--jsonl", "--output", "--normalize"]),
        (["evaluate"], ["--model", "--data", "--report", "--min-auc", "--normalize", "--seed"]),
        (["models", "list"], ["--json", "--output"]),
        (["models", "show"], ["--json", "--output"]),
        (["benchmark", "extract"], ["--data", "--rounds", "--json", "--jobs"]),
        (["worker"], ["--feature", "--model", "--shard", "--null"]),
        (["doctor"], ["--json", "--output"]),
        (["serve"], ["--listen", "--store", "--token", "--rate-limit", "--bulk-limit", "--keep-days", "--thin"]),
        (["channel", "create"], ["--columns", "--private", "--store", "--url", "--json", "--output"]),
        (["channel", "list"], ["--store", "--url", "--json", "--output"]),
        (["channel", "keys"], ["--user", "--add-read", "--store", "--url", "--json", "--output"]),
        (["channel", "export"], ["--store", "--url", "--output"]),
        (["channel", "backup"], ["--store"]),
        (["config", "show"], ["--json", "--output"]),
    ]

    @Test func `the version is one line on standard output`() async throws {
        let run = try await Tool.run("--version")
        #expect(run.exitCode == 0)
        #expect(run.lines.count == 1)
        #expect(run.text.wholeMatch(of: #/\d+\.\d+\.\d+\n/#) != nil)
        #expect(run.errors.isEmpty)
    }

    @Test func `the help names every command and every exit code`() async throws {
        let run = try await Tool.run("--help")
        #expect(run.exitCode == 0)
        #expect(run.errors.isEmpty)
        for command in Self.commands { #expect(run.text.contains("\n  \(command) "), "\(command) is not named") }
        for code in ["0", "1", "64", "65", "66", "69", "70", "73", "130"] {
            #expect(run.text.contains(try Regex("[ \n]\(code)[ \n]")), "exit code \(code) is not named")
        }
    }

    @Test(arguments: flags)
    func `the help of a command names its flags`(_ command: [String], _ flags: [String]) async throws {
        let run = try await Tool.run(command + ["--help"])
        #expect(run.exitCode == 0)
        #expect(run.errors.isEmpty)
        #expect(run.text.contains("USAGE: auscult " + command.joined(separator: " ")))
        for flag in flags { #expect(run.text.contains(flag), "\(command) does not name \(flag)") }
        #expect(try await Tool.run(["help"] + command).text == run.text)
    }

    @Test(arguments: flags.map(\.command))
    func `the help of a command has an example`(_ command: [String]) async throws {
        let run = try await Tool.run(command + ["--help"])
        #expect(run.text.contains(#/Examples?:\s+(auscult|find|python3)/#))
    }

    /// What was typed, and what should be answered.
    static let slips: [(typed: [String], answer: String)] = [
        (["extrct", "x"], "did you mean 'extract'?"),
        (["Detect"], "did you mean 'detect'?"),
        (["extract", "x.wav", "-f", "log-mle"], "did you mean 'log-mel'?"),
        (["extract", "x.wav", "--format", "npx"], "did you mean 'npz'?"),
        (["extract", "x.wav", "--set", "log-mel.melBand=3"], "did you mean 'melBands'?"),
        (["extract", "x.wav", "--set", "log-mle.melBands=3"], "did you mean 'log-mel'?"),
        (["extract", "x.wav", "--set", "log-mel.melScale=slanei"], "did you mean 'slaney'?"),
        (["extract", "x.wav", "--unit", "m/s^"], "did you mean 'm/s^2'?"),
        (["extract", "x.wav", "--jbos", "2"], "Did you mean '--jobs'?"),
        (["synth", "mimii", "--machines", "fann"], "did you mean 'fan'?"),
        (["synth", "device", "--faults", "partial,unplg"], "did you mean 'unplug'?"),
        (["synth", "vibration", "--defect", "outer-rac"], "did you mean 'outer-race'?"),
        (["train", "pcs", "--data", "x.wav", "-o", "m"], "did you mean 'pca'?"),
        (["train", "pca", "--data", "x.wav", "-o", "m", "--threshold", "quantil:0.9"], "did you mean 'quantile'?"),
        (["train", "pca", "--data", "x.wav", "-o", "m", "--set", "component=0.9"], "did you mean 'components'?"),
        (["train", "pca", "--data", "x.wav", "-o", "m", "--aggregate", "maen"], "did you mean 'mean'?"),
    ]

    @Test(arguments: slips)
    func `an unknown name is answered with the nearest one`(_ typed: [String], _ answer: String) async throws {
        let run = try await Tool.run(typed)
        #expect(run.exitCode == 64)
        #expect(run.errors.contains(answer), "\(typed): \(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test(arguments: [
        ["models", "shwo"], ["synth", "mimi"], ["config", "shw"], ["benchmark", "extrat"], ["upload", "flsh"],
    ])
    func `an unknown command below a command is answered with the nearest one`(_ typed: [String]) async throws {
        let run = try await Tool.run(typed)
        #expect(run.exitCode == 64)
        #expect(run.errors.lowercased().contains("did you mean"), "\(typed): \(run.errors)")
    }

    @Test func `help of an unknown command says so`() async throws {
        let run = try await Tool.run("help", "extrct")
        #expect(run.exitCode == 64)
        #expect(run.errors.contains("'extract'"))
    }

    static let misuses: [[String]] = [
        ["--nope"], ["extract", "--nope", "x.wav"], ["extract"], ["inspect"], ["detect", "x.wav"], ["train", "pca"],
        ["extract", "x.wav", "--jobs", "0"], ["extract", "x.wav", "--jobs", "many"],
        ["extract", "x.wav", "--normalize", "loud"], ["extract", "x.wav", "--channel", "left"],
        ["extract", "x.wav", "-f", ""], ["extract", "x.wav", "-f", "log-mel,log-mel"],
        ["extract", "x.wav", "--set", "melBands"], ["extract", "x.wav", "--set", "melBands=3"],
        ["extract", "x.wav", "--set", "log-mel.melBands=99999999999999999999"],
        ["extract", "x.wav", "--rate=-5"], ["extract", "x.wav", "--rate", "nan"],
        ["train", "pca", "--data", "x.wav", "-o", "m", "-f", "log-mel,mfcc"],
        ["train", "pca", "--data", "x.wav", "-o", "m", "--holdout", "1"],
        ["train", "pca", "--data", "x.wav", "-o", "m", "--holdout", "nan"],
        ["train", "pca", "--data", "x.wav", "-o", "m", "--threshold", "quantile:7"],
        ["detect", "--model", "m", "x.wav", "--per", "hour"],
        ["synth", "mimii", "--seconds", "nan"], ["synth", "mimii", "--rate", "1e30"],
        ["synth", "mimii", "--ids", "9"], ["synth", "mimii", "--channels", "0"], ["synth", "mimii", "--snr", "inf"],
        ["synth", "mimii", "--normal", "0", "--abnormal", "0"], ["synth", "mimii", "--seed=-1"],
        ["synth", "sensors", "--rows", "5"], ["synth", "sensors", "--start", "yesterday"],
        ["synth", "sensors", "--spacing", "0"], ["synth", "sensors", "--anomaly-rate", "nan"],
        ["energy", "x.csv", "--tariff", "cheap"], ["energy", "x.csv", "--operating-hours", "22-6"],
        ["energy", "x.csv", "--longest-step", "0"], ["energy", "x.csv", "--demand-minutes", "nan"],
        ["history", "x.csv", "--json", "--components"], ["energy"], ["history"],
        ["benchmark", "sensors", "--runs", "0"],
        ["synth", "vibration", "--snapshots", "0"], ["synth", "vibration", "--onset", "nan"],
        ["upload", "flush", "--timeout", "0"], ["upload", "flush", "--interval", "soon"],
        ["worker", "--shard", "3/2"], ["worker", "--shard", "-1/2"], ["worker", "--shard", "a"],
        ["benchmark", "extract", "--rounds", "0"], ["benchmark", "extract", "--clips", "0"],
    ]

    @Test(arguments: misuses)
    func `misuse is answered with a sentence and exit code 64`(_ typed: [String]) async throws {
        let run = try await Tool.run(typed)
        #expect(run.exitCode == 64, "\(typed): \(run.errors)")
        #expect(run.errors.lowercased().contains("error:"))
        #expect(run.output.isEmpty)
    }

    @Test func `synth refuses an empty list of machines`() async throws {
        let run = try await Tool.run("synth", "mimii", "--machines", "")
        #expect(run.exitCode == 64)
    }

    @Test func `the known bearings are listed without a record`() async throws {
        let run = try await Tool.run("spectrum", "--list-bearings")
        #expect(run.exitCode == 0)
        #expect(run.text.contains("6205"))
        let withFile = try await Tool.run("spectrum", "any", "--list-bearings")
        #expect(withFile.exitCode == 0)
        #expect(withFile.text.contains("6205"))
    }

    @Test func `quiet and verbose are flags of every command`() async throws {
        for command in [["doctor"], ["models", "list"], ["config", "show"], ["spectrum", "any", "--list-bearings"]] {
            let run = try await Tool.run(command + ["--quiet"])
            #expect(run.exitCode == 0)
        }
    }
}
