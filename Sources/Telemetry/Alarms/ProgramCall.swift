internal import Foundation
internal import Subprocess
internal import SystemPackage

/// Runs a program that gets a short text on its standard input.
///
/// What it writes goes to our standard error, for our standard output holds readings.
struct ProgramCall: Sendable {
    /// Bytes of input, which a pipe must take at once: the program may end without having read them.
    static let maximumInput = 32_768

    let path: String
    let arguments: [String]
    var environment: [String: String] = [:]
    /// Seconds after which the program is ended.
    var timeout = 30.0

    /// - Throws: ``AlarmFailure`` when it cannot be started, fails, or takes too long.
    func run(input: String) async throws {
        let name = (path as NSString).lastPathComponent
        let bytes = Array(input.utf8.prefix(Self.maximumInput))
        do {
            // A pipe of our own, filled before the program starts: writing to one that does not read would be a signal.
            let (reading, writing) = try FileDescriptor.pipe()
            do {
                try writing.writeAll(bytes)
                try writing.close()
            } catch {
                try? reading.close()
                throw error
            }
            var environment = Environment.inherit
            environment = environment.updating(
                Dictionary(uniqueKeysWithValues: self.environment.map { (.init(stringLiteral: $0.key), $0.value) }))
            var options = PlatformOptions()
            // With all that it has started, which would otherwise go on without it.
            options.processGroupID = 0
            options.teardownSequence = [
                .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
                .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(100)),
            ]
            let status = try await Self.within(seconds: timeout) { [environment, options] in
                try await Subprocess.run(
                    .path(FilePath(path)), arguments: Arguments(arguments), environment: environment,
                    platformOptions: options, input: .fileDescriptor(reading, closeAfterSpawningProcess: true),
                    output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
                    error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
                ).terminationStatus
            }
            guard let status else { throw AlarmFailure("\(name) was ended after \(Int(timeout)) s") }
            guard status.isSuccess else { throw AlarmFailure("\(name) failed (\(status))") }
        } catch let failure as AlarmFailure {
            throw failure
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw AlarmFailure("\(name) cannot be run: \(error)")
        }
    }

    /// The result of an operation, or nothing when the time is over.
    private static func within<Result: Sendable>(
        seconds: Double, _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result? {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
