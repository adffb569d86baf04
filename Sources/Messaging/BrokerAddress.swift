internal import SignalCore

/// A broker and a topic of it, as people type them: `mqtt://[user[:password]@]host[:port]/topic`, `mqtts://…` with TLS.
public struct BrokerAddress: Sendable, Equatable {
    /// The host's name or address.
    public var host: String
    /// The port: 1883 where none is said, 8883 with TLS.
    public var port: Int
    /// Whether the connection is encrypted.
    public var isEncrypted: Bool
    /// Who we are, where the broker asks.
    public var user: String?
    /// The password.
    public var password: String?
    /// The topic, which may hold the wildcards `+` and `#` where it is subscribed to.
    public var topic: String

    /// Takes an address apart. The slashes after the colon may be left out.
    ///
    /// - Parameter allowsWildcards: whether the topic is subscribed to, rather than published on.
    /// - Throws: `SignalError` with code `invalidOption`, saying what the text lacks.
    public init(_ text: String, allowsWildcards: Bool) throws {
        isEncrypted = text.hasPrefix("mqtts:")
        guard isEncrypted || text.hasPrefix("mqtt:"), let colon = text.firstIndex(of: ":") else {
            throw Self.refusal("an address of a broker begins with mqtt:// or mqtts://")
        }
        var rest = text[text.index(after: colon)...]
        if rest.hasPrefix("//") { rest = rest.dropFirst(2) }
        guard let slash = rest.firstIndex(of: "/"), rest.index(after: slash) < rest.endIndex else {
            throw Self.refusal("the address of the broker lacks the topic")
        }
        topic = String(rest[rest.index(after: slash)...])
        var place = rest[..<slash]
        if let at = place.lastIndex(of: "@") {
            let parts = place[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = String(parts[0])
            password = parts.count > 1 ? String(parts[1]) : nil
            place = place[place.index(after: at)...]
        }
        port = isEncrypted ? 8883 : 1883
        if let mark = place.lastIndex(of: ":"), !place[mark...].contains("]") {
            guard let number = Int(place[place.index(after: mark)...]), (1...65_535).contains(number) else {
                throw Self.refusal("the port of the broker is a number from 1 to 65535")
            }
            port = number
            place = place[..<mark]
        }
        if place.hasPrefix("["), place.hasSuffix("]") { place = place.dropFirst().dropLast() }
        guard !place.isEmpty, !place.contains(where: \.isWhitespace) else {
            throw Self.refusal("the address of the broker lacks the host")
        }
        host = String(place)
        try Self.check(topic, allowsWildcards: allowsWildcards)
    }

    /// Where levels of the topic are left open, the part of a message's topic from the first of them on; its last level
    /// where none is: what tells the messages of one subscription apart.
    public func openPart(of topic: String) -> String {
        let filter = self.topic.split(separator: "/", omittingEmptySubsequences: false)
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        let first = filter.firstIndex { $0 == "+" || $0 == "#" } ?? levels.count - 1
        var open = levels[min(first, max(0, levels.count - 1))...]
        // `site/+/temperature` leaves open the middle; what follows is the same for all, but says what is measured.
        if open.count > 1, open.last?.isEmpty == true { open = open.dropLast() }
        return open.joined(separator: "/")
    }

    /// Whether a topic is well formed (MQTT 3.1.1, section 4.7).
    static func check(_ topic: String, allowsWildcards: Bool) throws {
        guard topic.utf8.count <= 1024, !topic.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
        else {
            throw refusal("a topic has at most 1024 bytes and no control characters")
        }
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() where level.contains("#") || level.contains("+") {
            guard allowsWildcards else { throw refusal("a topic that is published on has no + or #") }
            guard level == "+" || (level == "#" && index == levels.count - 1) else {
                throw refusal("+ stands for one whole level of a topic, # at its end for all that follow")
            }
        }
    }

    private static func refusal(_ sentence: String) -> SignalError {
        SignalError(.invalidOption, sentence + ", as in mqtt://127.0.0.1:1883/plant/pump")
    }
}

extension BrokerAddress: CustomStringConvertible {
    /// The address without user and password.
    public var description: String {
        "\(isEncrypted ? "mqtts" : "mqtt")://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(topic)"
    }
}
