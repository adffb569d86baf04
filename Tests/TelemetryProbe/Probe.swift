import Foundation
import Telemetry

/// Takes rows and sends them until it is killed: `TelemetryProbe URL STATE FIRST COUNT`. Prints the number of every row
/// that was taken, and `done` when all are sent.
@main
enum Probe {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let first = Int(arguments[3]), let count = Int(arguments[4]) else { exit(64) }
        let access = try ChannelAccess(
            url: arguments[1], channel: 7, writeKey: "WRITEKEY12345678", readKey: "READKEY123456789")
        var options = UploaderOptions(for: access)
        options.interval = 0
        options.maximumRows = 100
        options.settleSeconds = 0
        let transport = HTTPTransport(totalTimeout: 2)
        let uploader = try ThingSpeakUploader(
            access: access, stateDirectory: arguments[2], options: options, transport: transport)
        let run = Task { await uploader.run() }
        for number in first..<max(first, count) {
            try await uploader.submit([UploadRow(time: 1_749_000_000 + Double(number), values: [1: Double(number)])])
            try FileHandle.standardOutput.write(contentsOf: Data("\(number)\n".utf8))
            // A pace at which the sending keeps up, so that a kill meets every state of it.
            try await Task.sleep(for: .milliseconds(1))
        }
        try await uploader.drain()
        try FileHandle.standardOutput.write(contentsOf: Data("done\n".utf8))
        await uploader.stop()
        await run.value
        await transport.close()
    }
}
