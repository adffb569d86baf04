/// The 16-character keys of a store.
public enum AccessKey {
    /// What a key permits.
    public enum Kind: String, Sendable, CaseIterable {
        /// Writing to one channel, and reading it.
        case write
        /// Reading one channel.
        case read
        /// Managing all channels.
        case user
    }

    /// What a key opens.
    public struct Grant: Sendable, Equatable {
        /// What it permits.
        public let kind: Kind
        /// The channel; nil for the user's key.
        public let channel: Int?

        /// What a key opens.
        public init(kind: Kind, channel: Int?) {
            self.kind = kind
            self.channel = channel
        }
    }

    static let length = 16
    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    /// A new key. The store passes the system's generator, which cannot be foretold; tests pass a seeded one.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        String((0..<length).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
    }

    /// Whether a text has the shape of a key, so that nothing else is ever looked up.
    static func isWellFormed(_ text: String) -> Bool {
        text.utf8.count == length && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
    }
}
