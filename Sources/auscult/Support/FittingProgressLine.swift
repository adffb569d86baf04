import Foundation
import SignalCore

/// Shows how a fit comes along: on a terminal one line that is redrawn, with -v a line a step.
final class FittingProgressLine: Sendable {
    private let title: String
    private let console: Console
    private let start = ContinuousClock.now

    /// - Parameter title: what is fitted.
    init(_ title: String, console: Console) {
        self.title = title
        self.console = console
    }

    /// Takes a report, and answers it by whether somebody asked for the end.
    func report(_ progress: FittingProgress) -> FittingDecision {
        let text = line(progress)
        if Console.isTerminal, !console.isQuiet {
            ProgressLine.draw(text)
        } else {
            console.detail(text)
        }
        return Interruption.isRequested ? .stop : .proceed
    }

    private func line(_ progress: FittingProgress) -> String {
        var text = "\(title): \(progress.step) (\(min(progress.completed + 1, progress.total)) of \(progress.total))"
        if let loss = progress.loss { text += ", loss " + Self.short(loss) }
        if let loss = progress.validationLoss { text += ", validation " + Self.short(loss) }
        let elapsed = ProgressLine.seconds(ContinuousClock.now - start)
        if progress.completed > 0, progress.completed < progress.total, elapsed > 1 {
            let left = elapsed / Double(progress.completed) * Double(progress.total - progress.completed)
            text += ", at most \(Text.duration(left)) left"
        }
        return text
    }

    private static func short(_ loss: Double) -> String { String(format: "%.5g", loss) }
}
