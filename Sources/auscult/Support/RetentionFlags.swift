import ArgumentParser
import SignalCore
import Storage

/// How long a store keeps what it gets.
struct RetentionFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Remove entries and readings older than so many days.", valueName: "n"))
    var keepDays: Int?

    @Option(
        help: ArgumentHelp("Keep at most so many entries of each channel, and readings of each run.", valueName: "n"))
    var keepRows: Int?

    @Option(
        help: ArgumentHelp(
            "Of entries and readings older than so many days, keep one of each so many minutes.",
            valueName: "days:minutes"))
    var thin: String?

    /// Whether nothing was asked for.
    var isEmpty: Bool { keepDays == nil && keepRows == nil && thin == nil }

    /// What is kept.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    func retention() throws -> Retention {
        var retention = Retention()
        retention.maximumAge = try keepDays.map { try positive($0, "--keep-days") * 86400 }
        retention.maximumRows = try keepRows.map { try positive($0, "--keep-rows") }
        if let thin {
            let parts = thin.split(separator: ":").map { Int($0) ?? 0 }
            guard parts.count == 2 else {
                throw SignalError(
                    .invalidOption,
                    "--thin is DAYS:MINUTES, such as 30:10, not '\(thin.escapingControlCharacters)'")
            }
            retention.thinning = .init(
                age: try positive(parts[0], "--thin") * 86400, slice: try positive(parts[1], "--thin") * 60)
        }
        return retention
    }

    private func positive(_ number: Int, _ flag: String) throws -> Int {
        guard (1...100_000_000).contains(number) else {
            throw SignalError(.invalidOption, "\(flag) takes whole numbers from 1 to 100000000, not \(number)")
        }
        return number
    }
}
