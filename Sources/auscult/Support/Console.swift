import Foundation
import SignalCore

/// What is said to people, on standard error.
struct Console: Sendable {
    /// Nothing but errors.
    let isQuiet: Bool
    /// Explanations too.
    let isVerbose: Bool

    /// Whether standard error is a terminal, so that a progress line can be redrawn.
    static let isTerminal = isatty(STDERR_FILENO) == 1
    /// Whether colour may be used: only on a terminal, and not when `NO_COLOR` is set and not empty.
    static let usesColour = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

    /// Says something worth knowing.
    func note(_ text: @autoclosure () -> String) {
        if !isQuiet { Self.write(text()) }
    }

    /// Explains, when asked to.
    func detail(_ text: @autoclosure () -> String) {
        if isVerbose, !isQuiet { Self.write(text()) }
    }

    /// Warns of something that did not stop the work.
    func warn(_ text: @autoclosure () -> String) {
        if !isQuiet { Self.printWarning(text()) }
    }

    /// Prints a warning whatever was asked for.
    static func printWarning(_ text: String) {
        write(usesColour ? "\u{1B}[33mwarning:\u{1B}[0m \(text)" : "warning: \(text)")
    }

    /// Prints an error; never silenced.
    static func printError(_ text: String) {
        write(usesColour ? "\u{1B}[31merror:\u{1B}[0m \(text)" : "error: \(text)")
    }

    private static func write(_ line: String) {
        ProgressLine.clear()
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
