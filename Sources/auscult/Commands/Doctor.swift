import ArgumentParser
import FeatureExtraction
import Foundation
import LinearAlgebra
import Messaging
import NeuralNetworks
import Reporting
import Server
import SignalCore
import SignalIO

/// Says what is installed, found and missing, with the remedy.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what the tool finds on this machine, and say how to mend what is missing.",
        discussion: "Example: auscult doctor")

    @Flag(help: "One JSON document.")
    var json = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    private struct Finding: Encodable {
        let what: String
        let found: Bool
        let detail: String
    }

    /// OpenBLAS takes slower kernels when it is told to, and its oldest ones for processors newer than itself; the networks
    /// do not use it.
    private static var blasRemedy: String {
        if let chosen = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] {
            return ", set by OPENBLAS_CORETYPE=\(chosen)"
        }
        let isOutdated = BLAS.coreType == "Prescott" && NetworkKernels.available.contains("avx2")
        return isOutdated ? ", for it does not know this processor; OPENBLAS_CORETYPE=Haswell takes faster ones" : ""
    }

    func run() async throws {
        var findings = [
            Finding(what: "auscult", found: true, detail: ToolVersion.current),
            Finding(what: "libsndfile", found: true, detail: LibraryVersions.sndfile),
            Finding(what: "libsoxr", found: true, detail: LibraryVersions.soxr),
            Finding(what: "FFTW", found: true, detail: RealFourierTransform.libraryVersion),
            Finding(what: "OpenBLAS", found: true, detail: "kernels for \(BLAS.coreType)\(Self.blasRemedy)"),
            Finding(
                what: "network kernels", found: true,
                detail: "\(NetworkKernels.instructionSet) (of \(NetworkKernels.available.joined(separator: ", ")))"),
            Finding(what: "libmosquitto", found: true, detail: BrokerLibrary.version),
            Finding(what: "cores", found: true, detail: "\(ProcessInfo.processInfo.activeProcessorCount)"),
        ]
        do {
            let gnuplot = try await Gnuplot.locate()
            findings.append(Finding(what: "gnuplot", found: true, detail: gnuplot.path))
        } catch let error as SignalError {
            findings.append(Finding(what: "gnuplot", found: false, detail: error.message))
        }
        findings.append(
            Finding(what: "dygraphs", found: PagePlots.isInstalled, detail: PagePlots.detail))
        findings += SerialPorts.found().map { Finding(what: "serial port", found: $0.isUsable, detail: $0.words) }
        let result = try ResultOutput(path: output.output)
        if json {
            try result.write(JSONText.document(findings))
        } else {
            var table = TextTable(["what", "state", "detail"])
            for finding in findings { table.append([finding.what, finding.found ? "ok" : "missing", finding.detail]) }
            try result.write(table.rendered())
        }
        try result.finish()
    }
}
