public import SignalCore

/// Describes every row of one machine by what its readings are and how they have changed since it was new: streaming
/// and causal, so that the features of a row never depend on a later one.
///
/// The columns stand in this order: for every reading, and then for every product, quotient and difference of readings
/// that is asked for: the value (`pressure`), the statistics of every window (`pressure.mean30`, `pressure.std30`,
/// `pressure.slope30`), the difference of every window's mean to the unit's first rows (`pressure.change30`, without
/// windows `pressure.change`); then the fixed columns; then `age`.
///
/// - One transform serves one unit after the other; ``reset()`` between them, so that units never mix.
/// - A window that is not full yet looks at the rows so far. The baseline is the mean of the first rows, of those there
///   are as long as they are fewer than ``UnitFeatureOptions/baselineRows``.
/// - A value that is missing (NaN) is held from the row before. Before a column's first value its features are NaN, and
///   its windows and its baseline begin with that value. Fixed columns stay as they are.
/// - Windows and age count rows, not seconds.
public struct UnitFeatures: FrameTransform {
    /// The name used in model files.
    public static let name = "unit-table"
    /// The most columns that are made.
    public static let mostColumns = 16_384

    /// What the columns mean.
    public let schema: FeatureSchema
    /// For every column of ``schema`` the reading or combination that it comes from, or `age`.
    public let sources: [String]
    /// The input rows of the frames that the last call appended.
    public private(set) var sourceRows: [Int] = []

    private let inputColumns: Int
    private let readings: [Int]
    private let pairs: [ColumnPair]
    private let fixed: [Int]
    private let hasAge: Bool
    private var histories: [UnitColumn]
    private var rowCount = 0
    private var result: [Float]

    /// Makes the transform for tables of one schema.
    ///
    /// - Throws: `SignalError` with code `invalidOption` (an option out of range, a column that is not there),
    ///   `insufficientData` (no columns) or `limitExceeded` (more than ``mostColumns`` columns).
    public init(schema: FeatureSchema, options: UnitFeatureOptions) throws {
        try options.validate()
        let columns = schema.columns
        let fixedColumns = try options.fixed.map { name in
            guard let index = columns.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw SignalError(
                    .invalidOption, NearestName.unknown("column", name, among: columns.prefix(200).map(\.name)))
            }
            return index
        }
        let readings = columns.indices.filter { !fixedColumns.contains($0) }
        let pairs =
            try options.products.map { try ColumnPair($0, .product, columns: columns) }
            + options.ratios.map { try ColumnPair($0, .ratio, columns: columns) }
            + options.differences.map { try ColumnPair($0, .difference, columns: columns) }
        let sensed = readings.map { columns[$0] } + pairs.map(\.column)
        let history = UnitColumn(options)
        let made = sensed.count * history.count + fixedColumns.count + (options.age ? 1 : 0)
        guard made > 0 else {
            throw SignalError(.insufficientData, "the table has no columns of numbers to make features of")
        }
        guard made <= Self.mostColumns else {
            throw SignalError(
                .limitExceeded,
                "these options make \(made) columns of \(sensed.count); up to \(Self.mostColumns) are made. Choose fewer windows or fewer columns"
            )
        }
        var all: [FeatureColumn] = []
        var sources: [String] = []
        for column in sensed {
            all += history.columns(of: column)
            sources += Array(repeating: column.name, count: history.count)
        }
        all += fixedColumns.map { columns[$0] }
        sources += fixedColumns.map { columns[$0].name }
        if options.age {
            all.append(FeatureColumn("age", unit: "rows"))
            sources.append("age")
        }
        self.schema = FeatureSchema(
            feature: Self.name, columns: TabularPipeline.distinct(all),
            frameSeconds: schema.frameSeconds + Double((options.windows.max() ?? 1) - 1) * schema.hopSeconds,
            hopSeconds: schema.hopSeconds, isCausal: schema.isCausal)
        self.sources = sources
        self.readings = readings
        self.pairs = pairs
        fixed = fixedColumns
        hasAge = options.age
        inputColumns = columns.count
        histories = Array(repeating: history, count: sensed.count)
        result = Array(repeating: 0, count: made)
    }

    /// Takes rows of the unit and appends their features.
    ///
    /// - Precondition: both runs of frames have the columns of their schema.
    public mutating func transform(_ input: FeatureFrames, into output: inout FeatureFrames) throws {
        precondition(input.columnCount == inputColumns, "the rows have the columns that the transform was made for")
        sourceRows = Array(rowCount..<rowCount + input.count)
        let values = input.values
        for frame in 0..<input.count {
            let row = values.span.extracting(input.range(ofFrame: frame))
            var next = 0
            for (position, column) in readings.enumerated() {
                histories[position].take(row[column], into: &result, at: &next)
            }
            for (position, pair) in pairs.enumerated() {
                histories[readings.count + position].take(pair.value(row), into: &result, at: &next)
            }
            for column in fixed {
                result[next] = row[column]
                next += 1
            }
            if hasAge { result[next] = Float(rowCount) }
            rowCount += 1
            output.append(time: input.times[frame], row: result)
        }
    }

    /// Nothing waits for later rows.
    public mutating func finish(into output: inout FeatureFrames) throws {
        sourceRows = []
    }

    /// Forgets all rows, ready for the next unit.
    public mutating func reset() {
        for index in histories.indices { histories[index].reset() }
        rowCount = 0
        sourceRows = []
    }
}
