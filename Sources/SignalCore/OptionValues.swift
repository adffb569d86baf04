/// The value of one option, without its Swift type.
public enum OptionValue: Sendable, Equatable, CustomStringConvertible {
    /// True or false.
    case flag(Bool)
    /// A whole number.
    case integer(Int)
    /// A number.
    case number(Double)
    /// A text or the name of a choice.
    case text(String)
    /// Several values of one type.
    case list([OptionValue])

    /// The value as a person would type it: `true`, `1024`, `0.5`, `hann`, `64+32`.
    public var description: String {
        switch self {
        case .flag(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value):
            // A plus sign would end the element of a list.
            value == value.rounded() && abs(value) < 1e15
                ? String(Int(value)) : String(value).replacing("e+", with: "e")
        case .text(let value): value
        case .list(let values): values.map(\.description).joined(separator: "+")
        }
    }

    /// Reads what a person typed as a value of the same type as this one.
    ///
    /// Parts of a list are joined by `+`. A list that is empty so far does not tell the type of its elements; they are
    /// whole numbers or numbers if all of them are, else texts.
    func parsing(_ text: String, for name: String) throws -> OptionValue {
        func refuse(_ expected: String) -> SignalError {
            SignalError(.invalidOption, "\(name) takes \(expected), not '\(text.escapingControlCharacters)'")
        }
        switch self {
        case .flag:
            switch text.lowercased() {
            case "true", "yes", "on", "1": return .flag(true)
            case "false", "no", "off", "0": return .flag(false)
            default: throw refuse("true or false")
            }
        case .integer:
            guard let value = Int(text) else { throw refuse("a whole number") }
            return .integer(value)
        case .number:
            guard let value = Double(text), value.isFinite else { throw refuse("a number") }
            return .number(value)
        case .text:
            return .text(text)
        case .list(let values):
            let parts = text.split(separator: "+").map(String.init)
            let sample = values.first ?? Self.sample(for: parts)
            return .list(try parts.map { try sample.parsing($0, for: name) })
        }
    }

    /// A value of the type that all texts are read as.
    private static func sample(for texts: [String]) -> OptionValue {
        if texts.allSatisfy({ Int($0) != nil }) { return .integer(0) }
        return texts.allSatisfy { Double($0)?.isFinite == true } ? .number(0) : .text("")
    }
}

/// The options of an algorithm by name, in the order of their declaration.
public struct OptionValues: Sendable, Equatable {
    /// Name and value of every option.
    public private(set) var entries: [(name: String, value: OptionValue)] = []

    /// Makes an empty set of values.
    public init() {}

    /// The names, in order.
    public var names: [String] { entries.map(\.name) }

    /// The value of one option, or `nil` when there is no such option.
    public subscript(name: String) -> OptionValue? {
        get { entries.first { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name == name }
            if let newValue {
                if let index { entries[index].value = newValue } else { entries.append((name, newValue)) }
            } else if let index {
                entries.remove(at: index)
            }
        }
    }

    /// Whether both hold the same values under the same names, in the same order.
    public static func == (left: OptionValues, right: OptionValues) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.name == $1.name && $0.value == $1.value }
    }

    mutating func replace(_ name: String, with value: OptionValue) throws {
        guard let index = entries.firstIndex(where: { $0.name == name }) else { throw unknown(name) }
        entries[index].value = value
    }

    func unknown(_ name: String) -> SignalError {
        SignalError(.invalidOption, NearestName.unknown("option", name, among: names))
    }
}
