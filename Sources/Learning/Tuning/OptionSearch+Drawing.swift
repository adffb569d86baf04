internal import RealModule
internal import SignalCore

extension OptionSearch {
    /// Draws one of the values, numbers rounded to three digits so that they can be typed again.
    func draw(using generator: inout SeededGenerator) -> OptionValue {
        let share = generator.uniform()
        switch values {
        case .choices(let choices):
            return choices[min(Int(share * Double(choices.count)), choices.count - 1)]
        case .integers(let range, let isLogarithmic):
            let (lower, upper) = (Double(range.lowerBound), Double(range.upperBound))
            let drawn =
                isLogarithmic
                ? lower * .pow((upper + 1) / lower, share) : lower + share * (upper - lower + 1)
            return .integer(min(max(Int(drawn), range.lowerBound), range.upperBound))
        case .numbers(let range, let isLogarithmic):
            let (lower, upper) = (range.lowerBound, range.upperBound)
            let drawn = isLogarithmic ? lower * .pow(upper / lower, share) : lower + share * (upper - lower)
            return .number(min(max(Self.rounded(drawn), lower), upper))
        }
    }

    private static func rounded(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return value }
        let magnitude = Double.pow(10, Double.log10(abs(value)).rounded(.down) - 2)
        // Dividing by a power of ten gives the number nearest to the decimal one, multiplying would not.
        return magnitude < 1
            ? (value / magnitude).rounded() / (1 / magnitude).rounded() : (value / magnitude).rounded() * magnitude
    }
}
