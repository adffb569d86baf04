internal import SignalCore

/// How a broker is spoken with.
public struct BrokerOptions: Sendable, Equatable {
    /// 0: at most once, 1: at least once, 2: exactly once.
    public var qualityOfService = 1
    /// The name by which the broker knows us; two with the same name push each other out. Made up where `nil`, and then
    /// the broker keeps nothing for us while we are away.
    public var clientIdentifier: String?
    /// Who we are, where the address does not say.
    public var user: String?
    /// The password, where the address does not say it.
    public var password: String?
    /// A file of certificates to trust (PEM); those of the system where `nil`.
    public var certificateAuthority: String?
    /// A file with our own certificate (PEM), for brokers that ask for one.
    public var certificate: String?
    /// The file with its key (PEM), without a passphrase.
    public var key: String?
    /// Seconds without a message after which either side makes sure that the other is there.
    public var keepAliveSeconds = 30
    /// The seed of the waits between attempts to connect.
    public var seed: UInt64 = 42

    /// What is usual.
    public init() {}

    /// - Throws: `SignalError` with code `invalidOption` for what cannot be.
    public func validate() throws {
        guard (0...2).contains(qualityOfService) else {
            throw SignalError(.invalidOption, "--mqtt-qos is 0, 1 or 2, not \(qualityOfService)")
        }
        guard (5...3600).contains(keepAliveSeconds) else {
            throw SignalError(.invalidOption, "keepAliveSeconds is 5 to 3600, not \(keepAliveSeconds)")
        }
        guard (certificate == nil) == (key == nil) else {
            throw SignalError(.invalidOption, "--mqtt-cert and --mqtt-key go together")
        }
        if let clientIdentifier, !(1...128).contains(clientIdentifier.utf8.count) || clientIdentifier.contains("\0") {
            throw SignalError(.invalidOption, "--mqtt-client-id has 1 to 128 bytes")
        }
    }
}

/// A message of a broker.
public struct BrokerMessage: Sendable, Equatable {
    /// Its topic.
    public var topic: String
    /// Its content, whatever it is.
    public var payload: [UInt8]
    /// Received: whether the broker had kept it, so that it is older than its arrival. Sent: whether it shall.
    public var isRetained: Bool

    /// Makes a message.
    public init(topic: String, payload: [UInt8], isRetained: Bool = false) {
        (self.topic, self.payload, self.isRetained) = (topic, payload, isRetained)
    }
}

/// What happens between a broker and us.
public enum BrokerEvent: Sendable, Equatable {
    /// Connected, and subscribed where that was asked for.
    case up
    /// Not connected, or no longer; why. Connecting is tried again.
    case down(String)
    /// A message arrived.
    case message(BrokerMessage)
}
