import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Reporting

@Suite("Spectrogram pictures")
struct SpectrogramPlotTests {
    /// A ridge that rises through 40 bands in 100 columns.
    private static func ridge(frequencies: [Double]) throws -> Spectrogram {
        var levels: [Float] = []
        for column in 0..<100 {
            for row in frequencies.indices {
                levels.append(-Float(abs(row * 100 - column * frequencies.count)) / 20)
            }
        }
        return try Spectrogram(startTime: 0, columnSeconds: 0.1, frequencies: frequencies, levels: levels)
    }

    private static let linear = (0..<40).map { Double($0) * 200 }

    @Test("The file is a PNG of 2400 x 1350 pixels that states 300 dots an inch, the same in every run")
    func file() async throws {
        let folder = try TemporaryFolder()
        let gnuplot = try await Gnuplot.locate()
        let plot = SpectrogramPlot(
            title: "fan/id_00/00000000.wav", spectrogram: try Self.ridge(frequencies: Self.linear))
        try await plot.write(to: folder.path("one.png"), using: gnuplot)
        try await plot.write(to: folder.path("two.png"), using: gnuplot)
        let picture = try PNGFile(folder.path("one.png"))
        #expect(picture.width == 2400 && picture.height == 1350)
        #expect(picture.types.prefix(2) == ["IHDR", "pHYs"] && picture.types.last == "IEND")
        #expect(picture.types.filter { $0 == "pHYs" }.count == 1)
        // 11811 = 0x2E23 pixels a metre, both ways; the checksum was computed with zlib.
        #expect(picture.data["pHYs"] == [0, 0, 0x2E, 0x23, 0, 0, 0x2E, 0x23, 1])
        #expect(picture.checksums["pHYs"] == 0x78A5_3F76)
        #expect(picture.bytes == (try PNGFile(folder.path("two.png")).bytes))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
    }

    @Test("Another resolution in the picture is replaced")
    func replacedResolution() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("one.png")
        try await SpectrumPlot.example(title: "").write(to: path, using: try await Gnuplot.locate())
        let bytes = try PNGFile(path).bytes
        let coarse = try PortableNetworkGraphics.settingResolution(of: bytes, pixelsPerMetre: 2835)
        #expect(coarse != bytes && coarse.count == bytes.count)
        #expect(try PortableNetworkGraphics.settingResolution(of: coarse, pixelsPerMetre: 11811) == bytes)
    }

    @Test("A cut-off picture is refused at every length")
    func truncatedPicture() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("one.png")
        try await SpectrumPlot.example(title: "").write(to: path, using: try await Gnuplot.locate())
        let bytes = try PNGFile(path).bytes
        for length in Array(0..<200) + [bytes.count - 12, bytes.count - 1] {
            #expect(throws: SignalError.self) {
                try PortableNetworkGraphics.settingResolution(of: Array(bytes[..<length]), pixelsPerMetre: 1)
            }
        }
    }

    @Test("The script has units on all axes, a fixed range of levels and the data of every row")
    func script() throws {
        let bytes = try SpectrogramPlot(title: "x", spectrogram: Self.ridge(frequencies: Self.linear)).script().bytes
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("set xlabel 'Time (s)'") && text.contains("set label 'Frequency (kHz)'"))
        #expect(text.contains("set cblabel 'Level (dB)'") && text.contains("set cbrange [-80.0:"))
        #expect(text.contains("binary array=(100,40)"))
        let ending = Array("with image\n".utf8)
        let data = bytes.indices.first { bytes[$0...].starts(with: ending) }.map { $0 + ending.count }
        #expect(data.map { bytes.count - $0 } == 100 * 40 * 4 + 1)
    }

    @Test("Time is written in seconds, minutes or hours", arguments: [(1.0, "s"), (30, "min"), (300, "h")])
    func timeUnits(columnSeconds: Double, unit: String) throws {
        let spectrogram = try Spectrogram(
            startTime: 0, columnSeconds: columnSeconds, frequencies: [100, 200],
            levels: [Float](repeating: 0, count: 200))
        let script = try SpectrogramPlot(title: "", spectrogram: spectrogram).script()
        #expect(String(decoding: script.bytes, as: UTF8.self).contains("set xlabel 'Time (\(unit))'"))
    }

    private func slaneyFrequency(_ mel: Double) -> Double {
        mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    }

    @Test("Ticks stand at their frequency between the centres of the bands")
    func ticks() {
        let linear = FrequencyTicks.ticks(for: (0...512).map { Double($0) * 15.625 })
        #expect(linear.map(\.frequency) == [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000])
        #expect(linear.map(\.position) == (0...8).map { Double($0) * 64 })

        // Logarithmic bands, three an octave: every octave is three rows further.
        let octaves = FrequencyTicks.ticks(for: (0..<30).map { 31.25 * exp2(Double($0) / 3) })
        #expect(octaves.map(\.frequency) == [31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000])
        for (tick, expected) in zip(octaves.dropFirst(2), 2...) {
            #expect(abs(tick.position - Double(expected * 3)) < 1e-9)
        }

        // 64 bands equally far apart on Slaney's mel scale up to 8 kHz: near-linear, then logarithmic.
        let mel = FrequencyTicks.ticks(for: (1...64).map { slaneyFrequency(Double($0) * 45.245640471924965 / 65) })
        #expect(mel.map(\.frequency) == [63, 250, 500, 1000, 2000, 3000, 4000, 6000])
        for (tick, expected) in zip(mel, [0.945, 3.75, 7.5, 15, 25.0836]) {
            #expect(abs(tick.position - (expected / 45.245640471924965 * 65 - 1)) < 0.02)
        }
        #expect(FrequencyTicks.ticks(for: [440]).map(\.frequency) == [440])
    }

    @Test("Bands that do not rise, missing levels and values that are not finite are refused")
    func refusals() {
        func make(_ frequencies: [Double], _ levels: [Float], seconds: Double = 1) throws -> Spectrogram {
            try Spectrogram(startTime: 0, columnSeconds: seconds, frequencies: frequencies, levels: levels)
        }
        #expect(throws: SignalError.self) { try make([], []) }
        #expect(throws: SignalError.self) { try make([2, 1], [0, 0]) }
        #expect(throws: SignalError.self) { try make([1, .nan], [0, 0]) }
        #expect(throws: SignalError.self) { try make([1, 2], []) }
        #expect(throws: SignalError.self) { try make([1, 2], [0, 0, 0]) }
        #expect(throws: SignalError.self) { try make([1, 2], [0, -.infinity]) }
        #expect(throws: SignalError.self) { try make([1, 2], [0, 0], seconds: 0) }
        #expect(throws: SignalError.self) {
            try SpectrogramPlot(title: "", spectrogram: make([1, 2], [0, 0]), dynamicRange: -1).script()
        }
    }
}
