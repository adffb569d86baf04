import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Telemetry

/// A process that uploads is killed, again and again; the channel has every row that was taken, once.
struct CrashTests {
    private static let program: URL? = {
        let bundles = Bundle.allBundles.filter { $0.bundlePath.hasSuffix(".xctest") }.map(\.bundleURL)
        let programs =
            bundles + [Bundle.main.executableURL, URL(filePath: CommandLine.arguments[0])].compactMap(\.self)
        return programs.map { $0.deletingLastPathComponent().appending(path: "TelemetryProbe") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }()

    /// Kills of one run: few in the suite, more by `AUSCULT_CRASH_ROUNDS`.
    private static let rounds = ProcessInfo.processInfo.environment["AUSCULT_CRASH_ROUNDS"].flatMap { Int($0) } ?? 12

    /// Answers that are lost now and then, so that a kill meets every state.
    private static func answers(_ channel: FakeChannel) -> @Sendable (UploadRequest) -> UploadReply {
        let calls = Shared(0)
        return { request in
            let reply = channel.reply(request)
            let number = calls.withLock { calls in
                calls += 1
                return calls
            }
            return request.method == .post && number % 5 == 0 ? UploadReply(status: 500) : reply
        }
    }

    @Test(.endsIfHanging)
    func `every row that was taken is in the channel exactly once, whenever the process is killed`() async throws {
        let program = try #require(Self.program)
        let folder = try TemporaryFolder()
        let channel = FakeChannel(clock: SystemUploadClock())
        let server = try await LocalServer(answer: Self.answers(channel))
        var generator = SeededGenerator(seed: 42)
        var next = 0
        for round in 0...Self.rounds {
            let isLast = round == Self.rounds
            let process = Process()
            process.executableURL = program
            process.arguments = [
                server.url, folder.path("state"), "\(next)", isLast ? "\(next)" : "\(next + 100_000)",
            ]
            let output = try FileHandle(forWritingTo: URL(filePath: try folder.write("out-\(round)", [])))
            process.standardOutput = output
            let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
            process.terminationHandler = { _ in continuation.finish() }
            try process.run()
            if !isLast {
                try await Task.sleep(for: .milliseconds(Int.random(in: 30...400, using: &generator)))
                kill(process.processIdentifier, SIGKILL)
            }
            for await _ in ends {}
            try output.close()
            let text = try String(contentsOf: URL(filePath: folder.path("out-\(round)")), encoding: .utf8)
            let taken = text.split(separator: "\n").compactMap { Int($0) }
            #expect(taken == Array(next..<next + taken.count))
            next += taken.count
            if isLast { #expect(text.hasSuffix("done\n") && process.terminationStatus == 0) }
        }
        try await server.close()
        #expect(next > 0)
        // A row may have been taken though the kill came before the number was printed; it is then sent again under the
        // next number, which is its own, and the channel has it once.
        let expected = (0..<next).map { Int64(1_749_000_000 + $0) }
        let stored = channel.stored
        #expect(channel.order.count == Set(channel.order).count)
        #expect(expected.allSatisfy { stored[$0] == ["field1": "\($0 - 1_749_000_000)"] })
        #expect(stored.count - expected.count <= 1)
    }
}
