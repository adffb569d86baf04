import Foundation
import SignalCore

/// Settings that are no flags: from the environment, a `.env` file, or `auscult.yaml` in the working directory, in
/// this order of strength.
struct Settings: Sendable {
    /// A setting and where it came from.
    struct Entry: Sendable {
        let name: String
        let value: String
        let origin: String
    }

    /// The settings that exist, with their default and meaning.
    static let known: [(name: String, standard: String, meaning: String)] = [
        ("seed", "42", "the seed of everything random"),
        ("jobs", "number of cores", "inputs worked on at once"),
        ("state-dir", "$XDG_STATE_HOME/auscult, else ~/.local/state/auscult", "where queues of uploads live"),
        ("upload-interval", "15", "the least seconds between two calls of an upload"),
        ("thingspeak-url", "https://api.thingspeak.com", "the server that uploads go to"),
        ("thingspeak-channel-id", "", "the channels that uploads go to"),
        ("thingspeak-write-api-key", "", "the write keys of the channels"),
        ("thingspeak-read-api-key", "", "the read keys of the channels"),
        ("token", "", "what callers of the server show on its own routes"),
        ("user-key", "", "the user key of a running server, for channel commands"),
        ("mqtt-user", "", "who we are to brokers"),
        ("mqtt-password", "", "the password for them"),
        ("webhook-secret", "", "signs what webhooks are sent"),
        ("sendmail", "/usr/sbin/sendmail", "the program that sends mail"),
        ("mail-from", "", "the sender of mail; the user when empty"),
    ]

    /// The environment variable of a setting.
    static func variable(_ name: String) -> String {
        let upper = name.uppercased().replacingOccurrences(of: "-", with: "_")
        return name.hasPrefix("thingspeak-") ? upper : "AUSCULT_" + upper
    }

    /// Whether a setting is never shown, and never read from `auscult.yaml`, which people share.
    static func isSecret(_ name: String) -> Bool {
        name == "token" || ["-key", "-secret", "-password"].contains { name.hasSuffix($0) }
    }

    /// The settings of this run.
    static let current = Settings(
        environment: ProcessInfo.processInfo.environment, directory: FileManager.default.currentDirectoryPath)

    private var values: [String: Entry] = [:]
    /// What is written in `auscult.yaml` but no setting.
    private(set) var warnings: [String] = []

    init(environment: [String: String], directory: String) {
        let names = Self.known.map(\.name)
        for (name, value) in Self.lines(of: directory + "/auscult.yaml", separator: ":") {
            if Self.isSecret(name) {
                warnings.append("auscult.yaml: \(name) is not read from here; a key belongs in .env or the environment")
            } else if names.contains(name) {
                values[name] = Entry(name: name, value: value, origin: "auscult.yaml")
            } else {
                warnings.append("auscult.yaml: " + NearestName.unknown("setting", name, among: names))
            }
        }
        let file = Dictionary(Self.lines(of: directory + "/.env", separator: "=")) { $1 }
        for name in names {
            let variable = Self.variable(name)
            if let value = environment[variable] {
                values[name] = Entry(name: name, value: value, origin: "environment \(variable)")
            } else if let value = file[variable] {
                values[name] = Entry(name: name, value: value, origin: ".env \(variable)")
            }
        }
    }

    /// A setting, or `nil` when nobody set it.
    func entry(_ name: String) -> Entry? { values[name] }

    /// A setting that is a whole number in a range.
    ///
    /// - Throws: `SignalError` naming where the text came from when it is no such number.
    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let entry = values[name] else { return nil }
        guard let number = Int(entry.value), range.contains(number) else {
            throw SignalError(
                .invalidOption,
                "\(name) from \(entry.origin) is a whole number from \(range.lowerBound) to \(range.upperBound), not "
                    + "'\(entry.value.escapingControlCharacters)'")
        }
        return number
    }

    /// The lines `name separator value` of a file; `#` begins a comment, quotes around a value are taken off.
    private static func lines(of path: String, separator: Character) -> [(String, String)] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            guard !trimmed.hasPrefix("#"), let mark = trimmed.firstIndex(of: separator) else { return nil }
            let name = trimmed[..<mark].trimmingCharacters(in: .whitespaces)
            var value = trimmed[trimmed.index(after: mark)...].trimmingCharacters(in: .whitespaces)
            if let comment = value.range(of: " #") {
                value = value[..<comment.lowerBound].trimmingCharacters(in: .whitespaces)
            }
            for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
                value = String(value.dropFirst().dropLast())
            }
            return (name, value)
        }
    }
}
