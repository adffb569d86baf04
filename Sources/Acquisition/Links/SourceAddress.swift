import Messaging
import SignalCore

/// Where live readings come from, as people type it.
public enum SourceAddress: Sendable, Equatable {
    /// A serial port: its device, a link to it or a pattern such as `/dev/ttyUSB*`, and its speed in bits a second.
    case serial(path: String, speed: Int)
    /// A server that sends lines over TCP.
    case tcp(host: String, port: Int)
    /// Topics of an MQTT broker; the text after `mqtt:`.
    case mqtt(String)
    /// Lines that others hand in under a name, such as by `POST /push/NAME` to a server of this program.
    case push(String)
    /// Standard input.
    case standardInput

    /// The speed of serial ports of which none is said; that of most sketches since the ESP32.
    public static let usualSpeed = 115_200

    /// Whether a text is meant as a live source rather than as the path of a file.
    public static func isLive(_ text: String) -> Bool {
        text == "-" || ["serial:", "tcp:", "mqtt:", "mqtts:", "push:"].contains { text.hasPrefix($0) }
    }

    /// Reads `serial:/dev/ttyUSB0@115200`, `tcp:HOST:PORT`, `mqtt:…`, `push:NAME` or `-`.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, saying what the text lacks.
    public init(_ text: String) throws {
        if text == "-" {
            self = .standardInput
        } else if text.hasPrefix("serial:") {
            self = try Self.serial(text.dropFirst("serial:".count))
        } else if text.hasPrefix("tcp:") {
            self = try Self.tcp(text.dropFirst("tcp:".count))
        } else if text.hasPrefix("mqtt:") || text.hasPrefix("mqtts:") {
            _ = try BrokerAddress(text, allowsWildcards: true)
            self = .mqtt(text)
        } else if text.hasPrefix("push:") {
            self = .push(try PushPort(name: String(text.dropFirst("push:".count))).name)
        } else {
            throw SignalError(
                .invalidOption,
                "'\(text.escapingControlCharacters)' is no live source; those are serial:/dev/ttyUSB0@115200, "
                    + "tcp:HOST:PORT, mqtt://HOST/TOPIC, push:NAME and - (standard input)")
        }
    }

    private static func serial(_ rest: Substring) throws -> SourceAddress {
        var path = rest
        var speed = usualSpeed
        if let at = rest.lastIndex(of: "@") {
            let digits = rest[rest.index(after: at)...]
            guard let stated = Int(digits), (50...20_000_000).contains(stated) else {
                throw SignalError(
                    .invalidOption,
                    "the speed after @ is 50 to 20000000 bits a second, such as 9600 or 115200, not "
                        + "'\(String(digits).escapingControlCharacters)'")
            }
            speed = stated
            path = rest[..<at]
        }
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SignalError(
                .invalidOption, "serial: lacks the device, as in serial:/dev/ttyUSB0@115200 or serial:/dev/ttyACM*@9600"
            )
        }
        return .serial(path: path.hasPrefix("/") ? String(path) : "/dev/" + path, speed: speed)
    }

    private static func tcp(_ rest: Substring) throws -> SourceAddress {
        guard let colon = rest.lastIndex(of: ":"), let port = Int(rest[rest.index(after: colon)...]),
            (1...65_535).contains(port)
        else {
            throw SignalError(
                .invalidOption, "tcp: lacks a port of 1 to 65535, as in tcp:192.168.1.20:9000 or tcp:[::1]:9000")
        }
        var host = rest[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, isBracketed || !host.contains(":"), !host.utf8.contains(0) else {
            throw SignalError(
                .invalidOption, "tcp: lacks the host, as in tcp:192.168.1.20:9000; addresses of IPv6 stand in brackets")
        }
        return .tcp(host: String(host), port: port)
    }
}

extension SourceAddress: CustomStringConvertible {
    /// The address as it is typed, without the password of a broker.
    public var description: String {
        switch self {
        case .serial(let path, let speed): "serial:\(path)@\(speed)"
        case .tcp(let host, let port): "tcp:" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
        case .mqtt(let text): (try? BrokerAddress(text, allowsWildcards: true).description) ?? "mqtt:"
        case .push(let name): "push:\(name)"
        case .standardInput: "-"
        }
    }
}
