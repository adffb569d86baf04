public import SignalCore

/// How the errors of the columns become a score.
public enum ColumnReduction: String, OptionChoice {
    /// Their mean.
    case mean
    /// The largest of them.
    case maximum
}

/// Options of ``ForecastErrorDetector``, and of its forecaster as `forecaster.NAME`.
public struct ForecastErrorOptions: AlgorithmOptions {
    /// The forecaster.
    public var forecaster = "lstm"
    /// The number of consecutive errors that are smoothed together, 1 (not smoothed) to 1000; default 5. They are
    /// weighted exponentially, the last one most, with `alpha` = 2 / (this + 1).
    public var smoothing = 5
    /// How the errors of the columns become a score; default `maximum`, since a fault in one column of many drowns in their
    /// mean.
    public var scoreRule = ColumnReduction.maximum
    /// Options of the forecaster, as assignments joined by commas: `forecaster.units=40+40,forecaster.epochs=10`.
    public var settings = ""

    /// The forecaster, the smoothing and the rule.
    public static let searchSpace = [
        OptionSearch("smoothing", .integers(1...30, isLogarithmic: true)),
        OptionSearch("scoreRule", .choices(ColumnReduction.allCases.map { .text($0.rawValue) })),
    ]

    private static let prefix = "forecaster."

    /// The defaults.
    public init() {}

    /// Sets an option of the forecaster.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when the name is not of the form `forecaster.NAME`, or the text
    ///   holds a comma.
    public mutating func setMember(option name: String, _ text: String) throws {
        guard name.hasPrefix(Self.prefix) else { throw Self.notOfForecaster(name) }
        guard !text.contains(",") else {
            throw SignalError(
                .invalidOption, "\(name) takes a value without commas, not '\(text.escapingControlCharacters)'")
        }
        var assignments = settings.split(separator: ",").map(String.init).filter { !$0.hasPrefix(name + "=") }
        assignments.append("\(name)=\(text)")
        settings = assignments.joined(separator: ",")
    }

    /// Checks every option's range, those of the forecaster included.
    public func validate() throws {
        try OptionRange.check("smoothing", smoothing, in: 1...1000)
        let member = try member()
        func check<Member: Forecaster>(_ type: Member.Type) throws {
            _ = try Member.Options().setting(member.settings)
        }
        try naming("forecaster") { try check(member.type) }
    }

    /// The forecaster with the options set for it.
    func member() throws -> (type: any Forecaster.Type, settings: [(name: String, text: String)]) {
        let assignments = try settings.split(separator: ",").map { assignment in
            guard let mark = assignment.firstIndex(of: "="), assignment.hasPrefix(Self.prefix) else {
                throw Self.notOfForecaster(String(assignment))
            }
            return (
                name: String(assignment[..<mark].dropFirst(Self.prefix.count)),
                text: String(assignment[assignment.index(after: mark)...])
            )
        }
        return (try ModelRegistry.forecaster(named: forecaster), assignments)
    }

    private static func notOfForecaster(_ text: String) -> SignalError {
        SignalError(
            .invalidOption,
            "options of the forecaster are set by forecaster.NAME=VALUE, not '\(text.escapingControlCharacters)'")
    }
}
