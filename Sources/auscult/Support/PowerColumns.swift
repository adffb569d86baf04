import ArgumentParser
import SeriesAnalysis
import SignalCore

/// Where electrical power stands in a table.
struct PowerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The column of active power (default: by its name).", valueName: "name"))
    var power: String?

    @Option(help: "Its unit: W, kW or MW (default: what its name says).")
    var powerUnit: String?

    @Option(help: ArgumentHelp("The column of the current in A (default: by its name).", valueName: "name"))
    var current: String?

    @Option(
        help: ArgumentHelp("The voltage in V, between lines for three phases: a column or a number.", valueName: "v"))
    var voltage: String?

    @Option(help: ArgumentHelp("The power factor: a column or a number.", valueName: "cos"))
    var powerFactor: String?

    @Option(help: ArgumentHelp("Phases that current and voltage belong to: 1 or 3.", valueName: "n"))
    var phases = 3
}

/// Power in kW out of the columns of a table.
struct PowerColumns: Sendable {
    /// A column of the table, or one number for all rows.
    private enum Source { case column(Int), number(Double) }

    /// Where power comes from, in words.
    let words: String
    private let power: (column: Int, kilowatts: Double)?
    private let current: Int?
    private let voltage: Source?
    private let factor: Source?
    private let phases: Int

    /// Finds the columns.
    ///
    /// - Throws: `SignalError` with code `invalidOption` or `mismatch`, saying what is needed.
    init(_ options: PowerOptions, _ columns: [FeatureColumn]) throws {
        guard [1, 3].contains(options.phases) else {
            throw SignalError(.invalidOption, "--phases is 1 or 3, not \(options.phases)")
        }
        phases = options.phases
        func index(_ name: String) throws -> Int {
            guard let index = columns.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw SignalError(.invalidOption, NearestName.unknown("column", name, among: columns.map(\.name)))
            }
            return index
        }
        func words(_ column: FeatureColumn) -> [String] {
            column.name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        }
        func found(_ names: Set<String>, not others: Set<String> = []) -> Int? {
            columns.firstIndex { !names.isDisjoint(with: words($0)) && others.isDisjoint(with: words($0)) }
        }
        func source(_ text: String?, _ names: Set<String>, _ range: ClosedRange<Double>, _ flag: String) throws
            -> Source?
        {
            guard let text else { return found(names).map { .column($0) } }
            guard let number = Double(text) else { return .column(try index(text)) }
            guard range.contains(number) else {
                throw SignalError(
                    .invalidOption, "\(flag) is a column or \(range.lowerBound) to \(range.upperBound), not \(text)")
            }
            return .number(number)
        }
        let factorNames: Set = ["pf", "cosphi", "factor", "cos"]
        let own = try options.power.map(index) ?? found(["power", "leistung", "watt", "watts", "kw"], not: factorNames)
        current = try options.current.map(index) ?? found(["current", "strom", "amps", "ampere", "amperes"])
        voltage = try source(options.voltage, ["voltage", "spannung", "volt", "volts"], 1...1e6, "--voltage")
        factor = try source(options.powerFactor, factorNames, 0.01...1, "--power-factor")
        func named(_ source: Source?, _ unit: String) -> String {
            switch source {
            case .column(let index): "column \(columns[index].name)"
            case .number(let number): "\(OptionValue.number(number))\(unit)"
            case nil: "nothing"
            }
        }
        if let own {
            let column = columns[own]
            let (unit, scale) = try Self.unit(options.powerUnit, column)
            power = (own, scale)
            self.words = "column \(column.name) in \(unit)"
            return
        }
        power = nil
        guard let current, voltage != nil else {
            throw SignalError(
                .mismatch,
                "has no column of power by its name, nor current and voltage; name one with --power, or current and voltage with --current and --voltage"
            )
        }
        guard factor != nil else {
            throw SignalError(
                .mismatch, "current and voltage give power only with the power factor; state it with --power-factor")
        }
        self.words =
            "\(phases == 3 ? "sqrt(3) " : "")U I cos phi, \(phases == 3 ? "three phases" : "one phase"): U \(named(voltage, " V")), I column \(columns[current].name), cos phi \(named(factor, ""))"
    }

    /// The unit of a column of power, by the flag, else by the unit in brackets, else by the end of the name.
    private static func unit(_ asked: String?, _ column: FeatureColumn) throws -> (String, Double) {
        let units = [("W", 0.001), ("kW", 1.0), ("MW", 1_000.0)]
        func known(_ text: String) -> (String, Double)? { units.first { $0.0 == text } }
        if let asked {
            guard
                let unit = known(asked)
                    ?? units.first(where: { $0.0.lowercased() == asked.lowercased() && asked.lowercased() != "mw" })
            else {
                throw SignalError(.invalidOption, NearestName.unknown("unit of power", asked, among: units.map(\.0)))
            }
            return unit
        }
        if let unit = known(column.unit) { return unit }
        let end = column.name.split { !$0.isLetter }.last.map(String.init) ?? ""
        if let unit = known(end) ?? units.first(where: { $0.0.lowercased() == end && end != "mw" }) { return unit }
        if ["watt", "watts"].contains(end.lowercased()) { return units[0] }
        throw SignalError(
            .mismatch,
            "its name does not tell the unit of power; state it with --power-unit W, kW or MW, or write it as 'power [kW]'"
        ).at(column: column.name)
    }

    /// Power in kW and the power factor of every row; no factors where they are not known.
    func kilowatts(_ values: [[Double]]) -> (power: [Double], factor: [Double]) {
        let rows = values.first?.count ?? 0
        func value(_ source: Source?, _ row: Int) -> Double {
            switch source {
            case .column(let index): values[index][row]
            case .number(let number): number
            case nil: .nan
            }
        }
        guard let power else {
            return (
                (0..<rows).map { row in
                    current.map { current in
                        ElectricalPower.kilowatts(
                            voltage: value(voltage, row), current: values[current][row],
                            powerFactor: value(factor, row),
                            phases: phases)
                    } ?? .nan
                }, (0..<rows).map { value(factor, $0) }
            )
        }
        let kilowatts = values[power.column].map { $0 * power.kilowatts }
        if factor != nil { return (kilowatts, (0..<rows).map { value(factor, $0) }) }
        // Active over apparent power, where current and voltage are known too.
        guard let current, voltage != nil else { return (kilowatts, []) }
        return (
            kilowatts,
            (0..<rows).map { row in
                let apparent = ElectricalPower.kilowatts(
                    voltage: value(voltage, row), current: values[current][row], powerFactor: 1, phases: phases)
                // A little above 1 is noise; much above is another quantity than was thought.
                return apparent > 0 ? min(1, kilowatts[row] / apparent) : .nan
            }
        )
    }
}
