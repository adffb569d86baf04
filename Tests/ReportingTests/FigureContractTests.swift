import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Reporting

@Suite("Every kind of figure")
struct FigureContractTests {
    @Test("is drawn as a PNG with 300 dots an inch and as well-formed SVG", arguments: FigureExample.all)
    func pictures(example: FigureExample) async throws {
        let folder = try TemporaryFolder()
        let gnuplot = try await Gnuplot.locate()
        // Set to look at the pictures.
        let kept = ProcessInfo.processInfo.environment["AUSCULT_KEEP_FIGURES"]
        let stem = (kept ?? folder.url.path) + "/" + type(of: example.figure).kind
        try await gnuplot.write(example.figure, toPNG: stem + ".png", svg: stem + ".svg")

        let picture = try PNGFile(stem + ".png")
        #expect(picture.width == 2400 && picture.height >= 600 && picture.types.last == "IEND")
        // 11811 dots a metre (0x2e23) both ways, unit 1: the metre.
        #expect(picture.data["pHYs"] == [0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1])
        let vector = try Data(contentsOf: URL(filePath: stem + ".svg"))
        #expect(WellFormed(vector).error == nil)
    }
}
