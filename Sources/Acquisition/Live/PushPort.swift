import SignalCore
import Synchronization

/// Where lines are handed in that somebody sends, such as boards that call a server of this program.
///
/// A ``LiveSource`` of the port takes them. Who hands in is told what became of every line, and holds on to what was not
/// taken: nothing is thrown away for want of room.
public final class PushPort: Sendable {
    /// What became of the lines that were handed in.
    public struct Receipt: Sendable, Equatable {
        /// Lines that were taken.
        public var taken = 0
        /// Lines that had been taken before, and were not taken again.
        public var repeated = 0
        /// Lines that hold no readings, or bad ones.
        public var rejected = 0
        /// The last of those that were rejected.
        public var lastRejected: String?

        /// No lines.
        public init() {}
    }

    /// The name by which it is called.
    public let name: String
    private let runner = Mutex<PushRunner?>(nil)

    /// Makes a port that takes nothing before a source is made of it.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for a name that has other characters than letters, digits, `-`
    ///   and `_`, or more than 64 of them.
    public init(name: String) throws {
        guard Self.isName(name) else {
            throw SignalError(
                .invalidOption,
                "push: lacks a name of 1 to 64 letters, digits, - and _, as in push:pump-1, not "
                    + "'\(name.escapingControlCharacters)'")
        }
        self.name = name
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    func attach(_ runner: PushRunner) {
        self.runner.withLock { $0 = runner }
    }

    /// Takes the lines of a body, all or none of them: lines as links send them, `field1=1&field2=2`, or JSON objects
    /// over several lines, by themselves or in an array.
    ///
    /// A line with a clock or a number of its own that was taken within the last minute is known by that and not taken
    /// again, so that a sender that got no answer may send it again.
    ///
    /// - Throws: `SignalError` with code `unavailable` when there is no room now, or nobody listens yet or any more;
    ///   `limitExceeded` for more rows than there ever is room for.
    public func take(_ body: [UInt8]) throws -> Receipt {
        guard let runner = runner.withLock({ $0 }) else {
            throw SignalError(.unavailable, "nobody listens to push:\(name) yet; send it again in a second")
        }
        return try runner.take(PushBody.lines(body), at: HostClock.now())
    }
}

/// A body, taken apart into lines.
enum PushBody {
    /// The lines without their ends.
    static func lines(_ body: [UInt8]) -> [[UInt8]] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let content = body.drop(while: isSpace)
        let first = content.prefix { $0 != 0x0A }
        // A document rather than lines, each of which would be an object.
        if content.first == UInt8(ascii: "[")
            || (content.first == UInt8(ascii: "{") && !first.contains(UInt8(ascii: "}")))
        {
            let objects = objects(content)
            if !objects.isEmpty { return objects }
        }
        return content.split { $0 == 0x0A || $0 == 0x0D }.filter { !$0.allSatisfy(isSpace) }.map { line in
            // As in the address of a web page, which is how ThingSpeak's channels are written to.
            line.contains(UInt8(ascii: "=")) && line.first != UInt8(ascii: "{")
                ? line.map { $0 == UInt8(ascii: "&") ? 0x20 : $0 } : Array(line)
        }
    }

    /// The outermost objects of a document, each on one line.
    private static func objects(_ document: ArraySlice<UInt8>) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var object: [UInt8] = []
        var depth = 0
        var isInText = false
        var isEscaped = false
        for byte in document {
            let isOpening = !isInText && byte == UInt8(ascii: "{")
            if isOpening { depth += 1 }
            if depth > 0 { object.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte) }
            if isInText, !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            if depth > 0, byte == UInt8(ascii: "\""), !isEscaped { isInText.toggle() }
            isEscaped = false
            guard !isInText, depth > 0, byte == UInt8(ascii: "}") else { continue }
            depth -= 1
            if depth == 0 {
                found.append(object)
                object = []
            }
        }
        // What does not end is bad as a whole, and shown so.
        if depth > 0 { found.append(object) }
        return found
    }
}
