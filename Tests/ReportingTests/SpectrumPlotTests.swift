import SignalCore
import TestSupport
import Testing

@testable import Reporting

@Suite("Spectrum pictures")
struct SpectrumPlotTests {
    @Test("The file is a PNG of 2400 x 1350 pixels, the same in every run", arguments: [true, false])
    func file(isLinear: Bool) async throws {
        let folder = try TemporaryFolder()
        let gnuplot = try await Gnuplot.locate()
        var plot = SpectrumPlot.example(title: "12k_DE_IR007_0")
        if isLinear { plot.scale = .linear }
        try await plot.write(to: folder.path("one.png"), using: gnuplot)
        try await plot.write(to: folder.path("two.png"), using: gnuplot)
        let picture = try PNGFile(folder.path("one.png"))
        #expect(picture.width == 2400 && picture.height == 1350 && picture.data["pHYs"] != nil)
        #expect(picture.bytes == (try PNGFile(folder.path("two.png")).bytes))
    }

    @Test("Lines inside the spectrum are named with their harmonic, solid where found; those outside are left out")
    func lines() throws {
        var plot = SpectrumPlot.example(title: "")
        plot.lines = [
            .init(name: "BPFO", harmonic: 1, frequency: 20, isFound: true),
            .init(name: "BPFO", harmonic: 2, frequency: 40), .init(name: "BPFO", harmonic: 9, frequency: 180),
        ]
        let text = String(decoding: try plot.script().bytes, as: UTF8.self)
        #expect(text.contains("set label 'BPFO ×1'") && text.contains("set label 'BPFO ×2'"))
        #expect(!text.contains("BPFO ×9"))
        #expect(text.contains("from first 20.0,graph 0 to first 20.0,graph 1 nohead linewidth 0.6 linecolor"))
        #expect(
            text.split(separator: "\n").filter { $0.contains("arrow from first") }.map { $0.contains("type 1") }
                == [true, false])
    }

    @Test("Labels are moved apart no further than needed and stay in the picture")
    func spreading() {
        #expect(SpectrumPlot.spread([0.2, 0.5]) == [0.2, 0.5])
        #expect(SpectrumPlot.spread([]) == [])
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let count = Int.random(in: 1...50, using: &generator)
            let positions = (0..<count).map { _ in 0.105 + generator.uniform() * 0.87 }.sorted()
            let moved = SpectrumPlot.spread(positions)
            #expect(moved.count == count)
            #expect(zip(moved, moved.dropFirst()).allSatisfy { $1 - $0 > 0.0169 })
            #expect(moved.allSatisfy { $0 > 0.1049 && $0 < 0.9751 })
        }
    }

    @Test("More lines than fit leave out the highest harmonics")
    func tooManyLines() throws {
        var plot = SpectrumPlot.example(title: "")
        plot.lines = (1...90).map { .init(name: "FTF", harmonic: $0, frequency: Double($0)) }
        let text = String(decoding: try plot.script().bytes, as: UTF8.self)
        #expect(text.contains("'FTF ×51'") && !text.contains("'FTF ×52'"))
    }

    @Test("Spectra that cannot be drawn are refused with a sentence")
    func refusals() {
        func script(_ frequencies: [Double], _ values: [Double], _ scale: SpectrumPlot.Scale) throws {
            _ = try SpectrumPlot(
                title: "", frequencies: frequencies, values: values, valueLabel: "", scale: scale
            ).script()
        }
        #expect(throws: SignalError.self) { try script([], [], .linear) }
        #expect(throws: SignalError.self) { try script([1], [1], .linear) }
        #expect(throws: SignalError.self) { try script([1, 2], [1], .linear) }
        #expect(throws: SignalError.self) { try script([1, 3, 2, 4], [1, 1, 1, 1], .linear) }
        #expect(throws: SignalError.self) { try script([1, 2], [1, .nan], .linear) }
        #expect(throws: SignalError.self) { try script([1, 2], [0, 0], .logarithmic) }
    }

    @Test("A spectrum of zeros is drawn on a linear scale")
    func zeros() async throws {
        let folder = try TemporaryFolder()
        let plot = SpectrumPlot(title: "", frequencies: [0, 1], values: [0, 0], valueLabel: "", scale: .linear)
        try await plot.write(to: folder.path("one.png"), using: try await Gnuplot.locate())
        #expect(try PNGFile(folder.path("one.png")).height == 1350)
    }
}
