/// Rows to learn from, with what is to be learnt about each: a class or a number.
public struct LabelledData: Sendable {
    /// What is known about every row.
    public enum Targets: Sendable, Equatable {
        /// The class of every row, as an index into the names of the classes.
        case classes([Int], names: [String])
        /// A number for every row, finite where it is used.
        case numbers([Float])

        /// The number of rows.
        public var count: Int {
            switch self {
            case .classes(let classes, _): classes.count
            case .numbers(let numbers): numbers.count
            }
        }

        /// The targets of some rows, in the order given.
        public func selecting(_ rows: [Int]) -> Targets {
            switch self {
            case .classes(let classes, let names): .classes(rows.map { classes[$0] }, names: names)
            case .numbers(let numbers): .numbers(rows.map { numbers[$0] })
            }
        }
    }

    /// What the columns mean.
    public let schema: FeatureSchema
    /// The rows; a value that is NaN is missing.
    public let frames: FeatureFrames
    /// What is known about every row.
    public let targets: Targets
    /// The unit (machine, engine, recording) of every row; any whole numbers. Rows of a unit are never divided between
    /// what is learnt from and what is judged on.
    public let groups: [Int]

    /// Makes labelled rows.
    ///
    /// - Parameter groups: the unit of every row; `nil` where every row is one of its own.
    /// - Precondition: there is one target and one group a row, the columns are those of the schema, and every class has
    ///   a name.
    public init(schema: FeatureSchema, frames: FeatureFrames, targets: Targets, groups: [Int]? = nil) {
        precondition(
            targets.count == frames.count && groups.map { $0.count == frames.count } ?? true,
            "a row has one target and one group")
        precondition(schema.columns.count == frames.columnCount, "the columns are those of the schema")
        if case .classes(let classes, let names) = targets {
            precondition(classes.allSatisfy { names.indices.contains($0) }, "every class has a name")
        }
        self.schema = schema
        self.frames = frames
        self.targets = targets
        self.groups = groups ?? Array(0..<frames.count)
    }

    /// The number of rows.
    public var count: Int { frames.count }

    /// Some of the rows, in the order given.
    ///
    /// - Precondition: the rows are among those there are.
    public func selecting(_ rows: [Int]) -> LabelledData {
        var chosen = FeatureFrames(columnCount: frames.columnCount)
        chosen.reserveCapacity(rows.count)
        for row in rows { chosen.append(time: frames.times[row], row: frames.values[frames.range(ofFrame: row)]) }
        return LabelledData(
            schema: schema, frames: chosen, targets: targets.selecting(rows), groups: rows.map { groups[$0] })
    }
}
