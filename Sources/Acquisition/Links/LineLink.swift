import SignalCore

/// A way that lines of readings come in: a serial port, a connection, standard input.
///
/// A link opens; reading, reconnecting and watching are the same for all and done by ``LiveSource``.
public protocol LineLink: Sendable {
    /// Where the lines come from.
    var address: SourceAddress { get }
    /// How lines are cut when nothing else is asked for.
    var splitting: LineSplitterOptions { get }
    /// Whether the end of the input is the end for good, so that nothing is opened again.
    var endsForGood: Bool { get }
    /// Whether the sender can wait, so that nothing need be dropped when rows are taken slowly.
    var senderWaits: Bool { get }

    /// Opens the link. May take seconds, but ends at once when `stop` is raised.
    ///
    /// - Throws: `SignalError` saying what is in the way; code `cancelled` when stopped.
    func open(stop: StopSignal) throws -> LinkConnection
}

extension LineLink {
    /// Lines as they come.
    public var splitting: LineSplitterOptions { LineSplitterOptions() }
    /// Links are opened again.
    public var endsForGood: Bool { false }
    /// Boards go on sending.
    public var senderWaits: Bool { false }
}

/// A link that is open.
public struct LinkConnection: Sendable {
    /// What is read and polled.
    public let descriptor: Int32
    /// What was opened, for people.
    public let name: String
    /// Bits a second, where the link has a speed of its own.
    public let speed: Int?
    /// Puts things back as they were and closes the descriptor.
    public let close: @Sendable () -> Void

    /// Makes the description of an open link.
    public init(descriptor: Int32, name: String, speed: Int? = nil, close: @escaping @Sendable () -> Void) {
        self.descriptor = descriptor
        self.name = name
        self.speed = speed
        self.close = close
    }
}
