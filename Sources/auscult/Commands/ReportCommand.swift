import ArgumentParser
import Reporting
import SignalCore

/// Makes the pictures and the page of a report anew from its numbers.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make the pictures and the page of a report anew from its numbers.",
        discussion: """
            A report is a folder that --report of evaluate, compare and detect writes: report.json with all its numbers, \
            index.html for people (one file that needs nothing else), and figures/ with every figure as PNG at 300 dots an inch, \
            SVG, CSV and JSON. This command reads report.json alone and writes the rest again; it prints the page's path.

            Without gnuplot the page has the numbers as tables instead of pictures, and the exit code is 69.

            Example: auscult report reports/fan
            """)

    @Argument(help: ArgumentHelp("The folder of a report.", valueName: "dir"))
    var folder: String

    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report = try ReportFolder(folder).read()
        let isComplete = try await ReportMaker.write(report, to: folder, jobs: try jobs.count(), common.console)
        let result = try ResultOutput(path: output.output)
        try result.write(folder + "/index.html\n")
        try result.finish()
        if !isComplete { _ = try await Gnuplot.locate() }
    }
}
