import Foundation
import SignalCore
import Telemetry

/// The channels that uploads go to, their keys and the state directory, from the settings.
struct UploadSettings {
    /// Where queues and other state live.
    let stateDirectory: String
    /// The least seconds between two calls, when somebody set it.
    let interval: Double?
    private let settings: Settings

    /// - Throws: `SignalError` with code `invalidOption` naming a setting that makes no sense.
    init(_ settings: Settings = .current) throws {
        self.settings = settings
        stateDirectory =
            settings.entry("state-dir").flatMap { $0.value.isEmpty ? nil : Self.expanded($0.value) }
            ?? Self.standardStateDirectory
        interval = try settings.entry("upload-interval").map { entry in
            guard let seconds = Double(entry.value), seconds.isFinite, seconds >= 0 else {
                throw SignalError(
                    .invalidOption,
                    "upload-interval from \(entry.origin) is a number of seconds, not '"
                        + "\(entry.value.escapingControlCharacters)'")
            }
            return seconds
        }
    }

    /// The channels, each with its keys: the lists of the settings in the same order.
    ///
    /// - Throws: `SignalError` with code `invalidOption` naming what is missing, never a key.
    func channels() throws -> [ChannelAccess] {
        let url =
            settings.entry("thingspeak-url").flatMap { $0.value.isEmpty ? nil : $0.value } ?? ChannelAccess.thingSpeak
        let numbers = try list("thingspeak-channel-id").map { text in
            guard let number = Int(text), number > 0 else {
                throw SignalError(
                    .invalidOption,
                    "THINGSPEAK_CHANNEL_ID is a channel's number, or several with commas between, not '"
                        + "\(text.escapingControlCharacters)'")
            }
            return number
        }
        guard !numbers.isEmpty else {
            throw SignalError(
                .invalidOption,
                "no channel to upload to: set THINGSPEAK_CHANNEL_ID and THINGSPEAK_WRITE_API_KEY, in the "
                    + "environment or in .env (.env.example shows how)")
        }
        guard Set(numbers).count == numbers.count else {
            throw SignalError(.invalidOption, "THINGSPEAK_CHANNEL_ID names a channel twice")
        }
        let writeKeys = list("thingspeak-write-api-key")
        let readKeys = list("thingspeak-read-api-key")
        guard writeKeys.count == numbers.count, readKeys.isEmpty || readKeys.count == numbers.count else {
            throw SignalError(
                .invalidOption,
                "\(numbers.count) channels need as many keys: THINGSPEAK_WRITE_API_KEY has \(writeKeys.count), "
                    + "THINGSPEAK_READ_API_KEY \(readKeys.count) (which may be left out)")
        }
        return try numbers.indices.map { index in
            try ChannelAccess(
                url: url, channel: numbers[index], writeKey: writeKeys[index],
                readKey: readKeys.isEmpty ? nil : readKeys[index])
        }
    }

    private func list(_ name: String) -> [String] {
        (settings.entry(name)?.value ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static var standardStateDirectory: String {
        if let base = ProcessInfo.processInfo.environment["XDG_STATE_HOME"], base.hasPrefix("/") {
            return base + "/auscult"
        }
        return FileManager.default.homeDirectoryForCurrentUser.path + "/.local/state/auscult"
    }

    private static func expanded(_ path: String) -> String { NSString(string: path).expandingTildeInPath }
}
