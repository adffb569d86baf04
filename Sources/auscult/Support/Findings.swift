import ArgumentParser
import Foundation
import SignalCore

/// Counts the inputs that failed and says so at the end.
struct Failures: Sendable {
    private(set) var errors: [SignalError] = []
    private(set) var succeeded = 0

    /// Counts an input that worked.
    mutating func succeed() { succeeded += 1 }

    /// Notes an input that failed and prints why.
    mutating func add(_ error: SignalError) {
        errors.append(error)
        if error.code != .cancelled { Console.printError(error.description) }
    }

    /// Ends the run as its failures demand: not at all when there are none, with the error's own code when it was the
    /// only input, else with "some failed".
    func conclude(_ console: Console) throws {
        if Interruption.isRequested { throw ExitCode(ExitStatus.interrupted) }
        guard !errors.isEmpty else { return }
        if succeeded == 0, errors.count == 1 { throw ExitCode(ExitStatus.code(for: errors[0])) }
        console.note("\(errors.count) of \(errors.count + succeeded) inputs failed:")
        for error in errors.prefix(20) {
            console.note("  \(error.place.path?.escapingControlCharacters ?? error.message)")
        }
        if errors.count > 20 { console.note("  and \(errors.count - 20) more") }
        throw ExitCode(ExitStatus.someFailed)
    }
}
