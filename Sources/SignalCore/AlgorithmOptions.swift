/// The options of one algorithm: a plain structure with a default for every member.
///
/// Members are numbers, booleans, strings, enumerations with string values (``OptionChoice``) and arrays of these. A
/// structure may include another one by encoding it into the same encoder; its members then stand beside its own.
public protocol AlgorithmOptions: Codable, Sendable, Equatable {
    /// The defaults.
    init()

    /// Checks every member's range.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption`, naming the option, its value and the range.
    func validate() throws

    /// The options that are worth searching, with the values to try; empty where there is nothing to search.
    static var searchSpace: [OptionSearch] { get }

    /// Sets an option of a part of an algorithm that is put together from others, by a name with a dot such as
    /// `careful.components`. Others have no parts; they refuse it, and need not implement it.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption`.
    mutating func setMember(option name: String, _ text: String) throws
}

extension AlgorithmOptions {
    /// Nothing to search.
    public static var searchSpace: [OptionSearch] { [] }

    /// The options by name, in the order of their declaration.
    public func values() throws -> OptionValues {
        try OptionEncoder.values(of: self)
    }

    /// Refuses the name as unknown.
    public mutating func setMember(option name: String, _ text: String) throws {
        throw try values().unknown(name)
    }

    /// Reads options from values by name. Names that are missing keep their default; unknown names are refused.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption`.
    public init(values: OptionValues) throws {
        var all = try Self().values()
        for (name, value) in values.entries { try all.replace(name, with: value) }
        self = try OptionDecoder.decode(Self.self, from: all)
        try validate()
    }

    /// The same options with some replaced by what a person typed (`melBands` → `128`), then validated. Names with a dot
    /// are those of an algorithm's parts, see ``setMember(option:_:)``.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption` for an unknown name (listing the known ones), a text that
    ///   is no value of the option's type, or a value outside its range.
    public func setting(_ assignments: [(name: String, text: String)]) throws -> Self {
        var all = try values()
        var ofMembers: [(name: String, text: String)] = []
        for assignment in assignments {
            guard let current = all[assignment.name] else {
                guard assignment.name.contains(".") else { throw all.unknown(assignment.name) }
                ofMembers.append(assignment)
                continue
            }
            try all.replace(assignment.name, with: current.parsing(assignment.text, for: assignment.name))
        }
        var changed = try OptionDecoder.decode(Self.self, from: all)
        for assignment in ofMembers { try changed.setMember(option: assignment.name, assignment.text) }
        try changed.validate()
        return changed
    }
}

/// An enumeration of named choices, such as a window or a mel scale.
///
/// Conforming types are string enumerations; decoding an unknown name is refused with the known ones listed.
public protocol OptionChoice: Codable, Sendable, CaseIterable, RawRepresentable<String> {}

extension OptionChoice {
    /// Reads a choice by its name.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption`.
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let choice = Self(rawValue: name) else {
            let option = decoder.codingPath.last?.stringValue ?? "option"
            let known = Self.allCases.map(\.rawValue)
            throw SignalError(.invalidOption, NearestName.unknown("value for \(option):", name, among: known))
        }
        self = choice
    }
}
