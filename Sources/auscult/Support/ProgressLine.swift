import Foundation
import Synchronization

/// A line on the terminal with count, rate and time left, redrawn at most ten times a second. Silent where standard
/// error is no terminal.
final class ProgressLine: Sendable {
    private struct State {
        var done = 0
        var seconds = 0.0
        var failed = 0
        var lastDrawn: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let title: String
    private let total: Int?
    private let isShown: Bool
    private let start = ContinuousClock.now
    private static let isDrawn = Atomic<Bool>(false)

    /// - Parameters:
    ///   - title: what is being done, in a word.
    ///   - total: how many inputs there are, if that is known.
    ///   - console: nothing is drawn when it is quiet.
    init(_ title: String, total: Int?, console: Console) {
        self.title = title
        self.total = total
        isShown = Console.isTerminal && !console.isQuiet
    }

    /// Counts an input as done.
    ///
    /// - Parameter seconds: how much signal it held.
    func advance(seconds: Double = 0, failed: Bool = false) {
        let text: String? = state.withLock { state in
            state.done += 1
            state.seconds += seconds
            if failed { state.failed += 1 }
            let now = ContinuousClock.now
            guard isShown, state.lastDrawn.map({ now - $0 > .milliseconds(100) }) ?? true else { return nil }
            state.lastDrawn = now
            return line(state, elapsed: Self.seconds(now - start))
        }
        if let text { Self.draw(text) }
    }

    /// Draws a line in place of the one that stands on the terminal.
    static func draw(_ text: String) {
        isDrawn.store(true, ordering: .relaxed)
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }

    /// Seconds since the work began.
    var elapsed: Double { Self.seconds(ContinuousClock.now - start) }

    /// Removes a line that stands on the terminal.
    static func clear() {
        if isDrawn.exchange(false, ordering: .relaxed) { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }

    private func line(_ state: State, elapsed: Double) -> String {
        let rate = Double(state.done) / max(elapsed, 1e-3)
        var text = "\(title) \(state.done)"
        if let total { text += "/\(total)" }
        text += " files, \(Int(rate.rounded()))/s"
        if state.seconds > 0 {
            text += ", \(Text.number(state.seconds / max(elapsed, 1e-3) / 3600, digits: 2)) h of signal/s"
        }
        if let total, total > state.done, rate > 0 {
            text += ", \(Text.duration(Double(total - state.done) / rate)) left"
        }
        if state.failed > 0 { text += ", \(state.failed) failed" }
        return text
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}

/// Numbers for people.
enum Text {
    /// A number with so many digits after the point.
    static func number(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "n/a" : (value < 0 ? "-inf" : "inf") }
        return String(format: "%.\(digits)f", value)
    }

    /// Hours, minutes and seconds: `1:02:03` or `2:03`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        let tail = rest < 10 ? "0\(rest)" : "\(rest)"
        guard hours > 0 else { return "\(minutes):\(tail)" }
        return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
    }
}
