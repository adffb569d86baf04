import SignalCore

/// What a first pass over the time column finds: the usual spacing, jitter and gaps.
///
/// Spacings are counted in buckets that become coarser when there are too many different ones, so memory does not grow
/// with the table. With up to 65,536 different spacings the median is exact.
struct TimeColumnSurvey {
    /// The time of the first row, in nanoseconds.
    private(set) var firstTime: Int64 = 0
    /// The time of the last row, in nanoseconds.
    private(set) var lastTime: Int64 = 0
    /// The number of rows.
    private(set) var rowCount = 0
    /// The usual spacing of rows, in nanoseconds.
    private(set) var spacing = 0.0
    /// Spacings that are off by more than 10 % of the usual one (and by more than the last digit of the times), gaps
    /// not counted.
    private(set) var jitterCount = 0
    /// Spacings of more than 1.5 times the usual one.
    private(set) var gapCount = 0
    /// The largest spacing, in nanoseconds.
    private(set) var largestSpacing: Int64 = 0
    /// The line of the row after the largest spacing.
    private(set) var largestSpacingLine = 0

    private var buckets: [Int64: (count: Int, sum: Double)] = [:]
    private var shift: Int64 = 0
    private var mostDigits = 0

    private static let mostBuckets = 65536

    /// Reads all rows; they stand at the end afterwards.
    ///
    /// - Throws: `SignalError` with code `malformed` and the line when the time does not advance,
    ///   `insufficientData` for fewer than two rows.
    init(_ rows: TableRows) throws {
        guard let time = rows.columns.time else { preconditionFailure("asked only where there is a time column") }
        while try rows.next() {
            let (value, digits) = try rows.time()
            mostDigits = max(mostDigits, digits)
            if rowCount == 0 {
                firstTime = value
            } else {
                let (step, overflow) = value.subtractingReportingOverflow(lastTime)
                guard step > 0, !overflow else {
                    throw SignalError(
                        .malformed,
                        "the time \(step == 0 ? "is that of the row before" : "goes back"); sort the rows, or give --rate to read them without their times"
                    ).at(path: rows.path, line: rows.line, column: rows.columns.name(time.index))
                }
                add(step, line: rows.line)
            }
            lastTime = value
            rowCount += 1
        }
        guard rowCount > 1 else {
            throw SignalError(
                .insufficientData, "has \(rowCount == 0 ? "no rows" : "one row"), which gives no rate; give --rate"
            ).at(path: rows.path)
        }
        summarize(tick: time.notation.tick(fractionDigits: mostDigits))
    }

    private mutating func add(_ step: Int64, line: Int) {
        if step > largestSpacing {
            largestSpacing = step
            largestSpacingLine = line
        }
        let bucket = buckets[step >> shift, default: (0, 0)]
        buckets[step >> shift] = (bucket.count + 1, bucket.sum + Double(step))
        while buckets.count > Self.mostBuckets {
            shift += 1
            var coarser: [Int64: (count: Int, sum: Double)] = [:]
            for (key, bucket) in buckets {
                let other = coarser[key >> 1, default: (0, 0)]
                coarser[key >> 1] = (other.count + bucket.count, other.sum + bucket.sum)
            }
            buckets = coarser
        }
    }

    private mutating func summarize(tick: Double) {
        let sorted = buckets.sorted { $0.key < $1.key }.map(\.value)
        let steps = rowCount - 1
        var passed = 0
        var median = 0.0
        for bucket in sorted {
            passed += bucket.count
            if passed * 2 >= steps {
                median = bucket.sum / Double(bucket.count)
                break
            }
        }
        func isGap(_ step: Double) -> Bool { step > 1.5 * median }
        spacing = median
        if median < 20 * tick {
            // Times written in milliseconds show 400 Hz as 2, 3, 2, 3 ms: the median is a rounded value, the average of
            // what is no gap is not.
            var sum = 0.0
            var count = 0
            for bucket in sorted where !isGap(bucket.sum / Double(bucket.count)) {
                sum += bucket.sum
                count += bucket.count
            }
            spacing = sum / Double(count)
        }
        for bucket in sorted {
            let step = bucket.sum / Double(bucket.count)
            if isGap(step) {
                gapCount += bucket.count
            } else if abs(step - spacing) > max(0.1 * spacing, tick * 1.001) {
                jitterCount += bucket.count
            }
        }
        buckets = [:]
    }

    /// What a person should know about the times.
    func warnings(isResampled: Bool) -> [String] {
        func seconds(_ nanoseconds: Double) -> String {
            let rounded = (nanoseconds / 1e3).rounded() / 1e6
            return "\(rounded == rounded.rounded() && rounded < 1e15 ? String(Int(rounded)) : String(rounded)) s"
        }
        let remedy = isResampled ? "" : "; rows were taken as evenly spaced, --resample HZ puts them on an even grid"
        var warnings: [String] = []
        if jitterCount > 0 {
            warnings.append(
                "the times jitter: \(jitterCount) of \(rowCount - 1) spacings are off by more than 10 % of \(seconds(spacing))\(remedy)"
            )
        }
        if gapCount > 0 {
            let ending = isResampled ? "; they were bridged by straight lines" : remedy
            warnings.append(
                "the times have \(gapCount) \(gapCount == 1 ? "gap" : "gaps") of more than 1.5 times \(seconds(spacing)), the largest \(seconds(Double(largestSpacing))) before line \(largestSpacingLine)\(ending)"
            )
        }
        return warnings
    }
}
