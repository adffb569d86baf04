public import SignalCore

/// Makes the feature `table`: cleans the rows of a sensor table and adds columns to them, streaming and causal.
///
/// The columns stand in this order: those of the table; then for every one of them the rolling statistics
/// (`pressure.mean30`), exponentially weighted means (`pressure.ewm10`), earlier values (`pressure.lag2`), differences
/// (`pressure.difference1`) and changes in percent (`pressure.change1`); then what is computed across columns
/// (`pressure/current`, `pressure-current`, `all.mean`); then the calendar (`hour.sin`).
///
/// The preset `tracked` makes two columns of each (`pressure.level`, `pressure.noise`) and nothing else.
///
/// - A window that is not full yet looks at the rows seen so far (pandas' `min_periods=1`), and so does everything that
///   looks back: before there are k rows, the first one stands in. A statistic of too few rows is 0.
/// - Pairs are all pairs of columns, up to eight columns; of more columns each is paired with the next one only. With a
///   single column there is nothing across.
/// - Quotients and changes whose divisor is 0 or nearly so are held within ±1,000,000; 0 / 0 is 0 (a change from 0 to 0
///   too). All values are finite.
/// - The calendar is read in UTC, or rather in the table's own time where it states no offset.
/// - A window counts rows, not seconds, and rows that cleaning leaves out do not count.
///
/// Memory is constant, and a row costs no allocation and a constant time.
public struct TabularPipeline: FrameTransform {
    /// The name used on the command line and in files.
    public static let name = "table"
    /// What the feature is, in one line, for listings.
    public static let summary =
        "the columns of a sensor table, with rolling statistics, lags, differences, calendar and relations of columns"
    /// The most columns that are made.
    public static let mostColumns = 16_384
    /// Quotients and changes are held within this distance of 0.
    static let largestQuotient = 1e6

    /// What the columns mean. Not causal when missing values are interpolated.
    public let schema: FeatureSchema
    /// The input rows of the frames that the last call appended.
    public var sourceRows: [Int] { cleaning.sourceRows }
    /// What cleaning has done so far.
    public var counts: CleaningCounts { cleaning.counts }

    private let inputColumns: Int
    private let isRaw: Bool
    private let calendar: CalendarColumns?
    private let relations: CrossColumns
    private var cleaning: TableCleaning
    private var cleaned: FeatureFrames
    private var histories: [ColumnHistory]
    private var tracker: DriftTracker?
    private var result: [Float]
    private var rowCount = 0

    /// Makes a pipeline for tables of one schema.
    ///
    /// - Parameters:
    ///   - schema: what the columns of the table mean.
    ///   - options: the columns to make, and how to clean.
    ///   - startTime: what time 0 is in seconds from 1970-01-01 UTC, where the table tells absolute times.
    /// - Throws: `SignalError` with code `invalidOption` (a calendar without absolute times), `mismatch` (not one limit a
    ///   column), `insufficientData` (no columns) or `limitExceeded` (more than ``mostColumns`` columns).
    public init(schema: FeatureSchema, options: TabularOptions, startTime: Double? = nil) throws {
        try options.validate()
        let columns = schema.columns
        guard !columns.isEmpty else {
            throw SignalError(.insufficientData, "the table has no columns of numbers to make features of")
        }
        if startTime == nil, !options.calendar.isEmpty {
            throw SignalError(
                .invalidOption, "calendar needs a table that tells dates, not only seconds; leave calendar out")
        }
        let recipe = TabularRecipe(options, hasAbsoluteTime: startTime != nil)
        cleaning = try TableCleaning(schema: schema, options: options)
        if options.preset == .tracked {
            let tracker = try Self.tracker(of: options, columns: columns.count)
            self.tracker = tracker
            self.schema = FeatureSchema(
                feature: Self.name, columns: Self.distinct(columns.flatMap(Self.trackedColumns)),
                frameSeconds: schema.frameSeconds + Double(DriftTracker.window) * schema.hopSeconds,
                hopSeconds: schema.hopSeconds, isCausal: cleaning.schema.isCausal)
            (inputColumns, isRaw, calendar, histories) = (columns.count, false, nil, [])
            relations = CrossColumns([], columnCount: columns.count)
            cleaned = FeatureFrames(columnCount: columns.count)
            result = Array(repeating: 0, count: 2 * columns.count)
            return
        }
        let history = ColumnHistory(recipe)
        relations = CrossColumns(recipe.across, columnCount: columns.count)
        calendar = startTime.map { CalendarColumns(recipe.calendar, startTime: $0) }
        let made = columns.count * (1 + history.count) + relations.count + 2 * recipe.calendar.count
        guard made <= Self.mostColumns else {
            throw SignalError(
                .limitExceeded,
                "these options make \(made) columns of \(columns.count); up to \(Self.mostColumns) are made. Choose fewer windows or fewer columns"
            )
        }
        let all =
            columns + columns.flatMap { history.columns(of: $0) } + relations.columns(of: columns)
            + (calendar?.columns ?? [])
        let reach = history.isEmpty ? 0 : recipe.reach
        self.schema = FeatureSchema(
            feature: Self.name, columns: Self.distinct(all),
            frameSeconds: schema.frameSeconds + Double(reach) * schema.hopSeconds, hopSeconds: schema.hopSeconds,
            isCausal: cleaning.schema.isCausal)
        inputColumns = columns.count
        isRaw = made == columns.count
        histories = history.isEmpty ? [] : Array(repeating: history, count: columns.count)
        cleaned = FeatureFrames(columnCount: columns.count)
        result = Array(repeating: 0, count: made)
    }

    /// Takes rows of the table and appends their features.
    ///
    /// - Precondition: both runs of frames have the columns of their schema.
    public mutating func transform(_ input: FeatureFrames, into output: inout FeatureFrames) throws {
        if isRaw { return try cleaning.transform(input, into: &output) }
        cleaned.removeAll()
        try cleaning.transform(input, into: &cleaned)
        extend(into: &output)
    }

    /// Appends the features of rows that waited for later ones.
    public mutating func finish(into output: inout FeatureFrames) throws {
        if isRaw { return try cleaning.finish(into: &output) }
        cleaned.removeAll()
        try cleaning.finish(into: &cleaned)
        extend(into: &output)
    }

    /// Forgets all rows, ready for another table or the rows of another machine.
    public mutating func reset() {
        cleaning.reset()
        for column in histories.indices { histories[column].reset() }
        tracker?.reset()
        rowCount = 0
    }

    private static func tracker(of options: TabularOptions, columns: Int) throws -> DriftTracker {
        guard !options.driftScales.isEmpty else {
            throw SignalError(
                .insufficientData,
                "the preset tracked has to be learnt from at least \(DriftTracker.fewestRows) normal rows; give more")
        }
        guard options.driftScales.count == 2 * columns, options.driftSpeeds.count == 2 * columns else {
            throw SignalError(
                .mismatch,
                "driftScales and driftSpeeds hold two values a column, \(2 * columns), not "
                    + "\(options.driftScales.count) and \(options.driftSpeeds.count)")
        }
        return DriftTracker(columns: columns, speed: options.driftSpeeds, scale: options.driftScales)
    }

    private static func trackedColumns(_ column: FeatureColumn) -> [FeatureColumn] {
        [FeatureColumn("\(column.name).level"), FeatureColumn("\(column.name).noise")]
    }

    private mutating func extend(into output: inout FeatureFrames) {
        let values = cleaned.values
        for frame in 0..<cleaned.count {
            let row = values.span.extracting(frame * inputColumns..<(frame + 1) * inputColumns)
            if tracker != nil {
                tracker?.write(row, into: &result)
                output.append(time: cleaned.times[frame]) { span in
                    for index in 0..<result.count { span[index] = result[index] }
                }
                continue
            }
            var next = inputColumns
            for column in 0..<inputColumns { result[column] = row[column] }
            for column in histories.indices {
                histories[column].take(row[column], row: rowCount, into: &result, at: &next)
            }
            relations.write(row, into: &result, at: &next)
            calendar?.write(cleaned.times[frame], into: &result, at: &next)
            output.append(time: cleaned.times[frame]) { span in
                for index in 0..<result.count { span[index] = result[index] }
            }
            rowCount += 1
        }
    }

    /// Numbers names that come up again, as those of a table that has a column `a.lag1` beside its `a`.
    static func distinct(_ columns: [FeatureColumn]) -> [FeatureColumn] {
        var seen: Set<String> = []
        return columns.map { column in
            var unique = column
            var number = 2
            while !seen.insert(unique.name).inserted {
                unique.name = "\(column.name)_\(number)"
                number += 1
            }
            return unique
        }
    }
}

extension Float {
    /// The nearest number of single precision that is finite.
    static func nearest(_ value: Double) -> Float {
        let largest = Double(Float.greatestFiniteMagnitude)
        return Float(Swift.max(-largest, Swift.min(largest, value)))
    }

    /// `numerator / divisor` within ``TabularPipeline/largestQuotient`` of 0, and 0 for 0 / 0.
    static func boundedQuotient(_ numerator: Double, _ divisor: Double) -> Float {
        guard numerator != 0 else { return 0 }
        let limit = TabularPipeline.largestQuotient
        return Float(Swift.max(-limit, Swift.min(limit, numerator / divisor)))
    }
}
