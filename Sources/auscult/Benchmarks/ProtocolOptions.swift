import ArgumentParser
import Foundation
import LinearAlgebra
import Reporting
import SignalCore
import SignalIO

/// The flags of a benchmark that follows a published protocol on a public data set.
struct ProtocolOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp("The data set, laid out as published (see docs/benchmarks.md).", valueName: "dir"))
    var data: String

    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document instead of a table.")
    var json = false

    /// Prints a report: a table for people, or one JSON document.
    func write(_ report: some ProtocolReport) throws {
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(report) : report.text)
        try result.finish()
    }

    /// The files of a folder whose names end so, in the order of the numbers in their names; a folder without any is
    /// refused with what was expected.
    func files(in folder: String, ending suffix: String, expected: String) throws -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let chosen = names.filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
        guard !chosen.isEmpty else {
            throw SignalError(.unreadable, "holds no \(expected)").at(path: folder)
        }
        return chosen.map { folder + "/" + $0 }
    }
}

/// What a protocol benchmark found.
protocol ProtocolReport: Encodable {
    /// The whole report for people: what was measured by which protocol, the tables, the published figures beside ours.
    var text: String { get }
}

/// The machine that a benchmark ran on, for its report.
enum BenchmarkMachine {
    /// Cores and the kernels of OpenBLAS in use.
    static var words: String {
        let chosen = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"].map {
            " (set by OPENBLAS_CORETYPE=\($0))"
        }
        return
            "\(ProcessInfo.processInfo.activeProcessorCount) cores, OpenBLAS kernels for \(BLAS.coreType)\(chosen ?? "")"
    }
}
