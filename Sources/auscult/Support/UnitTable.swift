import FeatureExtraction
import Learning
import SignalCore
import SignalIO

/// A sensor table by machines: its readings, and the rows of every unit in their order.
struct UnitTable: Sendable {
    let path: String
    /// What the columns of readings mean; columns of text that are read as numbers stand last.
    let schema: FeatureSchema
    /// The readings of all rows, in the order of the table; times are absolute where the table tells.
    let frames: FeatureFrames
    /// The units in the order in which they appear; a single one without a name where there is no unit column.
    let names: [String]
    /// The rows of every unit, in the order of their times.
    let rows: [[Int]]
    /// Whether times are dates.
    let hasAbsoluteTimes: Bool
    let hasTime: Bool
    let content: SensorTableContent

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - options: the columns and their roles; the texts of the categories stand first among its texts.
    ///   - everyRowIsAUnit: whether rows without a unit column have nothing to do with each other.
    init(
        path: String, options: SensorTableOptions, categories: [CategoryColumn], everyRowIsAUnit: Bool = false
    ) throws {
        let content = try SensorTable.read(path: path, options: options)
        self.path = path
        self.content = content
        hasTime = content.hasTime
        hasAbsoluteTimes = content.startTime != nil
        var schema = content.schema
        schema.columns += categories.flatMap(\.columnNames).map { FeatureColumn($0) }
        self.schema = schema
        let start = content.startTime ?? 0
        var frames = FeatureFrames(columnCount: schema.columns.count)
        frames.reserveCapacity(content.frames.count)
        for row in 0..<content.frames.count {
            var values = Array(content.frames.values[content.frames.range(ofFrame: row)])
            for (index, category) in categories.enumerated() {
                values += category.numbers(of: content.texts[index][row])
            }
            frames.append(time: content.frames.times[row] + start, row: values)
        }
        self.frames = frames
        if content.units.isEmpty {
            let all = Array(0..<frames.count)
            names = everyRowIsAUnit ? all.map { "\($0 + 1)" } : [""]
            rows = everyRowIsAUnit ? all.map { [$0] } : [all]
            return
        }
        var places: [String: Int] = [:]
        var names: [String] = []
        var rows: [[Int]] = []
        for (row, unit) in content.units.enumerated() {
            if let place = places[unit] {
                rows[place].append(row)
            } else {
                places[unit] = names.count
                names.append(unit)
                rows.append([row])
            }
        }
        self.names = names
        // Rows of one time keep the order of the table.
        self.rows = rows.map { unit in
            let isSorted = zip(unit, unit.dropFirst()).allSatisfy { frames.times[$0] <= frames.times[$1] }
            return isSorted
                ? unit
                : unit.sorted {
                    frames.times[$0] == frames.times[$1] ? $0 < $1 : frames.times[$0] < frames.times[$1]
                }
        }
    }

    /// The unit of every row, by its number.
    var groups: [Int] {
        var groups = Array(repeating: 0, count: frames.count)
        for (unit, rows) in rows.enumerated() { for row in rows { groups[row] = unit } }
        return groups
    }

    /// The readings of one unit.
    func readings(of unit: Int, columns: Int) -> FeatureFrames {
        var readings = FeatureFrames(columnCount: columns)
        for row in rows[unit] {
            readings.append(
                time: frames.times[row], row: frames.values[frames.range(ofFrame: row)].prefix(columns))
        }
        return readings
    }

    /// The features of every row, unit by unit; `order` tells the row of the table of each.
    func features(_ options: UnitFeatureOptions) throws -> (features: UnitFeatures, frames: FeatureFrames, order: [Int])
    {
        var features = try UnitFeatures(schema: schema, options: options)
        var made = FeatureFrames(columnCount: features.schema.columns.count)
        made.reserveCapacity(frames.count)
        for unit in rows.indices {
            features.reset()
            try features.transform(readings(of: unit, columns: schema.columns.count), into: &made)
        }
        return (features, made, rows.flatMap(\.self))
    }
}
