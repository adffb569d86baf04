import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Reporting

@Suite("Running gnuplot")
struct GnuplotTests {
    @Test("A missing gnuplot is a sentence that names the package", arguments: ["", "/nowhere", "relative/folder"])
    func missing(searchPath: String) async throws {
        let error = await #expect(throws: SignalError.self) { try await Gnuplot.locate(searchPath: searchPath) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("apt-get install gnuplot-nox") == true)
    }

    @Test("What a failing gnuplot says reaches the person, on one line")
    func failing() async throws {
        let folder = try TemporaryFolder()
        let program = try folder.write("gnuplot", text: "#!/bin/sh\necho 'no \u{1B}[31mluck' >&2\nexit 3\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let gnuplot = try await Gnuplot.locate(searchPath: folder.url.path)
        #expect(gnuplot.path == program)
        var script = GnuplotScript(title: "")
        script.append([Float](repeating: 0, count: 1 << 20))
        let picture = folder.path("picture.png")
        let error = await #expect(throws: SignalError.self) { try await gnuplot.draw(script, to: picture) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("no \\u{1b}[31mluck") == true)
        #expect(!FileManager.default.fileExists(atPath: picture))
    }

    @Test("A script error leaves what was at the place of the picture")
    func scriptError() async throws {
        let folder = try TemporaryFolder()
        let picture = try folder.write("picture.png", text: "before")
        var script = GnuplotScript(title: "")
        script.command("plot nonsense(")
        let gnuplot = try await Gnuplot.locate()
        await #expect(throws: SignalError.self) { try await gnuplot.draw(script, to: picture) }
        #expect(try String(contentsOfFile: picture, encoding: .utf8) == "before")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["picture.png"])
    }

    @Test("Folders on the way are made; a place that cannot be written is named")
    func places() async throws {
        let folder = try TemporaryFolder()
        let gnuplot = try await Gnuplot.locate()
        let plot = SpectrumPlot.example(title: "")
        try await plot.write(to: folder.path("a/b/picture.png"), using: gnuplot)
        #expect(try PNGFile(folder.path("a/b/picture.png")).width == 2400)
        for path in [folder.path("a/b/picture.png/below.png"), folder.path("a/b")] {
            let error = await #expect(throws: SignalError.self) { try await plot.write(to: path, using: gnuplot) }
            #expect(error?.code == .unavailable && error?.place.path == path)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("a")) == ["b"])
    }

    @Test(
        "Texts become gnuplot strings that mean just themselves",
        arguments: [
            ("plain_name^2", "'plain_name^2'"), ("it's", "'it''s'"), ("`touch x`", "'`touch x`'"),
            ("a\nquit\n", "'a\\nquit\\n'"), ("\"$(x)\\", "'\"$(x)\\'"), ("'; system 'x", "'''; system ''x'"),
        ])
    func quoting(text: String, expected: String) {
        #expect(GnuplotScript.quoted(text) == expected)
    }

    @Test("Of a long title both ends are kept")
    func shortening() {
        let title = String(repeating: "a", count: 100) + "end"
        let short = GnuplotScript.shortened(title)
        #expect(short.count == 84)
        #expect(short.hasPrefix("aaa") && short.hasSuffix("aend") && short.contains("…"))
        #expect(GnuplotScript.shortened("short") == "short")
    }

    @Test("Hostile titles, labels and paths run nothing and draw a picture")
    func hostile() async throws {
        let folder = try TemporaryFolder()
        let trap = folder.path("trap")
        let title = "`touch \(trap)` $(touch \(trap)) \"'; system('touch \(trap)'); '\n!touch \(trap)\n@x %s \\"
        var plot = SpectrumPlot.example(title: title)
        plot.valueLabel = title
        plot.lines = [.init(name: title, frequency: 20)]
        let picture = folder.path("it's `a` \"picture\"\n%d.png")
        try await plot.write(to: picture, using: try await Gnuplot.locate())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 1)
        #expect(try PNGFile(picture).width == 2400)
    }
}

extension SpectrumPlot {
    /// A spectrum with one peak.
    static func example(title: String) -> SpectrumPlot {
        let frequencies = (0...100).map(Double.init)
        return SpectrumPlot(
            title: title, frequencies: frequencies, values: frequencies.map { 1 / (1 + ($0 - 20) * ($0 - 20)) },
            valueLabel: "Power spectral density (1/Hz)", scale: .logarithmic,
            lines: [.init(name: "BPFO", frequency: 20, isFound: true)])
    }
}
