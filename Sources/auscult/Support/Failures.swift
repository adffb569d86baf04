import ArgumentParser
import Foundation
import SignalCore

/// Counts the inputs that failed, prints why at once, and names them again at the end.
struct Failures: Sendable {
    /// More names at the end help nobody, and a hundred thousand errors would fill the memory.
    private static let mostNamed = 20

    /// Inputs that failed.
    private(set) var count = 0
    /// Inputs that worked.
    private(set) var succeeded = 0
    /// The first of what failed, with the reasons.
    private(set) var first: [SignalError] = []

    /// Counts an input that worked.
    mutating func succeed() { succeeded += 1 }

    /// Counts an input that worked, and says what there is to know about it; one that is cut off counts as failed.
    mutating func note(_ summary: FeaturePipeline.Summary, of path: String, _ console: Console) {
        note(warnings: summary.warnings, isIncomplete: summary.isIncomplete, of: path, console)
    }

    /// Counts an input that worked, and says what there is to know about it; one that is cut off counts as failed.
    mutating func note(warnings: [String], isIncomplete: Bool, of path: String, _ console: Console) {
        if isIncomplete {
            add(SignalError(.malformed, warnings.first ?? "cut off").at(path: path))
        } else {
            for warning in warnings { console.warn("\(path.escapingControlCharacters): \(warning)") }
            succeed()
        }
    }

    /// Counts an input that failed and prints why.
    mutating func add(_ error: SignalError) {
        count += 1
        if first.count < Self.mostNamed { first.append(error) }
        if error.code != .cancelled { Console.printError(error.description) }
    }

    /// Ends the run as its failures demand: not at all when there are none, with the error's own code when it was the
    /// only input, else with "some failed".
    ///
    /// - Parameter isInterrupted: whether somebody stopped the work before its end.
    func conclude(_ console: Console, isInterrupted: Bool = Interruption.isRequested) throws {
        if isInterrupted {
            console.note("stopped on request; what was finished is kept")
            throw ExitCode(ExitStatus.interrupted)
        }
        guard let only = first.first else { return }
        if succeeded == 0, count == 1 { throw ExitCode(ExitStatus.code(for: only)) }
        console.note("\(count) of \(count + succeeded) inputs failed:")
        for error in first { console.note("  \(error.place.path?.escapingControlCharacters ?? error.message)") }
        if count > first.count { console.note("  and \(count - first.count) more") }
        throw ExitCode(ExitStatus.someFailed)
    }
}
