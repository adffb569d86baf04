import Foundation
import SignalCore

/// Lines of standard input, or of another descriptor that is open already.
public struct StandardInputLink: LineLink {
    private let descriptor: Int32

    /// Makes a link to standard input, or to another descriptor in its place, which stays open.
    public init(descriptor: Int32 = 0) {
        self.descriptor = descriptor
    }

    /// Standard input.
    public var address: SourceAddress { .standardInput }
    /// A pipe that ended stays so.
    public var endsForGood: Bool { true }
    /// Pipes hold up who writes to them.
    public var senderWaits: Bool { true }

    /// Nothing needs to be opened.
    public func open(stop: StopSignal) throws -> LinkConnection {
        LinkConnection(descriptor: descriptor, name: "standard input") {}
    }
}
