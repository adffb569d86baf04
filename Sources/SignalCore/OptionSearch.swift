/// The values that a search may try for one option of an algorithm.
public struct OptionSearch: Sendable, Equatable {
    /// What may be tried.
    public enum Values: Sendable, Equatable {
        /// One of these, each equally likely.
        case choices([OptionValue])
        /// A whole number of a range; where `isLogarithmic`, small ones are as likely as large ones a factor apart.
        case integers(ClosedRange<Int>, isLogarithmic: Bool)
        /// A number of a range; logarithmic as with whole numbers.
        case numbers(ClosedRange<Double>, isLogarithmic: Bool)
    }

    /// The option.
    public let name: String
    /// What may be tried.
    public let values: Values

    /// Makes a search of one option.
    ///
    /// - Precondition: there is a choice, and logarithmic ranges begin above zero.
    public init(_ name: String, _ values: Values) {
        switch values {
        case .choices(let choices): precondition(!choices.isEmpty, "there is a choice")
        case .integers(let range, let isLogarithmic):
            precondition(!isLogarithmic || range.lowerBound > 0, "a logarithmic range begins above zero")
        case .numbers(let range, let isLogarithmic):
            precondition(!isLogarithmic || range.lowerBound > 0, "a logarithmic range begins above zero")
        }
        self.name = name
        self.values = values
    }

    /// The range in words, such as `1 to 64` or `true, false`.
    public var words: String {
        switch values {
        case .choices(let choices): choices.map(\.description).joined(separator: ", ")
        case .integers(let range, _): "\(range.lowerBound) to \(range.upperBound)"
        case .numbers(let range, _):
            "\(OptionValue.number(range.lowerBound)) to \(OptionValue.number(range.upperBound))"
        }
    }
}
