/// The one error of the whole tool: what is wrong, where, and what would mend it.
///
/// The shape follows SwiftNIO's `FileSystemError`: a small closed set of codes (what the caller can do about it), a
/// sentence for a person, the place in the input, and the error underneath. Layers add their part of the place while
/// the error travels up (``at(path:line:sample:tensor:column:)``); only the command line prints it.
public struct SignalError: Error, Sendable {
    /// What the caller can do about the error.
    ///
    /// A structure of static members rather than an enumeration, so that a new code breaks nobody's `switch`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, as shown by `--json`.
        public let description: String

        /// The input does not exist or cannot be opened.
        public static let unreadable = Code(description: "unreadable")
        /// The input is damaged: it contradicts its own format.
        public static let malformed = Code(description: "malformed")
        /// The input is well-formed but of a kind that is not handled.
        public static let unsupported = Code(description: "unsupported")
        /// The input asks for more than a stated limit.
        public static let limitExceeded = Code(description: "limitExceeded")
        /// Two things that must agree (a model and its features, two tables) do not.
        public static let mismatch = Code(description: "mismatch")
        /// An option has a value outside its range, or no such option exists.
        public static let invalidOption = Code(description: "invalidOption")
        /// There is too little data for what was asked.
        public static let insufficientData = Code(description: "insufficientData")
        /// The work was stopped on request.
        public static let cancelled = Code(description: "cancelled")
        /// Something failed that should not: a mistake of ours.
        public static let unexpected = Code(description: "unexpected")
        /// A program, service or file that is needed is not there, or an output cannot be created.
        public static let unavailable = Code(description: "unavailable")
    }

    /// Where in the input the error lies; only what is known is set.
    public struct Place: Sendable, Equatable {
        /// The file or folder.
        public var path: String?
        /// The line of a text file, counted from 1.
        public var line: Int?
        /// The sample frame of a signal, counted from 0.
        public var sample: Int?
        /// The tensor of a model file.
        public var tensor: String?
        /// The column of a table or of a feature.
        public var column: String?

        /// A place of which nothing is known.
        public init() {}
    }

    /// What the caller can do about the error.
    public var code: Code
    /// What is wrong and what would mend it, without the place, which is kept apart.
    public var message: String
    /// Where in the input the error lies.
    public var place: Place
    /// The error underneath, if there is one.
    public var cause: (any Error)?

    /// Makes an error of which the place may be added later.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.place = Place()
        self.cause = cause
    }

    /// The same error with more of its place known; what was known already is kept, being nearer to the cause.
    public func at(
        path: String? = nil, line: Int? = nil, sample: Int? = nil, tensor: String? = nil, column: String? = nil
    ) -> SignalError {
        var located = self
        located.place.path = place.path ?? path
        located.place.line = place.line ?? line
        located.place.sample = place.sample ?? sample
        located.place.tensor = place.tensor ?? tensor
        located.place.column = place.column ?? column
        return located
    }
}

extension SignalError: CustomStringConvertible {
    /// One line: the place, then the sentence, then the cause.
    public var description: String {
        var text = ""
        if let path = place.path { text += path.escapingControlCharacters }
        if let line = place.line { text += text.isEmpty ? "line \(line)" : ":\(line)" }
        var details: [String] = []
        if let sample = place.sample { details.append("sample \(sample)") }
        if let tensor = place.tensor { details.append("tensor '\(tensor.escapingControlCharacters)'") }
        if let column = place.column { details.append("column '\(column.escapingControlCharacters)'") }
        if !details.isEmpty { text += (text.isEmpty ? "" : ", ") + details.joined(separator: ", ") }
        text += (text.isEmpty ? "" : ": ") + message
        if let cause { text += " (\(cause))" }
        return text
    }
}

extension String {
    /// The text on one line and harmless to a terminal: control characters become `\n`, `\t` or `\u{..}`.
    public var escapingControlCharacters: String {
        var escaped = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            default:
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                    escaped += "\\u{" + String(scalar.value, radix: 16) + "}"
                } else {
                    escaped.unicodeScalars.append(scalar)
                }
            }
        }
        return escaped
    }
}
