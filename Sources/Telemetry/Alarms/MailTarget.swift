internal import Foundation
internal import SignalCore

/// An address of e-mail, written to through a program that takes mail as sendmail does (`-t -i`, the message on standard
/// input): Postfix, Exim, msmtp and others have one.
public struct MailTarget: AlarmTarget {
    /// Where sendmail lies on most systems.
    public static let usualProgram = "/usr/sbin/sendmail"

    private let recipient: String
    private let sender: String?
    private let program: String

    /// Makes a target.
    ///
    /// - Parameters:
    ///   - sender: the address it comes from; that of the user when `nil`.
    ///   - program: the path of the program.
    /// - Throws: `SignalError` with code `invalidOption` for what is no address, or a program that is not there.
    public init(recipient: String, sender: String? = nil, program: String = MailTarget.usualProgram) throws {
        for address in [recipient, sender].compactMap(\.self) {
            // Whoever can put a line end or a comma into an address can write headers, or to others.
            guard address.split(separator: "@", omittingEmptySubsequences: false).count == 2,
                !address.hasPrefix("@"), !address.hasSuffix("@"), !address.hasPrefix("-"),
                address.unicodeScalars.allSatisfy({
                    $0.value > 32 && $0.value < 127 && !",;:<>()[]\\\"".unicodeScalars.contains($0)
                })
            else {
                throw SignalError(
                    .invalidOption,
                    "'\(address.escapingControlCharacters)' is no address of e-mail, such as maintenance@example.org")
            }
        }
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw SignalError(
                .invalidOption,
                "mail is sent by a program such as sendmail, which is not there or cannot be run; install one (Debian: "
                    + "msmtp-mta, postfix), or name it with AUSCULT_SENDMAIL"
            ).at(path: program)
        }
        (self.recipient, self.sender, self.program) = (recipient, sender, program)
    }

    /// The address.
    public var name: String { "mail to \(recipient)" }

    /// Hands a message to the program.
    public func tell(_ event: AlarmEvent) async throws {
        try await ProgramCall(path: program, arguments: ["-t", "-i"]).run(input: message(event, now: Date()))
    }

    /// The message (RFC 5322), in plain text.
    func message(_ event: AlarmEvent, now: Date) -> String {
        let subject =
            event.kind == .began
            ? "Alarm (\(event.severity.rawValue)): \(event.source)" : "Alarm over: \(event.source)"
        let date = now.formatted(
            Date.VerbatimFormatStyle(
                format:
                    "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) +0000",
                locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian)))
        var lines = ["To: \(recipient)"]
        if let sender { lines.append("From: \(sender)") }
        lines += [
            "Subject: \(Self.encodedWord(subject))", "Date: \(date)",
            // The same event told twice is one message to most readers of mail.
            "Message-ID: <\(event.kind.rawValue).\(event.identifier)@auscult.invalid>",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
            "Auto-Submitted: auto-generated", "", event.sentence.escapingControlCharacters, "", event.json, "",
        ]
        return lines.joined(separator: "\n")
    }

    /// A text for a header (RFC 2047): letters of any alphabet, and no line ends.
    static func encodedWord(_ text: String) -> String {
        var words: [String] = []
        var word = ""
        for character in text.escapingControlCharacters {
            // A word has 75 characters at most, 63 of them of the text: 45 bytes.
            if word.utf8.count + character.utf8.count > 45 {
                words.append(word)
                word = ""
            }
            word.append(character)
        }
        words.append(word)
        return words.map { "=?utf-8?B?" + Data($0.utf8).base64EncodedString() + "?=" }.joined(separator: "\n ")
    }
}
