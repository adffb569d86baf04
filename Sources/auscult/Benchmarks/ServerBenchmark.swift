import ArgumentParser
import Foundation
import SignalCore

/// The embedded server over HTTP: writes, bulk writes, reads while a stream runs, and clients that follow events.
struct ServerBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "The embedded server: writes, bulk writes and reads over HTTP while a stream is shown and stored.",
        discussion: """
            Server and clients run on this machine and share its cores; what is counted was answered, and all of it is found \
            in the store afterwards. Every answer comes after its rows are on the disk. Writes are set beside the floor: the \
            same rows straight into the store, without HTTP. Reads are of the newest 8,000 rows of a channel as JSON, while a \
            stream of four sensors at 10 Hz is stored and shown, and while another client writes 50 rows a second.

            Example: auscult benchmark server --seconds 5
            """)

    @Option(help: ArgumentHelp("Seconds of each part.", valueName: "s"))
    var seconds = 5.0

    @Option(help: ArgumentHelp("Connections that write at once.", valueName: "n"))
    var connections = 16

    @Option(help: ArgumentHelp("Clients that follow events.", valueName: "n"))
    var clients = 200

    @OptionGroup var seeds: SeedOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    private static let bulkRows = 960

    func run() async throws {
        guard (1...600).contains(seconds), (1...200).contains(connections), (1...250).contains(clients) else {
            throw SignalError(
                .invalidOption, "--seconds is 1 to 600, --connections 1 to 200, --clients 1 to 250")
        }
        let served = try await BenchmarkServer(clients: 0)
        let bench = ServerBench(
            store: served.store, port: served.port, seconds: seconds, connections: connections, seed: try seeds.value())

        common.console.note("writes one by one, \(connections) connections")
        var lines = try await bench.singleWrites()
        common.console.note("bulk writes of \(Self.bulkRows) rows")
        lines += try await bench.bulkWrites(rows: Self.bulkRows)
        common.console.note("\(clients) clients follow events; reads of 8,000 rows while a stream runs")
        lines += try await bench.reads(served, clients: clients)
        try await served.close()

        let report = BenchmarkTable(lines: lines)
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(report) : report.text)
        try result.finish()
    }
}
