import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Reporting

@Suite("Every kind of figure")
struct FigureContractTests {
    @Test("has an example here, and there are at least twenty")
    func complete() {
        let kinds = FigureCatalogue.kinds.map { $0.kind }
        #expect(kinds.count >= 20 && Set(kinds).count == kinds.count)
        #expect(Set(FigureExample.all.map(\.testDescription)) == Set(kinds))
    }

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
        #expect(!String(decoding: vector, as: UTF8.self).contains("href='http"))
    }

    @Test("names its axes with their units", arguments: FigureExample.all)
    func units(example: FigureExample) throws {
        let script = String(decoding: try example.figure.script().bytes(), as: UTF8.self)
        #expect(example.figure.axes.count >= 2)
        for axis in example.figure.axes {
            #expect(!axis.unit.isEmpty && !axis.quantity.isEmpty)
            #expect(script.contains(axis.text), "\(axis.text)")
        }
    }

    @Test(
        "draws the numbers of its table, and all columns have a name and numbers a unit", arguments: FigureExample.all)
    func numbers(example: FigureExample) throws {
        let table = example.figure.numbers
        #expect(table.rowCount > 0)
        let script = String(decoding: try example.figure.script().bytes(), as: UTF8.self)
        let drawn = Set(script.split { !("0123456789.e+-".contains($0)) }.compactMap { Double($0) })
        for column in table.columns {
            #expect(!column.name.isEmpty)
            guard case .numbers(let numbers) = column.cells else { continue }
            #expect(!column.unit.isEmpty)
            // Flags are drawn as areas and marks; levels below the darkest colour as that.
            guard column.unit != "0 or 1" else { continue }
            let finite = numbers.filter(\.isFinite)
            let found = finite.count { number in
                drawn.contains(number) || drawn.contains((number * 100).rounded() / 100)
                    || drawn.contains((number * 1000).rounded() / 10)
            }
            #expect(found == finite.count, "\(column.name): \(found) of \(finite.count)")
        }
    }

    @Test(
        "draws odd numbers or refuses them with a sentence, and runs nothing from its texts",
        arguments: FigureExample.all)
    func oddities(example: FigureExample) async throws {
        let gnuplot = try await Gnuplot.locate()
        for (number, figure) in example.oddities.enumerated() {
            _ = figure.numbers.csv()
            do {
                let script = try figure.script()
                // One run of gnuplot for the hostile texts and one for the wild numbers; each takes a tenth of a second.
                guard number == 3 || number == example.oddities.count - 1 else { continue }
                let text = String(decoding: script.bytes(), as: UTF8.self)
                #expect(!text.contains("\n!touch"))
                _ = try await gnuplot.draw(figure)
            } catch let error as SignalError {
                #expect(error.code == .insufficientData || error.code == .mismatch, "\(number): \(error)")
            }
        }
        #expect(!FileManager.default.fileExists(atPath: "trap"))
    }

    @Test("refuses columns of different length, as a damaged file may hold", arguments: FigureExample.all)
    func damaged(example: FigureExample) throws {
        func shortened<F: Figure>(_ figure: F) throws {
            let json = try ReportCoding.encoder.encode(figure)
            var members = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
            for (key, value) in members {
                guard var list = value as? [Any], list.count > 1 else { continue }
                list.removeLast()
                members[key] = list
                let data = try JSONSerialization.data(withJSONObject: members)
                let damaged = try ReportCoding.decoder.decode(F.self, from: data)
                _ = damaged.numbers.csv()
                // Some lists stand alone; the others are refused.
                _ = try? damaged.script().bytes()
            }
        }
        try shortened(example.figure)
    }
}
