import SignalCore

/// Which columns of a sensor table are the time, the labels, the unit and the values.
struct SensorTableColumns {
    /// The names of all columns.
    let names: SensorColumnNames
    /// The time column, and how it is written.
    let time: (index: Int, notation: TimeNotation)?
    /// The columns of numbers that are read, in order.
    let values: [Int]
    /// The label columns.
    let labels: [Int]
    /// The columns that are read as text, in the order asked for.
    let texts: [Int]
    /// The column that tells the machine.
    let unit: Int?
    /// What was decided that a person should know.
    let warnings: [String]

    /// The most columns of numbers that are read.
    static let mostValues = 4096
    private static let labelNames: Set = ["anomaly", "label", "failure", "changepoint"]
    private static let counterNames: Set = ["id", "index", "row", "entry_id", "unit", "split"]

    /// Decides from the names, the first row and the first value of every column.
    ///
    /// - Throws: `SignalError` without a path: `invalidOption` for an unknown column, `unsupported` when there is
    ///   nothing to read, `malformed` for a column of another kind than the options say, `limitExceeded`.
    init(_ sample: SensorTableSample, options: SensorTableOptions) throws {
        let names = sample.names
        let count = names.clean.count
        let readAsText = try options.texts.map { try names.index(of: $0) }
        texts = readAsText
        let labelled = try Set(options.labels.map { try names.index(of: $0) })
        unit = try options.unit.map { try names.index(of: $0) }
        let found = names.original.map { ColumnName($0) }
        time = try Self.time(
            sample, found, excluding: labelled.union(readAsText).union(unit.map { [$0] } ?? []), options: options)
        let (time, unit) = (time?.index, unit)

        var warnings: [String] = []
        var labels: [Int] = []
        for index in 0..<count where index != time && index != unit && !readAsText.contains(index) {
            let isNamed = labelled.contains(index)
            guard isNamed || Self.labelNames.contains(names.clean[index].lowercased()) else { continue }
            // A column that happens to be called so may hold anything.
            if isNamed || sample.kinds[index] != .text || sample.isLabel[index] { labels.append(index) }
        }
        let roles = Set(labels + readAsText + [time, unit].compactMap { $0 })
        let chosen = try options.columns.map { try names.index(of: $0) }
        for index in chosen {
            if roles.contains(index) {
                throw SignalError(.invalidOption, "is a time, a label or a unit and cannot be a value; leave it out")
                    .at(column: names.shown(index))
            }
            if sample.kinds[index] == .text {
                throw SignalError(.unsupported, "holds text such as '\(sample.texts[index])', not numbers")
                    .at(column: names.shown(index))
            }
        }
        guard Set(chosen).count == chosen.count else {
            throw SignalError(.invalidOption, "a column is asked for twice")
        }
        var values = chosen
        if chosen.isEmpty {
            var (texts, counters, empty): ([Int], [Int], [Int]) = ([], [], [])
            for index in 0..<count where !roles.contains(index) {
                switch sample.kinds[index] {
                case .text: texts.append(index)
                // A delimiter at the end of every line makes a column without a name.
                case .missing: if !names.original[index].isEmpty { empty.append(index) }
                case .number where Self.isCounter(names, index): counters.append(index)
                case .number: values.append(index)
                }
            }
            if !texts.isEmpty { warnings.append("left out, being text: \(Self.list(names, texts))") }
            if !counters.isEmpty {
                warnings.append("left out, being no measurement by its name: \(Self.list(names, counters))")
            }
            if !empty.isEmpty {
                warnings.append(
                    "left out, having no value in the first \(sample.rowCount) rows: \(Self.list(names, empty))")
            }
            let suspects = values.filter { found[$0].isLabel }
            if !suspects.isEmpty {
                warnings.append("read as sensors, but named like labels: \(Self.list(names, suspects))")
            }
        }
        if !names.repeated.isEmpty {
            let shown = names.repeated.prefix(5).joined(separator: ", ")
            warnings.append("columns of the same name were numbered: \(shown)")
        }
        guard !values.isEmpty else { throw Self.nothingToRead(names, labels) }
        guard values.count <= Self.mostValues else {
            throw SignalError(
                .limitExceeded,
                "has \(values.count) columns of numbers; up to \(Self.mostValues) are read. Choose some by name")
        }
        self.names = names
        self.values = values
        self.labels = labels
        self.warnings = warnings
    }

    /// Up to eight names, and how many more.
    static func list(_ names: SensorColumnNames, _ indices: [Int]) -> String {
        let shown = indices.prefix(8).map { names.shown($0) }.joined(separator: ", ")
        return indices.count > 8 ? "\(shown) and \(indices.count - 8) more" : shown
    }

    private static func nothingToRead(_ names: SensorColumnNames, _ labels: [Int]) -> SignalError {
        if labels.isEmpty {
            let shown = names.original.prefix(5).map { "'\($0.prefix(40).description.escapingControlCharacters)'" }
            return SignalError(
                .unsupported, "has no column of numbers (its columns are \(shown.joined(separator: ", ")))")
        }
        return SignalError(
            .unsupported,
            "has labels (\(list(names, labels))) and no column of measurements; labels are not learnt from")
    }

    private static func isCounter(_ names: SensorColumnNames, _ index: Int) -> Bool {
        counterNames.contains(names.clean[index].lowercased()) || (index == 0 && names.original[index].isEmpty)
    }

    private static func time(
        _ sample: SensorTableSample, _ found: [ColumnName], excluding others: Set<Int>, options: SensorTableOptions
    ) throws -> (index: Int, notation: TimeNotation)? {
        func notation(_ index: Int) -> TimeNotation? {
            TimeNotation(sample.first, index, unit: found[index].timeUnit)
        }
        if let name = options.time {
            let index = try sample.names.index(of: name)
            guard let notation = notation(index) else {
                throw SignalError(.malformed, "'\(sample.firstText(index))' is no time")
                    .at(line: sample.firstLine, column: sample.names.shown(index))
            }
            return (index, notation)
        }
        let free = found.indices.filter { !others.contains($0) }
        // T is a temperature.
        for index in free where found[index].isTime && sample.names.original[index] != "T" {
            if let notation = notation(index) { return (index, notation) }
        }
        for index in free where sample.first.isTime[index] && !sample.first.isNumber[index] {
            return (index, .calendar)
        }
        return nil
    }
}
