import CTerminal
import Foundation
import SignalCore

/// A pseudo-terminal, whose port a program opens as it opens that of a board, and whose controlling end plays the board.
public final class PseudoTerminal: Sendable {
    /// The controlling end.
    public let descriptor: Int32
    /// The path of the port.
    public let port: String

    /// Makes a pseudo-terminal that changes no byte on its way and echoes none.
    ///
    /// - Throws: `SignalError` with code `unavailable` where the system has none left.
    public init() throws {
        var name = [CChar](repeating: 0, count: 128)
        descriptor = unsafe name.withUnsafeMutableBufferPointer { buffer in
            unsafe terminal_open_pseudo(buffer.baseAddress, buffer.count)
        }
        guard descriptor >= 0 else {
            throw SignalError(.unavailable, "no pseudo-terminal could be opened: \(SystemCall.reason(errno))")
        }
        port = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        var settings = termios()
        unsafe tcgetattr(descriptor, &settings)
        unsafe cfmakeraw(&settings)
        unsafe tcsetattr(descriptor, TCSANOW, &settings)
    }

    deinit { close(descriptor) }
}
