/// How far values spread, to tell errors that are small beside them.
struct ValueScale {
    /// The distance from the 5th to the 95th percentile.
    let range: Double
    /// The standard deviation (divisor n).
    let deviation: Double

    init(_ values: ArraySlice<Float>) {
        let sorted = values.sorted()
        range = Quantile.linear(ofSorted: sorted, 0.95) - Quantile.linear(ofSorted: sorted, 0.05)
        deviation = ErrorMoments(sorted.map(Double.init)).deviation
    }
}

/// Mean and standard deviation (divisor n).
struct ErrorMoments {
    let mean: Double
    let deviation: Double

    init(_ errors: [Double]) {
        // Divided before they are added, so that no sum of huge errors overflows.
        let share = 1 / Double(max(errors.count, 1))
        let mean = errors.reduce(0) { $0 + $1 * share }
        let largest = errors.reduce(0) { max($0, abs($1 - mean)) }
        self.mean = mean
        guard largest > 0 else {
            deviation = 0
            return
        }
        let squares = errors.reduce(0) { $0 + ($1 - mean) / largest * (($1 - mean) / largest) * share }
        deviation = largest * squares.squareRoot()
    }
}

/// One window of ``DynamicThreshold``.
struct DynamicThresholdWindow {
    /// The smoothed errors of the window, at least 0.
    let errors: [Double]
    /// The row of the series that the window begins with.
    let firstRow: Int
    /// The rows of the series that are judged by this window.
    let judged: Range<Int>
    /// The spread of the values that were forecast, if known.
    let scale: ValueScale?

    /// The window with its errors mirrored at their mean, where dips stand out.
    var flipped: DynamicThresholdWindow {
        let mean = ErrorMoments(errors).mean
        return DynamicThresholdWindow(
            errors: errors.map { 2 * mean - $0 }, firstRow: firstRow, judged: judged, scale: scale)
    }

    /// The anomalous ranges among the judged rows, pruned; in rows of the series.
    ///
    /// - Parameter known: for every row of the series whether it was found anomalous by an earlier window.
    func anomalousRanges(_ options: DynamicThreshold, known: [Bool]) -> [Range<Int>] {
        let moments = ErrorMoments(errors)
        let multiple = DynamicThreshold.multiple(of: errors, moments, buffer: options.buffer)
        let threshold = moments.mean + multiple * moments.deviation
        let least = scale.map { max(threshold, 0.05 * $0.range) } ?? threshold
        if let scale {
            let highest = errors.max() ?? 0
            let stands = moments.deviation > 0.05 * scale.deviation || highest > 0.05 * scale.range
            guard stands, highest > 0.05 else { return [] }
        }
        let exceeding = errors.indices.filter { errors[$0] > least }
        guard !exceeding.isEmpty else { return [] }
        let candidates = DynamicThreshold.buffered(exceeding, options.buffer, within: 0..<errors.count)
            .map { ($0.lowerBound + firstRow..<$0.upperBound + firstRow).clamped(to: judged) }
            .filter { !$0.isEmpty }
        return pruned(candidates, minimumDrop: options.minimumDrop, known: known)
    }

    /// The ranges up to the last sufficient drop in the order of their highest errors.
    func pruned(_ ranges: [Range<Int>], minimumDrop: Double, known: [Bool]) -> [Range<Int>] {
        guard !ranges.isEmpty else { return [] }
        var highestOutside = 0.0
        var next = 0
        for (offset, error) in errors.enumerated() {
            let row = offset + firstRow
            while next < ranges.count, ranges[next].upperBound <= row { next += 1 }
            let isInside = next < ranges.count && ranges[next].contains(row)
            if !isInside, !known[row], error > highestOutside { highestOutside = error }
        }
        var peaks = ranges.enumerated().map { index, range in
            (index: index, error: range.reduce(0) { max($0, errors[$1 - firstRow]) })
        }
        peaks.sort { $0.error > $1.error }
        let following = peaks.dropFirst().map(\.error) + (highestOutside > 0 ? [highestOutside] : [])
        // Everything up to the last sufficient drop stays, also what dropped too little before it.
        let drops = zip(peaks, following).map { $0.error > 0 ? ($0.error - $1) / $0.error : 0 }
        // Where nothing is left to compare the last range with, there is no reason to prune it.
        let kept = following.count < peaks.count ? peaks.count : (drops.lastIndex { $0 >= minimumDrop } ?? -1) + 1
        return peaks.prefix(kept).map { ranges[$0.index] }.sorted { $0.lowerBound < $1.lowerBound }
    }
}

extension DynamicThreshold {
    /// The threshold for one set of scores: mean plus the multiple of the standard deviation that Hundman et al. choose.
    /// Scores below 0 are measured from the lowest.
    static func threshold(of scores: [Double]) -> Double {
        let lowest = min(scores.min() ?? 0, 0)
        let shifted = scores.map { $0 - lowest }
        let moments = ErrorMoments(shifted)
        return moments.mean + multiple(of: shifted, moments, buffer: 1) * moments.deviation + lowest
    }

    /// The multiple of the standard deviation, 2.5 to 11.5 in halves, for which the share by which mean and deviation
    /// fall when the errors above are taken away, divided by the number of those errors and the square of the number of
    /// their runs, is greatest; 12 when none leaves at most five runs of less than half of the rows.
    static func multiple(of errors: [Double], _ moments: ErrorMoments, buffer: Int) -> Double {
        let none = 12.0
        guard moments.mean > 0, moments.deviation > 0 else { return none }
        let count = Double(errors.count)
        var suspects = errors.indices.filter { errors[$0] >= moments.mean + 2.5 * moments.deviation }
        var best = (multiple: none, gain: 0.0)
        for step in 5..<24 {
            let multiple = Double(step) / 2
            let threshold = moments.mean + multiple * moments.deviation
            suspects.removeAll { errors[$0] < threshold }
            let exceeding = suspects.filter { errors[$0] > threshold }
            guard !exceeding.isEmpty else { break }
            // In deviations from the mean, so that the sums of what stays follow from those of what goes.
            var sum = 0.0
            var squares = 0.0
            for index in suspects {
                let distance = (errors[index] - moments.mean) / moments.deviation
                sum += distance
                squares += distance * distance
            }
            let left = count - Double(suspects.count)
            let shift = -sum / left
            let variance = max((count - squares) / left - shift * shift, 0)
            let gain = -shift * moments.deviation / moments.mean + (1 - variance.squareRoot())
            let runs = buffered(exceeding, buffer, within: 0..<errors.count)
            let rows = runs.reduce(0) { $0 + $1.count }
            let weighted = gain / Double(runs.count * runs.count + rows)
            if weighted >= best.gain, runs.count <= 5, Double(rows) < count / 2 { best = (multiple, weighted) }
        }
        return best.multiple
    }

    /// The ranges within `buffer - 1` rows of some rows in ascending order, joined where they touch.
    static func buffered(_ rows: [Int], _ buffer: Int, within bounds: Range<Int>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for row in rows {
            let range = (row - buffer + 1..<row + buffer).clamped(to: bounds)
            if let last = ranges.last, range.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                ranges.append(range)
            }
        }
        return ranges
    }
}
