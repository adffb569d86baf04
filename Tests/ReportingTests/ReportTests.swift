import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Reporting

@Suite("Reports")
struct ReportTests {
    private static func report(text: String = "Fan") -> Report {
        var section = Report.Section(text)
        section.say(text)
        section.show(NumberTable([.init(text, [text]), .init("x", unit: text, [.nan])]), caption: text)
        for example in FigureExample.all { section.show(example.figure) }
        return Report(title: text, summary: [text], created: text, tool: text, sections: [section])
    }

    @Test("A report read back from its file is the same, with every kind of figure")
    func roundTrip() throws {
        let report = Self.report()
        let bytes = try ReportCoding.encode(report)
        // Compared as bytes, since a missing number is not equal to itself.
        #expect(try ReportCoding.encode(ReportCoding.decode(Data(bytes))) == bytes)
    }

    @Test("Without gnuplot the numbers and the page are written, and the page says what is missing")
    func withoutGnuplot() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await ReportFolder(folder.url.path).write(Self.report(), gnuplot: nil)
        #expect(outcome.drawn == 0 && outcome.undrawn.count == FigureExample.all.count)
        let page = try String(contentsOfFile: outcome.page, encoding: .utf8)
        #expect(page.contains("gnuplot, which draws the pictures, is not installed") && page.contains("<details open>"))
        #expect(FileManager.default.fileExists(atPath: folder.path("figures/roc.csv")))
        #expect(try ReportFolder(folder.url.path).read().figures.count == FigureExample.all.count)
    }

    @Test("A page has no link outwards and no script, and takes hostile texts for texts")
    func page() throws {
        let report = Self.report(text: FigureExample.hostile)
        let html = ReportPage(report: report, pictures: [], reasons: []).html()
        #expect(!html.contains("<script") && !html.contains("</td><x") && html.contains("&lt;script&gt;"))
        #expect(!html.contains("http:") && !html.contains("https:") && !html.contains("src=\"/"))
    }

    @Test("Sentences in a table get room, and short texts and numbers take none from them")
    func sentences() {
        var report = Self.report()
        let sentence = "failure probability 0.91 is at least 0.5 and remaining life 3 is at most 10 rows"
        report.sections = [
            .init("", [.table(NumberTable([.init("unit", ["pump"]), .init("reason", [sentence])]), caption: "Rows")])
        ]
        let html = ReportPage(report: report, pictures: [], reasons: []).html()
        #expect(
            html.contains("<td>pump</td><td class=\"s\">\(sentence)</td>")
                && html.contains("<div class=\"scroll wide\">"))
        report.sections = [.init("", [.table(NumberTable([.init("unit", ["pump"])]), caption: "Rows")])]
        let short = ReportPage(report: report, pictures: [], reasons: []).html()
        #expect(short.contains("<td>pump</td>") && !short.contains("<div class=\"scroll wide\">"))
    }

    @Test("Figures of one name get files of their own, and no name leads out of the folder")
    func names() {
        var report = Self.report()
        var figure = TrainingHistoryFigure(name: "../../etc/x", loss: [1])
        figure.name = "../../etc/x"
        report.sections = [.init("", [.figure(figure), .figure(figure)])]
        report.nameFigures()
        #expect(report.figures.map(\.name) == ["etc-x", "etc-x-2"])
    }

    @Test(
        "A damaged report is a sentence", arguments: ["", "{", "[]", "{\"format\":\"x\",\"version\":1}", "null"])
    func damaged(text: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("report.json", text: text)
        let error = #expect(throws: SignalError.self) { try ReportFolder(folder.url.path).read() }
        #expect(error?.code == .malformed && error?.place.path?.hasSuffix("report.json") == true)
    }

    @Test("A folder without a report is a sentence")
    func missing() throws {
        let error = #expect(throws: SignalError.self) { try ReportFolder("/nowhere").read() }
        #expect(error?.code == .unreadable)
    }

    @Test("Thinning keeps every spike and every gap's place, and leaves short series alone")
    func thinning() {
        var values = [Double](repeating: 0, count: 100_000)
        values[777] = 5
        values[99_999] = -5
        let kept = values.rows(Decimation.rows(values))
        #expect(kept.count <= 2 * Decimation.columns && kept.contains(5) && kept.contains(-5))
        #expect(Decimation.rows([1, .nan, 2]) == [0, 1, 2])
    }
}
