import FeatureExtraction
import Learning
import SignalCore
import SignalIO

/// A table to learn failures and remaining life from.
struct PredictorInput {
    /// The rows without what is to be predicted.
    let table: UnitTable
    let categories: [CategoryColumn]
    let features: UnitFeatureOptions

    private let flags: PredictorFlags
    /// The class of every row of the table, as text.
    private let labels: [String]?
    /// The remaining life of every row of the table.
    private let lives: [Float]?

    /// The most classes.
    private static let mostClasses = 20
    private static let normalNames: Set = ["0", "false", "no", "normal", "ok", "none", "healthy"]

    /// Reads the table: what is to be predicted, what is left out, and the rest.
    init(path: String, flags: PredictorFlags, tables: TableFlags, unit: String?, features: UnitFeatureOptions) throws {
        self.flags = flags
        let oneHot = PredictorFlags.names(flags.oneHot)
        let ordinals = try flags.ordinals()
        var roles = SensorTableOptions()
        roles.unit = unit
        roles.time = flags.timeColumn
        roles.texts = ordinals.map(\.name) + oneHot + (tables.label.map { [$0] } ?? [])
        // What is a reading is decided by the names, without those that are excluded or predicted.
        let survey = try SensorTable(path: path, options: roles)
        func find(_ name: String, _ flag: String) throws -> String {
            let plain = SensorTable.cleanName(name)
            guard let column = survey.schema.columns.first(where: { $0.name.lowercased() == plain.lowercased() }) else {
                throw SignalError(
                    .invalidOption,
                    "\(flag): "
                        + NearestName.unknown("column of numbers", name, among: survey.schema.columns.map(\.name))
                ).at(path: path)
            }
            return column.name
        }
        let target = try flags.target.map { try find($0, "--target") }
        // An excluded column may be text or a row number, which are left out anyway.
        let excluded = Set(
            PredictorFlags.names(flags.exclude).map { SensorTable.cleanName($0).lowercased() })
        let chosen = tables.columns.map { PredictorFlags.names($0) }
        var readings = try chosen.map { try $0.map { try find($0, "--columns") } } ?? survey.schema.columns.map(\.name)
        readings.removeAll { $0 == target || excluded.contains($0.lowercased()) }
        guard !readings.isEmpty else {
            throw SignalError(.insufficientData, "has no column of numbers left to learn from").at(path: path)
        }
        if let target {
            var options = roles
            options.columns = [target]
            options.texts = []
            let column = try SensorTable.read(path: path, options: options).frames.values
            if let row = column.firstIndex(where: { !$0.isFinite }) {
                throw SignalError(.malformed, "the target of row \(row + 1) is missing; mend or remove the row").at(
                    path: path, column: target)
            }
            lives = column
        } else {
            lives = nil
        }
        roles.columns = readings
        var categories = ordinals
        if !oneHot.isEmpty {
            let texts = try SensorTable.read(path: path, options: roles).texts
            for (index, name) in oneHot.enumerated() {
                let values = Set(texts[ordinals.count + index]).subtracting([""]).sorted()
                guard values.count <= 100 else {
                    throw SignalError(.limitExceeded, "has \(values.count) different values; up to 100 become columns")
                        .at(
                            path: path, column: name)
                }
                categories.append(CategoryColumn(name: name, values: values, isOneHot: true))
            }
        }
        self.categories = categories
        table = try UnitTable(path: path, options: roles, categories: categories, everyRowIsAUnit: unit == nil)
        labels = tables.label == nil ? nil : table.content.texts.last
        var features = features
        features.fixed += categories.flatMap(\.columnNames).filter { !features.fixed.contains($0) }
        self.features = features
        if let labels, let row = labels.firstIndex(of: "") {
            throw SignalError(.malformed, "the label of row \(row + 1) is missing; mend or remove the row").at(
                path: path, column: tables.label)
        }
    }

    /// What is learnt of every row, in the order given.
    func targets(order: [Int]) throws -> PredictorTrainer.Targets {
        var targets = PredictorTrainer.Targets()
        let lives = self.lives ?? (flags.runToFailure ? derivedLives() : nil)
        targets.lives = lives.map { lives in order.map { lives[$0] } }
        targets.cap = flags.cap
        targets.lifeUnit = try flags.lifeUnit()
        if let labels {
            let names = Set(labels).sorted { left, right in
                if let a = Double(left), let b = Double(right), a != b { return a < b }
                return left < right
            }
            guard names.count > 1, names.count <= Self.mostClasses else {
                throw SignalError(
                    names.count < 2 ? .insufficientData : .limitExceeded,
                    names.count < 2
                        ? "all rows are labelled '\(names.first ?? "")'; at least two classes are needed"
                        : "the label column has \(names.count) different values; up to \(Self.mostClasses) classes are learnt. Use --target for numbers"
                ).at(path: table.path)
            }
            let usual = names.firstIndex { Self.normalNames.contains($0.lowercased()) }
            let normal = usual ?? Self.mostFrequent(labels, names)
            let index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
            targets.classes = (order.map { index[labels[$0]] ?? 0 }, names, normal)
        } else if let lives, let horizon = flags.failsWithin ?? (flags.runToFailure ? 30 : nil) {
            let classes = order.map { lives[$0] <= Float(horizon) ? 1 : 0 }
            guard Set(classes).count == 2 else {
                throw SignalError(
                    .insufficientData,
                    "all rows are \(classes.first == 1 ? "within" : "farther than") \(horizon) \(targets.lifeUnit.rawValue) of a failure; choose another --fails-within"
                ).at(path: table.path)
            }
            targets.classes = (classes, ["later", "within \(horizon) \(targets.lifeUnit.rawValue)"], 0)
            targets.horizon = horizon
        }
        return targets
    }

    /// Columns that give away what is predicted.
    func suspects() -> [AnswerColumns.Finding] {
        let all = Array(0..<table.frames.count)
        guard let classes = try? targets(order: all).classes else { return [] }
        var found = AnswerColumns.find(
            table.frames, schema: table.schema, isFailure: classes.values.map { $0 != classes.normal })
        // Rows of machines come in order, and a remaining life stands in no column that falls short of it by chance.
        if !table.content.units.isEmpty { found.removeAll { !$0.isAnswer } }
        return found
    }

    /// The rows until the last one of each unit.
    private func derivedLives() -> [Float] {
        var lives = Array(repeating: Float(0), count: table.frames.count)
        for rows in table.rows {
            for (position, row) in rows.enumerated() { lives[row] = Float(rows.count - 1 - position) }
        }
        return lives
    }

    private static func mostFrequent(_ labels: [String], _ names: [String]) -> Int {
        var counts: [String: Int] = [:]
        for label in labels { counts[label, default: 0] += 1 }
        return names.indices.max { (counts[names[$0]] ?? 0) < (counts[names[$1]] ?? 0) } ?? 0
    }
}
