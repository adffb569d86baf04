/// How the values stand in a line.
public enum LineFormat: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// What separates values.
    public enum Separator: String, Sendable, CaseIterable {
        /// A tab.
        case tab = "tabs"
        /// A semicolon.
        case semicolon = "semicolons"
        /// A comma.
        case comma = "commas"
        /// One space or more.
        case space = "spaces"
    }

    /// A JSON object a line.
    case json
    /// Pairs of name and value.
    case labelled
    /// As many values as `count`, the comma being part of numbers if `decimalComma` is set.
    case delimited(Separator, decimalComma: Bool, count: Int)

    /// Whether every value stands beside its name.
    var hasNames: Bool {
        if case .delimited = self { false } else { true }
    }

    /// The format in words.
    public var description: String {
        switch self {
        case .json: "JSON objects"
        case .labelled: "pairs of name and value"
        case .delimited(_, _, 1): "one number a line"
        case .delimited(let separator, let decimalComma, let count):
            "\(count) values separated by \(separator.rawValue)" + (decimalComma ? ", with decimal commas" : "")
        }
    }

    /// The format of a line seen for the first time, or nil where it fits none or holds no number.
    ///
    /// - Parameters:
    ///   - allowsText: whether some values may be text, as is safe only where a checksum vouches for the line.
    ///   - areSamples: whether arrays are samples, of which a line may hold more than it may hold members.
    static func detect(
        _ line: ArraySlice<UInt8>, forcesDecimalComma: Bool, allowsText: Bool, areSamples: Bool = false
    ) -> LineFormat? {
        if line.first == UInt8(ascii: "{") {
            return JSONLine(line, areSamples: areSamples).map { _ in .json }
        }
        let holds = { (byte: Unicode.Scalar) in line.contains(UInt8(ascii: byte)) }
        if holds(":") || holds("="), let pairs = LabelledLine(line),
            pairs.members.contains(where: { if case .number = $0.value { true } else { false } })
        {
            return .labelled
        }
        for (separator, decimalComma) in candidates(holdsComma: holds(","), forcesDecimalComma: forcesDecimalComma) {
            let fields = fields(of: line, separator)
            var numbers = 0
            var texts = 0
            for field in fields {
                switch NumberText(field, decimalComma: decimalComma) {
                case .number: numbers += 1
                case .text: texts += 1
                case .missing, .overflow: break
                }
            }
            // A single value is told by the last separator that is tried without others.
            let isAlone = separator == (forcesDecimalComma ? .space : .comma)
            if numbers > 0, texts == 0 || allowsText, fields.count > 1 || isAlone {
                return .delimited(separator, decimalComma: decimalComma, count: fields.count)
            }
        }
        return nil
    }

    private static func candidates(holdsComma: Bool, forcesDecimalComma: Bool) -> [(Separator, Bool)] {
        if forcesDecimalComma { return [(.tab, true), (.semicolon, true), (.space, true)] }
        return [
            (.tab, holdsComma), (.semicolon, holdsComma), (.comma, false), (.space, holdsComma),
        ]
    }

    /// The values of a line, without the spaces around them; nothing after a last separator is no value.
    static func fields(of line: ArraySlice<UInt8>, _ separator: Separator) -> [ArraySlice<UInt8>] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let fields: [ArraySlice<UInt8>]
        switch separator {
        case .tab: fields = line.split(separator: 0x09, omittingEmptySubsequences: false)
        case .semicolon: fields = line.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        case .comma: fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        case .space: fields = line.split(whereSeparator: isSpace)
        }
        var trimmed = fields.map { trim($0, isSpace) }
        if trimmed.count > 1, trimmed.last?.isEmpty == true { trimmed.removeLast() }
        return trimmed
    }

    /// The names of a header line, or nil where a field could not be a name.
    static func headerNames(of line: ArraySlice<UInt8>, _ separator: Separator) -> [String]? {
        var names: [String] = []
        for field in fields(of: line, separator) {
            let isQuoted = field.count > 2 && field.first == UInt8(ascii: "\"") && field.last == UInt8(ascii: "\"")
            let bare = isQuoted ? field.dropFirst().dropLast() : field
            guard bare.count <= 64, NumberText(bare) == .text, let first = bare.first,
                Character(Unicode.Scalar(first)).isLetter || first == UInt8(ascii: "_"),
                !bare.contains(where: { "{}:=$*\"".utf8.contains($0) })
            else { return nil }
            names.append(String(decoding: bare, as: UTF8.self))
        }
        return names.isEmpty || Set(names).count < names.count ? nil : names
    }

    static func trim(_ bytes: ArraySlice<UInt8>, _ isSpace: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let head = bytes.drop(while: isSpace)
        guard let last = head.lastIndex(where: { !isSpace($0) }) else { return head.prefix(0) }
        return head[...last]
    }
}
