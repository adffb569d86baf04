internal import Foundation
internal import SignalCore

/// A channel, where it is and the keys to it. Printing one never shows a key.
public struct ChannelAccess: Sendable, CustomStringConvertible, CustomReflectable {
    /// The service of MathWorks.
    public static let thingSpeak = "https://api.thingspeak.com"

    /// The server, without a slash at the end.
    public let url: String
    /// The channel's number.
    public let channel: Int
    let writeKey: String
    let readKey: String?

    /// Names a channel.
    ///
    /// - Parameters:
    ///   - url: the server's address, `http` or `https`, with a path when the server is below one.
    ///   - readKey: allows to ask what of a lost request has arrived.
    /// - Throws: `SignalError` with code `invalidOption`; its text holds no key.
    public init(url: String = ChannelAccess.thingSpeak, channel: Int, writeKey: String, readKey: String? = nil) throws {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty
        else {
            throw SignalError(.invalidOption, "the server's address (THINGSPEAK_URL) begins with http:// or https://")
        }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw SignalError(
                .invalidOption,
                "the server's address (THINGSPEAK_URL) holds no user, password or '?'; keys have "
                    + "settings of their own")
        }
        guard channel > 0 else { throw SignalError(.invalidOption, "\(channel) is no channel number") }
        for (name, key) in [("THINGSPEAK_WRITE_API_KEY", writeKey), ("THINGSPEAK_READ_API_KEY", readKey ?? "x")] {
            // Whatever else a key is, a line break in a header would end it.
            guard !key.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw SignalError(.invalidOption, "\(name) is a word of letters and digits, and not empty")
            }
        }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        (self.channel, self.writeKey, self.readKey) = (channel, writeKey, readKey)
    }

    /// Whether the server is that of MathWorks, whose limits then apply.
    public var isThingSpeak: Bool {
        let host = URLComponents(string: url)?.host?.lowercased() ?? ""
        return host == "thingspeak.com" || host.hasSuffix(".thingspeak.com") || host == "thingspeak.mathworks.com"
    }

    /// The name of the channel's folder in the state directory: server, port and number.
    public var folderName: String {
        let parts = URLComponents(string: url)
        let place = [parts?.host ?? "", parts?.port.map { String($0) } ?? "", parts?.path ?? ""].filter { !$0.isEmpty }
        let safe = place.joined(separator: "-").lowercased().map { character in
            character.isASCII && (character.isLetter || character.isNumber || "-.".contains(character))
                ? character : "_"
        }
        return String(safe) + "-channel-\(channel)"
    }

    /// The server and the channel.
    public var description: String { "channel \(channel) of \(url)" }

    /// A mirror without the keys.
    public var customMirror: Mirror { Mirror(self, children: ["url": url, "channel": channel]) }

    /// A text of the server without our keys, should it repeat them.
    func redacted(_ text: String) -> String {
        [writeKey, readKey].compactMap(\.self).reduce(text) { $0.replacingOccurrences(of: $1, with: "•••") }
    }
}
