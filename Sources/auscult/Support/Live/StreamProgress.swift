import Monitoring
import Reporting

/// What people see of a stream while it runs and at its end.
struct StreamProgress {
    private let console: Console
    private var shown = 0.0

    init(_ console: Console) {
        self.console = console
    }

    /// Shows how far the stream is, now and then.
    mutating func show(_ progress: MonitorProgress, seconds: Double) {
        guard Console.isTerminal, !console.isQuiet, seconds - shown >= 0.2 else { return }
        shown = seconds
        ProgressLine.draw(Self.words(progress, seconds: seconds))
    }

    /// Says how it went.
    func conclude(_ progress: MonitorProgress, seconds: Double) {
        console.note(Self.words(progress, seconds: seconds))
        for sink in progress.sinks where sink.dropped > 0 {
            console.warn("\(sink.name): \(sink.dropped) readings were dropped")
        }
    }

    private static func words(_ progress: MonitorProgress, seconds: Double) -> String {
        var text =
            "\(Text.number(progress.signalSeconds, digits: 1)) s of signal in \(Text.number(seconds, digits: 1)) s, "
            + "\(progress.readings) readings, \(progress.alarms) in alarm"
        if progress.lag.count > 0 {
            func milliseconds(_ seconds: Double) -> String { Text.number(1000 * seconds, digits: 2) }
            text +=
                "; lag \(milliseconds(progress.lag.quantile(0.5))) ms in the middle, "
                + "\(milliseconds(progress.lag.quantile(0.99))) ms for 99 %, \(milliseconds(progress.lag.maximum)) ms at most"
        }
        return text
    }
}
