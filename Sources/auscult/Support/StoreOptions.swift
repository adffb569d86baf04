import ArgumentParser
import Foundation
import Server
import SignalCore
import Storage

/// A server to work through instead of its store.
struct RemoteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Work through this running server, with the user's key from AUSCULT_USER_KEY.", valueName: "address"))
    var url: String?

    /// The client of the server, or nil when the store is worked on.
    func client() throws -> ChannelClient? {
        guard let url else { return nil }
        guard let key = Settings.current.entry("user-key")?.value, !key.isEmpty else {
            throw SignalError(
                .invalidOption,
                "--url needs the user's key in AUSCULT_USER_KEY; auscult channel keys --user --store shows it")
        }
        return try ChannelClient(address: url, userKey: key)
    }
}

/// Where the channels of the embedded server are.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "File of the channels; it is made when it is not there (default: channels.sqlite in AUSCULT_STATE_DIR).",
            valueName: "file"))
    var store: String?

    /// Opens the store.
    ///
    /// - Parameter existing: Whether a store that is not there is an error rather than made.
    func open(existing: Bool = false) throws -> ChannelStore {
        let path = try store ?? Self.standardPath(creatingFolder: !existing)
        if existing, !FileManager.default.fileExists(atPath: path) {
            throw SignalError(.unreadable, "there is no such store; make a channel first, by auscult channel create")
                .at(path: path)
        }
        return try ChannelStore(path: path)
    }

    /// The store in the folder for state.
    private static func standardPath(creatingFolder: Bool) throws -> String {
        let state = URL(filePath: try UploadSettings().stateDirectory)
        if creatingFolder {
            do {
                try FileManager.default.createDirectory(
                    at: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw SignalError(.unavailable, "the folder for state cannot be made; name a file by --store").at(
                    path: state.path)
            }
        }
        return state.appending(path: "channels.sqlite").path
    }
}
