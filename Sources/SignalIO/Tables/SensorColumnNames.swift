import SignalCore

/// The names of a sensor table's columns: as in its header, and as in a schema.
struct SensorColumnNames {
    /// As in the header.
    let original: [String]
    /// As in a schema: without blanks, commas, quotes, control characters and unit, and each only once.
    let clean: [String]
    /// The unit that a name states in brackets at its end, as `Torque [Nm]` does; else empty.
    let units: [String]
    /// Which names stood in the header more than once.
    let repeated: [String]

    private let indices: [String: Int]
    private static let longestName = 100
    private static let longestUnit = 12

    init(_ header: [String]) {
        original = header
        var clean: [String] = []
        var units: [String] = []
        var repeated: [String] = []
        var seen: Set<String> = []
        var indices: [String: Int] = [:]
        for (index, text) in header.enumerated() {
            let (stem, unit) = Self.split(text)
            let base = Self.clean(stem, position: index)
            var name = base
            var number = 2
            while !seen.insert(name.lowercased()).inserted {
                name = "\(base)_\(number)"
                number += 1
            }
            if name != base { repeated.append(base) }
            clean.append(name)
            units.append(unit)
        }
        // The names of the schema win over those of the header.
        for (index, text) in header.enumerated().reversed() { indices[Self.key(text)] = index }
        for (index, name) in clean.enumerated() { indices[Self.key(name)] = index }
        self.clean = clean
        self.units = units
        self.repeated = repeated
        self.indices = indices
    }

    /// The column of a name.
    ///
    /// - Throws: `SignalError` with code `invalidOption` and the nearest known name.
    func index(of name: String) throws -> Int {
        guard let index = indices[Self.key(name)] else {
            throw SignalError(.invalidOption, NearestName.unknown("column", name, among: clean.prefix(200)))
        }
        return index
    }

    /// The name of a column for messages.
    func shown(_ index: Int) -> String { clean[index] }

    private static func key(_ name: String) -> String {
        name.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }

    private static func split(_ name: String) -> (stem: String, unit: String) {
        let name = String(name.trimmingPrefix { $0.isWhitespace })
        guard let end = name.last(where: { !$0.isWhitespace }), end == "]" || end == ")",
            let start = name.lastIndex(of: end == "]" ? "[" : "("), start > name.startIndex
        else { return (name, "") }
        let unit = name[name.index(after: start)...].prefix { $0 != end }
        guard !unit.isEmpty, unit.count <= longestUnit, !unit.contains(where: isUnfit) else { return (name, "") }
        return (String(name[..<start]), String(unit))
    }

    private static func clean(_ name: String, position: Int) -> String {
        let words = name.prefix(longestName).split(whereSeparator: isUnfit)
        return words.isEmpty ? "column\(position + 1)" : words.joined(separator: "_")
    }

    private static func isUnfit(_ character: Character) -> Bool {
        character.isWhitespace || character == "," || character == ";" || character == "\""
            || character.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }
}
