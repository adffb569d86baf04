internal import SignalCore

/// A command of the shell that is run for every event.
///
/// The event stands on its standard input as JSON and, in parts, in variables of its environment; nothing of it becomes
/// part of the command, so that no name of a recording can be taken for one.
public struct CommandTarget: AlarmTarget {
    private let command: String

    /// Makes a target.
    ///
    /// - Parameter command: what `/bin/sh` is to run; it has 30 seconds.
    public init(command: String) {
        self.command = command
    }

    /// The word that names this kind of target: a command may hold secrets.
    public var name: String { "the alarm command" }

    /// Runs the command.
    public func tell(_ event: AlarmEvent) async throws {
        try await ProgramCall(path: "/bin/sh", arguments: ["-c", command], environment: Self.environment(event))
            .run(input: event.json + "\n")
    }

    static func environment(_ event: AlarmEvent) -> [String: String] {
        [
            "EVENT": event.kind.rawValue, "ID": event.identifier, "TIME": AlarmEvent.text(event.time),
            "SOURCE": event.source, "MODEL": event.model, "SCORE": event.score.map { "\($0)" } ?? "",
            "THRESHOLD": event.threshold.map { "\($0)" } ?? "", "SEVERITY": event.severity.rawValue,
            "TOP_COLUMN": event.topColumn, "TEXT": event.sentence,
        ].reduce(into: [:]) { $0["AUSCULT_ALARM_" + $1.key] = $1.value.replacing("\0", with: "") }
    }
}
