import CTerminal
import Foundation
import SignalCore

/// Lines of a board at a serial port.
///
/// The port is opened raw with eight data bits, no parity and one stop bit, without flow control, and locked against other
/// readers, of whom each would get half of the bytes. Links in `/dev/serial/by-id` and patterns are resolved anew at every
/// opening, for the number of a port changes when its plug is pulled and put back.
public struct SerialLink: LineLink {
    private let path: String
    private let speed: Int
    private let keepsBoardRunning: Bool

    /// Makes a link to a port.
    ///
    /// - Parameters:
    ///   - path: a device, a link to it or a pattern with `*`, of which the first port that can be opened is taken.
    ///   - speed: bits a second, also those that termios has no name for.
    ///   - keepsBoardRunning: leaves the line that resets an Arduino (DTR) on when the port is closed, so that the next
    ///     opening does not reset it again.
    public init(path: String, speed: Int, keepsBoardRunning: Bool = false) {
        self.path = path
        self.speed = speed
        self.keepsBoardRunning = keepsBoardRunning
    }

    /// The port and its speed.
    public var address: SourceAddress { .serial(path: path, speed: speed) }

    /// The first line is thrown away: nobody knows where the board was in it when the port was opened.
    public var splitting: LineSplitterOptions {
        var options = LineSplitterOptions()
        options.discardsFirstLine = true
        return options
    }

    /// Opens the first port that the path stands for.
    ///
    /// - Throws: `SignalError` with code `unreadable` where there is none or it may not be opened, `unavailable` where another
    ///   program has it, `unsupported` where it is no terminal or cannot be as fast.
    public func open(stop: StopSignal) throws -> LinkConnection {
        let paths = Self.resolve(path)
        var failure = Self.refusal(ENOENT, path: path)
        for candidate in paths {
            do {
                return try open(candidate)
            } catch let error as SignalError {
                failure = error
            }
        }
        throw failure
    }

    private static func resolve(_ path: String) -> [String] {
        guard path.contains(where: { "*?[".contains($0) }) else { return [path] }
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        guard unsafe glob(path, 0, nil, &found) == 0 else { return [] }
        return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
            unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
        }
    }

    private func open(_ path: String) throws -> LinkConnection {
        let descriptor = unsafe Foundation.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.refusal(errno, path: path) }
        var isOpen = false
        defer { if !isOpen { close(descriptor) } }
        guard isatty(descriptor) == 1 else {
            throw SignalError(.unsupported, "is no serial port; read files by their path, pipes with -").at(path: path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Self.refusal(EBUSY, path: path) }
        var original = termios()
        guard unsafe tcgetattr(descriptor, &original) == 0 else { throw Self.refusal(errno, path: path) }
        // Not all kinds of terminals can be locked so; the lock above holds back other readers of this program.
        _ = ioctl(descriptor, UInt(TIOCEXCL))
        try makeRaw(descriptor, from: original, path: path)
        isOpen = true
        let saved = original
        return LinkConnection(descriptor: descriptor, name: path, speed: speed) {
            var settings = saved
            if keepsBoardRunning { settings.c_cflag &= ~tcflag_t(HUPCL) }
            unsafe tcsetattr(descriptor, TCSANOW, &settings)
            _ = ioctl(descriptor, UInt(TIOCNXCL))
            close(descriptor)
        }
    }

    private func makeRaw(_ descriptor: Int32, from original: termios, path: String) throws {
        var settings = original
        unsafe cfmakeraw(&settings)
        settings.c_cflag &= ~tcflag_t(CSTOPB | PARENB) & ~tcflag_t(CRTSCTS)
        settings.c_cflag |= tcflag_t(CS8 | CLOCAL | CREAD)
        settings.c_iflag &= ~tcflag_t(IXOFF | IXANY | INPCK)
        if keepsBoardRunning { settings.c_cflag &= ~tcflag_t(HUPCL) }
        unsafe withUnsafeMutableBytes(of: &settings.c_cc) { bytes in
            unsafe bytes[Int(VMIN)] = 0
            unsafe bytes[Int(VTIME)] = 0
        }
        if let known = Self.speeds[speed] { unsafe cfsetspeed(&settings, speed_t(known)) }
        guard unsafe tcsetattr(descriptor, TCSANOW, &settings) == 0 else { throw Self.refusal(errno, path: path) }
        if Self.speeds[speed] == nil {
            let code = terminal_set_speed(descriptor, UInt32(speed))
            guard code == 0 else {
                throw SignalError(
                    .unsupported,
                    "cannot be set to \(speed) bits a second (\(SystemCall.reason(code))); use a usual speed"
                ).at(path: path)
            }
        }
        tcflush(descriptor, TCIFLUSH)
    }

    /// Speeds with a constant of termios.
    private static let speeds: [Int: Int32] = [
        300: B300, 600: B600, 1200: B1200, 2400: B2400, 4800: B4800, 9600: B9600, 19200: B19200, 38400: B38400,
        57600: B57600, 115_200: B115200, 230_400: B230400,
    ]

    private static func refusal(_ code: Int32, path: String) -> SignalError {
        switch code {
        case EACCES, EPERM:
            SignalError(
                .unreadable,
                "you may not open this port; join the group that owns it, dialout (Debian, Ubuntu) or uucp (Arch): "
                    + "sudo usermod -a -G dialout $USER, then log in anew"
            ).at(path: path)
        case EBUSY:
            SignalError(
                .unavailable, "another program reads this port; close it (a serial monitor? ModemManager?)"
            ).at(path: path)
        case ENOENT, ENXIO, ENODEV:
            SignalError(
                .unreadable,
                "no such port; is the board plugged in? Ports are /dev/ttyUSB*, /dev/ttyACM*, /dev/serial/by-id/*"
            ).at(path: path)
        default:
            SignalError(.unreadable, "cannot be opened: \(SystemCall.reason(code))").at(path: path)
        }
    }
}
