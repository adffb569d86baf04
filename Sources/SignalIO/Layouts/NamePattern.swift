/// The form of the names of one data set: parts joined by underscores.
struct NamePattern: Sendable {
    /// One part of a name.
    enum Part: Sendable, Equatable {
        /// This word.
        case word(String)
        /// This many digits.
        case digits(Int)
        /// `normal` or `anomaly`.
        case label
        /// `source` or `target`.
        case domain
        /// `train` or `test`.
        case split

        /// The words that may stand there; none for digits.
        var words: [String] {
            switch self {
            case .word(let word): [word]
            case .digits: []
            case .label: ["normal", "anomaly"]
            case .domain: DatasetItem.Domain.allCases.map(\.rawValue)
            case .split: DatasetItem.Split.allCases.map(\.rawValue)
            }
        }

        func matches(_ text: Substring) -> Bool {
            if case .digits(let count) = self {
                return text.utf8.count == count && text.utf8.allSatisfy(NamePattern.isDigit)
            }
            return words.contains(String(text))
        }
    }

    /// The data set, for messages.
    let dataset: String
    /// A name of this form, for messages.
    let example: String
    let parts: [Part]
    /// Whether further parts may follow, such as `_vel_6`.
    let allowsAttributes: Bool
    /// Every outline of a name of this form, and how many letters may be wrong in one that is meant to be of it.
    private let outlines: [(bytes: [UInt8], limit: Int)]
    /// The length of the shortest outline that resembles one of them.
    private let shortestOutline: Int

    init(dataset: String, example: String, parts: [Part], allowsAttributes: Bool = false) {
        self.dataset = dataset
        self.example = example
        self.parts = parts
        self.allowsAttributes = allowsAttributes
        // MIMII's word in place of DCASE's is a likely slip, and too far off for the count of letters.
        let names = parts.reduce([""]) { beginnings, part in
            let choices =
                switch part {
                case .digits: ["#"]
                case .label: part.words + [DatasetItem.Label.abnormal.rawValue]
                default: part.words
                }
            return beginnings.flatMap { beginning in
                choices.map { beginning.isEmpty ? $0 : "\(beginning)_\($0)" }
            }
        }
        outlines = names.map { name in (Array(name.utf8), name.utf8.count(where: Self.isLetter) / 8) }
        shortestOutline = outlines.map { $0.bytes.count - $0.limit }.min() ?? 0
    }

    /// What a name says, given its parts without the extension, or `nil` when it is not of this form.
    func match(_ found: [Substring]) -> DatasetItem? {
        guard allowsAttributes ? found.count >= parts.count : found.count == parts.count,
            zip(parts, found).allSatisfy({ $0.matches($1) })
        else { return nil }
        var item = DatasetItem(path: "")
        for (index, (part, text)) in zip(parts, found).enumerated() {
            switch part {
            case .word("id"), .word("section"): item.id = "\(text)_\(found[index + 1])"
            case .word("test"): item.split = .test
            case .label: item.label = text == "normal" ? .normal : .abnormal
            case .domain: item.domain = DatasetItem.Domain(rawValue: String(text))
            case .split: item.split = DatasetItem.Split(rawValue: String(text))
            case .word, .digits: break
            }
        }
        return item
    }

    /// Whether a name that does not match looks as if it were meant to: other numbers of digits, other separators or
    /// letter case, another word for the label, or one letter in eight wrong.
    ///
    /// - Parameter outline: the name's ``outline(_:)``.
    func resembles(_ outline: [UInt8]) -> Bool {
        outline.count >= shortestOutline
            && outlines.contains { expected, limit in
                guard allowsAttributes || abs(expected.count - outline.count) <= limit else { return false }
                return Self.distance(expected, outline, ignoringRest: allowsAttributes) <= limit
            }
    }

    /// The parts of a name.
    static func parts(_ name: String) -> [Substring] { name.split(separator: "_", omittingEmptySubsequences: false) }

    /// A name in small letters with `#` for every number and `_` for every separator.
    static func outline(_ name: String) -> [UInt8] {
        var outline: [UInt8] = []
        for byte in name.lowercased().utf8 {
            if isDigit(byte) {
                if outline.last != UInt8(ascii: "#") { outline.append(UInt8(ascii: "#")) }
            } else if byte == UInt8(ascii: "-") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: ".") {
                outline.append(UInt8(ascii: "_"))
            } else {
                outline.append(byte)
            }
        }
        return outline
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    /// The Levenshtein distance of two texts, or of the first and the nearest beginning of the second.
    private static func distance(_ expected: [UInt8], _ found: [UInt8], ignoringRest: Bool) -> Int {
        // Beyond twice the length no beginning can be near.
        let found = ignoringRest ? found.prefix(2 * expected.count) : found[...]
        var previous = Array(0...found.count)
        var current = previous
        for (row, byte) in expected.enumerated() {
            current[0] = row + 1
            for (column, other) in found.enumerated() {
                let substitution = previous[column] + (byte == other ? 0 : 1)
                current[column + 1] = min(substitution, previous[column + 1] + 1, current[column] + 1)
            }
            swap(&previous, &current)
        }
        return (ignoringRest ? previous.min() : previous.last) ?? 0
    }
}
