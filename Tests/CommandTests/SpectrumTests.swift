import Foundation
import TestSupport
import Testing

/// `spectrum` and `inspect`: looking at one record.
@Suite(.inTurns) struct SpectrumTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The paths of the snapshots of a bearing that fails, in their order.
    private func snapshots(_ defect: String) async throws -> [String] {
        let output = folder.url.appending(path: defect)
        let run = try await Tool.run(
            "synth", "vibration", "--snapshots", "8", "--defect", defect, "--output", output.path)
        guard run.exitCode == 0 else { throw Clips.Failure(description: run.errors) }
        return try Tree.files(output).keys.filter { $0.hasPrefix("2024.") }.sorted().map { output.path + "/" + $0 }
    }

    private static let machine = ["--rpm", "2000", "--bearing", "ZA-2115", "--tolerance", "0.03"]

    private func diagnose(_ path: String) async throws -> [String: Any] {
        let run = try await Tool.run(["spectrum", path, "--json"] + Self.machine)
        #expect(run.exitCode == 0, "\(run.errors)")
        return try run.object()
    }

    @Test func `the table has two columns and covers half the sample rate`() async throws {
        let clip = Clips.path(try await Clips.shared())
        let run = try await Tool.run("spectrum", clip)
        #expect(run.exitCode == 0)
        #expect(run.lines.first == "frequency,psd")
        let rows = Table(run.text).rows
        #expect(rows.first?["frequency"] == "0.0" && rows.last?["frequency"] == "8000.0")
        #expect(rows.allSatisfy { (Double($0["psd"] ?? "") ?? -1) >= 0 })
        let envelope = try await Tool.run("spectrum", clip, "--envelope")
        #expect(envelope.lines.first == "frequency,amplitude")
    }

    @Test func `a known tone stands where it belongs`() async throws {
        // 0.5 FS at 1 kHz, as text with one value a line.
        let samples = Tone.sine(1000, amplitude: 0.5, rate: 8000, count: 16384)
        let path = try folder.write("tone.txt", text: samples.map { "\($0)\n" }.joined())
        let run = try await Tool.run("spectrum", path, "--rate", "8000")
        #expect(run.exitCode == 0, "\(run.errors)")
        let rows = Table(run.text).rows.map { (Double($0["frequency"] ?? "") ?? 0, Double($0["psd"] ?? "") ?? 0) }
        let peak = try #require(rows.max { $0.1 < $1.1 })
        #expect(abs(peak.0 - 1000) < 1.5)
        // The integral of the density is the mean square: 0.5 * 0.5 / 2.
        let power = rows.map(\.1).reduce(0, +) * (rows[1].0 - rows[0].0)
        #expect(abs(power - 0.125) < 0.002)
    }

    @Test func `a fault of the inner race is named late in life and not before`() async throws {
        let paths = try await snapshots("inner-race")
        #expect(paths.count == 8)
        let early = try await diagnose(paths[0])
        #expect(["none", "not conclusive"].contains(early["verdict"] as? String))
        let late = try await diagnose(paths[6])
        #expect(late["verdict"] as? String == "inner race")
        #expect((late["reason"] as? String)?.contains("inner race") == true)
        let lines = try #require(late["lines"] as? [[String: Any]])
        #expect(lines.count == 5)
        for line in lines {
            for key in ["name", "expected_hz", "found_hz", "height_over_background", "harmonics"] {
                #expect(line[key] != nil, "\(key) is missing")
            }
        }
        let inner = try #require(lines.first { $0["name"] as? String == "inner race" })
        let expected = try #require(inner["expected_hz"] as? Double)
        let found = try #require(inner["found_hz"] as? Double)
        #expect(abs(found / expected - 1) <= 0.03)

        let text = try await Tool.run(["spectrum", paths[6]] + Self.machine)
        #expect(text.errors.contains("verdict: inner race"))
        #expect(text.lines.first == "frequency,psd")
    }

    @Test func `a fault of the outer race is named late in life and not before`() async throws {
        let paths = try await snapshots("outer-race")
        var verdicts: [String] = []
        for path in paths { verdicts.append(try await diagnose(path)["verdict"] as? String ?? "") }
        #expect(["none", "not conclusive"].contains(verdicts[0]))
        #expect(verdicts.contains("outer race"))
    }

    @Test func `a bearing by its dimensions is the bearing by its name`() async throws {
        let paths = try await snapshots("inner-race")
        let named = try await diagnose(paths[6])["lines"] as? [[String: Any]]
        let run = try await Tool.run(
            "spectrum", paths[6], "--json", "--rpm", "2000", "--tolerance", "0.03", "--elements", "16",
            "--element-diameter", "0.331", "--pitch-diameter", "2.815", "--contact-angle", "15.17")
        #expect(run.exitCode == 0, "\(run.errors)")
        let measured = try run.object()["lines"] as? [[String: Any]]
        for (left, right) in zip(named ?? [], measured ?? []) {
            let (one, other) = (left["expected_hz"] as? Double ?? 0, right["expected_hz"] as? Double ?? 1)
            #expect(abs(one / other - 1) < 0.002, "\(left["name"] ?? ""): \(one) and \(other) Hz")
        }
    }

    static let misuses: [(arguments: [String], answer: String)] = [
        (["--bearing", "6205"], "--rpm"), (["--rpm", "0"], "--rpm"), (["--rpm", "nan"], "--rpm"),
        (["--rpm", "1800", "--bearing", "62055"], "did you mean '6205'?"),
        (["--rpm", "1800", "--elements", "9"], "--element-diameter"),
        (["--rpm", "1800", "--bearing", "6205", "--elements", "9"], "--bearing"),
        (["--channel", "all"], "--channel"), (["--machine-class", "V"], "unknown machine class"),
        (["--segment", "0"], "0"), (["--rpm", "1e300", "--bearing", "6205"], "Hz"),
        (["--rpm", "1800", "--bearing", "6205", "--tolerance", "7"], "tolerance"),
    ]

    @Test(arguments: misuses)
    func `options that make no sense are refused`(_ arguments: [String], _ answer: String) async throws {
        let clip = Clips.path(try await Clips.shared())
        let run = try await Tool.run(["spectrum", clip, "-q"] + arguments)
        #expect(run.exitCode == 64 || run.exitCode == 65, "\(arguments): \(run.errors)")
        #expect(run.errors.contains(answer), "\(arguments): \(run.errors)")
        if arguments[0] == "--machine-class" {
            #expect(run.output.isEmpty)
        } else {
            #expect(run.output.isEmpty)
        }
    }

    @Test func `inspect measures what is known`() async throws {
        let path = try folder.write(
            "tone.csv",
            text: "time,x\n"
                + Tone.sine(50, amplitude: 2, rate: 1000, count: 5000).enumerated()
                .map { "\(Double($0) / 1000),\($1 + 0.25)\n" }.joined())
        let run = try await Tool.run("inspect", path, "--unit", "g", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let report = try #require((try run.json() as? [[String: Any]])?.first)
        #expect(abs((report["sample_rate_hz"] as? Double ?? 0) - 1000) < 0.01)
        #expect(report["channels"] as? Int == 1 && report["unit"] as? String == "g")
        #expect(abs((report["dc_offset"] as? Double ?? 0) - 0.25) < 1e-4)
        // RMS of 2 g of sine on 0.25 g: sqrt(2 + 0.0625).
        #expect(abs((report["rms_db"] as? Double ?? 0) - 10 * log10(2.0625)) < 0.01)
        #expect(abs(((report["dominant_lines_hz"] as? [Double])?.first ?? 0) - 50) < 1)
    }

    @Test func `inspect finds the lines of a short record`() async throws {
        let path = try folder.write(
            "short.txt", text: Tone.sine(50, rate: 1000, count: 2000).map { "\($0)\n" }.joined())
        let run = try await Tool.run("inspect", path, "--rate", "1000", "--json")
        let lines = (try run.json() as? [[String: Any]])?.first?["dominant_lines_hz"] as? [Double]
        #expect(abs((lines?.first ?? 0) - 50) < 1)
    }

    @Test func `inspect shows container, rate, level and place`() async throws {
        let clips = try await Clips.shared()
        let report = try #require(
            (try await Tool.run("inspect", Clips.path(clips, "abnormal", 1), "--json").json() as? [[String: Any]])?
                .first)
        #expect(report["container"] as? String == "WAV" && report["bits"] as? Int == 16)
        #expect(report["machine"] as? String == "fan" && report["id"] as? String == "id_00")
        #expect(report["label"] as? String == "abnormal" && report["seconds"] as? Double == 1)
        #expect(report["clipped_samples"] as? Int == 0)
        let peak = try #require(report["peak_db"] as? Double)
        let level = try #require(report["rms_db"] as? Double)
        #expect(peak <= 0 && level < peak)
        let table = try await Tool.run("inspect", clips.path)
        for heading in ["path", "machine", "label", "rate Hz", "peak dB", "RMS dB", "clipped", "lines Hz"] {
            #expect(table.lines.first?.contains(heading) == true, "no column \(heading)")
        }
        #expect(table.lines.count == 12)
        #expect(Set(table.lines.map { $0.hasSuffix(" ") }) == [false])
    }
}
