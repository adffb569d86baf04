import SignalCore

/// What was found, for people to read and print: sections of paragraphs, tables and figures.
///
/// A report holds all numbers it shows. Its file is enough to draw the pictures and write the page anew.
public struct Report: Codable, Sendable, Equatable {
    /// A section of a report.
    public struct Section: Codable, Sendable, Equatable {
        /// The heading.
        public var title: String
        /// What stands in it, from the top down.
        public var parts: [Part]

        /// Makes a section.
        public init(_ title: String, _ parts: [Part] = []) {
            self.title = title
            self.parts = parts
        }

        /// Appends a paragraph.
        public mutating func say(_ text: String) { parts.append(.paragraph(text)) }
        /// Appends a figure.
        public mutating func show(_ figure: some Figure) { parts.append(.figure(figure)) }
        /// Appends a table with a line above that says what it holds.
        public mutating func show(_ table: NumberTable, caption: String) {
            parts.append(.table(table, caption: caption))
        }
    }

    /// A part of a section.
    public enum Part: Sendable {
        /// Sentences.
        case paragraph(String)
        /// A command line or another text to be taken letter by letter.
        case code(String)
        /// A table; short ones are shown whole.
        case table(NumberTable, caption: String)
        /// A figure.
        case figure(any Figure)
    }

    /// What stands on top.
    public var title: String
    /// The result in a few sentences, before everything else.
    public var summary: [String]
    /// When the report was made, ISO 8601.
    public var created: String
    /// What made it, with its version.
    public var tool: String
    /// The sections.
    public var sections: [Section]

    /// Makes a report.
    public init(title: String, summary: [String] = [], created: String, tool: String, sections: [Section] = []) {
        self.title = title
        self.summary = summary
        self.created = created
        self.tool = tool
        self.sections = sections
    }

    /// Gives every figure a stem for its files that is safe and its own: letters, digits and hyphens.
    mutating func nameFigures() {
        var taken = Set<String>()
        for section in sections.indices {
            for part in sections[section].parts.indices {
                guard case .figure(var figure) = sections[section].parts[part] else { continue }
                let stem = Self.stem(figure.name)
                var name = stem
                var number = 2
                while !taken.insert(name).inserted {
                    name = "\(stem)-\(number)"
                    number += 1
                }
                figure.name = name
                sections[section].parts[part] = .figure(figure)
            }
        }
    }

    private static func stem(_ name: String) -> String {
        let letters = name.lowercased().map { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber) ? letter : Character("-")
        }
        let parts = String(letters.prefix(60)).split(separator: "-")
        return parts.isEmpty ? "figure" : parts.joined(separator: "-")
    }

    /// The figures in the order in which they stand.
    public var figures: [any Figure] {
        sections.flatMap(\.parts).compactMap { part in
            if case .figure(let figure) = part { return figure }
            return nil
        }
    }
}

extension Report.Part: Codable, Equatable {
    private enum Key: String, CodingKey {
        case paragraph, code, table, caption, kind, figure
    }

    /// Reads a part of whichever kind it says it is.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        if let text = try values.decodeIfPresent(String.self, forKey: .paragraph) {
            self = .paragraph(text)
        } else if let text = try values.decodeIfPresent(String.self, forKey: .code) {
            self = .code(text)
        } else if let table = try values.decodeIfPresent(NumberTable.self, forKey: .table) {
            self = .table(table, caption: try values.decode(String.self, forKey: .caption))
        } else {
            let kind = try FigureCatalogue.kind(values.decode(String.self, forKey: .kind))
            func read<F: Figure>(_ type: F.Type) throws -> any Figure { try values.decode(F.self, forKey: .figure) }
            self = .figure(try read(kind))
        }
    }

    /// Writes the part under a name that says its kind.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        switch self {
        case .paragraph(let text): try values.encode(text, forKey: .paragraph)
        case .code(let text): try values.encode(text, forKey: .code)
        case .table(let table, let caption):
            try values.encode(table, forKey: .table)
            try values.encode(caption, forKey: .caption)
        case .figure(let figure):
            try values.encode(type(of: figure).kind, forKey: .kind)
            try values.encode(figure, forKey: .figure)
        }
    }

    /// Whether two parts say the same.
    public static func == (left: Report.Part, right: Report.Part) -> Bool {
        func isEqual<F: Figure>(_ figure: F, _ other: any Figure) -> Bool { figure == other as? F }
        switch (left, right) {
        case (.paragraph(let left), .paragraph(let right)): return left == right
        case (.code(let left), .code(let right)): return left == right
        case (.table(let left, let first), .table(let right, let second)): return left == right && first == second
        case (.figure(let left), .figure(let right)): return isEqual(left, right)
        default: return false
        }
    }
}
