internal import SignalCore

/// The windows of consecutive frames that a detector can be fitted on: none reaches from one segment into the next.
struct TrainingWindows: Sendable {
    /// The first frames of windows, run by run.
    let runs: [Range<Int>]
    /// The number of windows.
    let count: Int

    /// Finds the windows of training data and checks that they can be learnt from.
    ///
    /// - Parameters:
    ///   - contextFrames: the number of frames of a window.
    ///   - fewest: the number of windows that the algorithm needs.
    ///   - algorithm: its name, for the message.
    /// - Throws: `SignalError` with code `insufficientData` when there is no column or there are too few windows,
    ///   `malformed` naming the frame and column of a value that is not finite.
    init(_ data: TrainingData, contextFrames: Int, fewest: Int, algorithm: String) throws {
        runs = try data.windowRuns(contextFrames: contextFrames, fewest: fewest, for: algorithm)
        count = runs.reduce(0) { $0 + $1.count }
    }

    /// The first frames of some windows drawn without replacement (Floyd's algorithm: Bentley and Floyd, "A sample of
    /// brilliance", Communications of the ACM 30, 1987).
    ///
    /// - Precondition: there are at least `size` windows.
    func sample(_ size: Int, using generator: inout SeededGenerator) -> [Int] {
        var chosen = Set<Int>(minimumCapacity: size)
        var numbers: [Int] = []
        numbers.reserveCapacity(size)
        for last in count - size..<count {
            let drawn = Int(generator.uniform() * Double(last + 1))
            let number = chosen.insert(drawn).inserted ? drawn : last
            if number == last { chosen.insert(last) }
            numbers.append(number)
        }
        return frames(of: numbers)
    }

    /// The first frames of at most `limit` windows, spread evenly over all.
    func spread(over limit: Int) -> [Int] {
        let size = min(limit, count)
        return frames(of: (0..<size).map { $0 * count / size })
    }

    /// The first frames of windows by number.
    private func frames(of numbers: [Int]) -> [Int] {
        if runs.count == 1 { return numbers.map { $0 + runs[0].lowerBound } }
        var starts: [Int] = []
        starts.reserveCapacity(runs.count)
        var total = 0
        for run in runs {
            starts.append(total)
            total += run.count
        }
        return numbers.map { number in
            // The last run that starts at or before the number.
            var (low, high) = (0, runs.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= number { low = middle } else { high = middle }
            }
            return runs[low].lowerBound + number - starts[low]
        }
    }
}
