public import SignalCore

/// What a ``TableCleaning`` has done since its start or its last reset.
public struct CleaningCounts: Sendable, Equatable {
    /// Rows taken.
    public internal(set) var rows = 0
    /// Rows left out, because a value was missing and rows are dropped, or had no value before it to hold.
    public internal(set) var rowsLeftOut = 0
    /// Values that were missing or not finite, a column.
    public internal(set) var missing: [Int]
    /// Missing values that the column's last one stands in for, a column.
    public internal(set) var held: [Int]
    /// Missing values that a straight line stands in for, a column.
    public internal(set) var interpolated: [Int]
    /// Missing values that the initial value stands in for, a column.
    public internal(set) var initial: [Int]
    /// Values raised to the column's lowest, a column.
    public internal(set) var clippedLow: [Int]
    /// Values lowered to the column's highest, a column.
    public internal(set) var clippedHigh: [Int]

    init(columns: Int) {
        let none = Array(repeating: 0, count: columns)
        (missing, held, interpolated, initial, clippedLow, clippedHigh) = (none, none, none, none, none, none)
    }
}

/// Fills, or leaves out, what is missing in a table and clips outliers. All that it yields is finite.
///
/// A value that is not a finite number is missing. Clipping comes first, so that no outlier is held or interpolated to.
/// Holding and dropping are causal. Interpolating is not: rows wait for the next value, and ``schema`` says so.
public struct TableCleaning: FrameTransform {
    /// The columns of the input; not causal when values are interpolated.
    public let schema: FeatureSchema
    /// The input rows of the frames that the last call appended.
    public private(set) var sourceRows: [Int] = []
    /// What was done so far.
    public private(set) var counts: CleaningCounts

    private let missing: MissingValueHandling
    private let longestGap: Int
    private let lower: [Float]
    private let upper: [Float]
    private let initial: [Float]

    private var last: [Float]
    private var hasValue: [Bool]
    private var lastRow: [Int]
    private var row: [Float]
    private var pending: PendingRows

    /// Makes a cleaning for tables of one schema; it uses the options about missing values and limits.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, or `mismatch` when there is not one limit a column.
    public init(schema: FeatureSchema, options: TabularOptions) throws {
        try options.validate()
        let columns = schema.columns.count
        for (name, values) in [
            ("lowerLimits", options.lowerLimits), ("upperLimits", options.upperLimits),
            ("initialValues", options.initialValues),
        ] where !values.isEmpty && values.count != columns {
            throw SignalError(
                .mismatch, "\(name) has \(values.count) values and the table \(columns) columns; give one a column")
        }
        self.schema = FeatureSchema(
            feature: schema.feature, columns: schema.columns, frameSeconds: schema.frameSeconds,
            hopSeconds: schema.hopSeconds, isCausal: schema.isCausal && options.missing != .interpolate)
        missing = options.missing
        longestGap = options.longestGap
        lower = options.lowerLimits.map { Float($0) }
        upper = options.upperLimits.map { Float($0) }
        initial = options.initialValues.map { Float($0) }
        counts = CleaningCounts(columns: columns)
        last = Array(repeating: 0, count: columns)
        hasValue = Array(repeating: false, count: columns)
        lastRow = Array(repeating: 0, count: columns)
        row = last
        pending = PendingRows(columns: columns)
    }

    /// Takes rows of the table and appends the clean ones.
    public mutating func transform(_ input: FeatureFrames, into output: inout FeatureFrames) throws {
        precondition(input.columnCount == row.count, "the rows have the columns that the cleaning was made for")
        sourceRows.removeAll(keepingCapacity: true)
        let values = input.values
        for frame in 0..<input.count {
            let isComplete = read(values, at: frame * row.count)
            take(isComplete: isComplete, time: input.times[frame], into: &output)
            counts.rows += 1
        }
    }

    /// Appends the rows that wait for a value that never came; the last one is held.
    public mutating func finish(into output: inout FeatureFrames) throws {
        sourceRows.removeAll(keepingCapacity: true)
        while !pending.isEmpty { release(into: &output) }
    }

    /// Forgets all rows and counts.
    public mutating func reset() {
        sourceRows.removeAll(keepingCapacity: true)
        counts = CleaningCounts(columns: row.count)
        for column in row.indices { hasValue[column] = false }
        pending.removeAll()
    }

    /// Copies one row, clipped, missing values as NaN; returns whether none is missing.
    private mutating func read(_ values: [Float], at start: Int) -> Bool {
        var isComplete = true
        for column in row.indices {
            var value = values[start + column]
            if !value.isFinite {
                counts.missing[column] += 1
                isComplete = false
                value = .nan
            } else if !lower.isEmpty, value < lower[column] {
                counts.clippedLow[column] += 1
                value = lower[column]
            } else if !upper.isEmpty, value > upper[column] {
                counts.clippedHigh[column] += 1
                value = upper[column]
            }
            row[column] = value
        }
        return isComplete
    }

    private mutating func take(isComplete: Bool, time: Double, into output: inout FeatureFrames) {
        var isUsable = isComplete || missing != .drop
        for column in row.indices {
            if !row[column].isNaN {
                if missing == .interpolate { bridge(column) }
                last[column] = row[column]
                lastRow[column] = counts.rows
                hasValue[column] = true
            } else if !hasValue[column], initial.isEmpty {
                isUsable = false
            }
        }
        guard isUsable else {
            counts.rowsLeftOut += 1
            return
        }
        if !isComplete {
            for column in row.indices where row[column].isNaN {
                if !hasValue[column] {
                    row[column] = initial[column]
                    counts.initial[column] += 1
                } else if missing == .hold {
                    row[column] = last[column]
                    counts.held[column] += 1
                }
            }
        }
        guard missing == .interpolate else {
            emit(row[...], time: time, number: counts.rows, into: &output)
            return
        }
        pending.append(row, time: time, number: counts.rows)
        while !pending.isEmpty, pending.isFirstComplete || pending.count > longestGap { release(into: &output) }
    }

    /// Lays a straight line over the rows that wait for a value of this column, now that there is one.
    private mutating func bridge(_ column: Int) {
        let length = Double(counts.rows - lastRow[column])
        let (from, to) = (Double(last[column]), Double(row[column]))
        counts.interpolated[column] += pending.fill(column) { number in
            let share = Double(number - lastRow[column]) / length
            return Float(from * (1 - share) + to * share)
        }
    }

    /// Appends the first row that waits; what it still lacks is held.
    private mutating func release(into output: inout FeatureFrames) {
        if !pending.isFirstComplete {
            for column in row.indices where pending.first(column).isNaN {
                pending.setFirst(column, last[column])
                counts.held[column] += 1
                lastRow[column] = pending.firstNumber
            }
        }
        emit(pending.firstValues, time: pending.firstTime, number: pending.firstNumber, into: &output)
        pending.removeFirst()
    }

    private mutating func emit(
        _ values: ArraySlice<Float>, time: Double, number: Int, into output: inout FeatureFrames
    ) {
        output.append(time: time) { row in
            for (index, value) in values.enumerated() { row[index] = value }
        }
        sourceRows.append(number)
    }
}
