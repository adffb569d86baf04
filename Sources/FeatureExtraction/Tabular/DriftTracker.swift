internal import SignalCore

/// Where a column stands against a baseline that follows its drift: the preset `tracked`.
///
/// Two readings are taken of the last ``window`` rows of every column: its level (their mean) and its noise (the root
/// mean square of the steps from row to row). Each is measured against a baseline of its own, in units of what is usual
/// for it in training.
///
/// A baseline follows its reading with a time constant of ``timeConstant`` rows: slow against the window, quick against
/// a warm-up. While the reading is out of the ordinary (``gate`` units or more) the baseline moves no faster than drift
/// did in training, so that a fault is not learnt away: `sqrt(12) * drift / rows`, because a straight line over n rows
/// with the standard deviation s climbs by `s * sqrt(12) / n` a row. Drift is what the readings vary by beyond the
/// difference of windows that follow each other.
///
/// During the first ``timeConstant`` rows of a table the baseline is the median of the readings so far.
struct DriftTracker: Sendable {
    /// The rows that a reading looks at.
    static let window = 20
    /// The time constant of a baseline in rows, and the rows that it begins with.
    static let timeConstant = 100
    /// How many units away a reading is out of the ordinary.
    static let gate = 3.0
    /// What half the training drift adds to the unit of a reading: a place along a drift that training has seen is
    /// nothing unusual.
    static let driftShare = 0.5

    /// The largest and smallest learnt value that is taken; with it all results are finite.
    static let range = 1e-30...1e30

    private let columns: Int
    private let speed: [Double]
    private let scale: [Double]
    private var recent: [Double]
    private var steps: [Double]
    private var count = 0
    private var beginnings: [[Double]]
    private var baseline: [Double]

    /// Makes a tracker.
    ///
    /// - Parameters:
    ///   - speed: the fastest a baseline may move in an excursion, a row; the levels of all columns, then the noises.
    ///   - scale: the unit of every reading, likewise; infinite to follow always.
    init(columns: Int, speed: [Double], scale: [Double]) {
        self.columns = columns
        self.speed = speed
        self.scale = scale
        recent = Array(repeating: 0, count: columns * Self.window)
        steps = recent
        beginnings = Array(repeating: [], count: 2 * columns)
        baseline = Array(repeating: 0, count: 2 * columns)
    }

    /// Forgets all rows.
    mutating func reset() { self = DriftTracker(columns: columns, speed: speed, scale: scale) }

    /// Takes a row and writes its two columns for every column, level then noise, in units of
    /// what is usual; zeros while there are too few rows for a reading.
    mutating func write(_ row: Span<Float>, into result: inout [Float]) {
        guard let readings = take(row) else {
            for index in result.indices { result[index] = 0 }
            return
        }
        for column in 0..<columns {
            for (place, index) in [(2 * column, column), (2 * column + 1, columns + column)] {
                result[place] = .nearest(follow(index, readings[index]) / scale[index])
            }
        }
    }

    /// The readings of the last rows: the levels, then the noises.
    private mutating func take(_ row: Span<Float>) -> [Double]? {
        let place = count % Self.window
        let before = (count + Self.window - 1) % Self.window
        for column in 0..<columns {
            let value = Double(row[column])
            let step = count == 0 ? 0 : value - recent[before * columns + column]
            recent[place * columns + column] = value
            steps[place * columns + column] = step * step
        }
        count += 1
        guard count > Self.window else { return nil }
        var readings = Array(repeating: 0.0, count: 2 * columns)
        for row in 0..<Self.window {
            for column in 0..<columns {
                readings[column] += recent[row * columns + column]
                readings[columns + column] += steps[row * columns + column]
            }
        }
        for column in 0..<columns {
            readings[column] /= Double(Self.window)
            readings[columns + column] = (readings[columns + column] / Double(Self.window)).squareRoot()
        }
        return readings
    }

    private mutating func follow(_ index: Int, _ reading: Double) -> Double {
        let known = beginnings[index].count
        guard known >= Self.timeConstant else {
            let distance = known == 0 ? 0 : reading - median(index)
            let place = beginnings[index].firstIndex { $0 > reading } ?? known
            beginnings[index].insert(reading, at: place)
            if known + 1 == Self.timeConstant { baseline[index] = median(index) }
            return distance
        }
        let distance = reading - baseline[index]
        let pull = distance / Double(Self.timeConstant)
        let isUsual = abs(distance) < Self.gate * scale[index]
        baseline[index] += isUsual ? pull : min(max(pull, -speed[index]), speed[index])
        return distance
    }

    private func median(_ index: Int) -> Double {
        let sorted = beginnings[index]
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}

extension DriftTracker {
    /// The fewest training rows that drift can be told from noise in.
    static let fewestRows = 120

    /// Measures speed and scale in training rows; `nil` when they are too few.
    ///
    /// - Parameter frames: the rows, normal state only; a missing value is taken to be the one before.
    static func learn(from frames: FeatureFrames) -> (speed: [Double], scale: [Double])? {
        guard frames.count >= fewestRows else { return nil }
        let columns = frames.columnCount
        let count = 2 * columns
        let unlimited = Array(repeating: Double.infinity, count: count)
        var tracker = DriftTracker(columns: columns, speed: unlimited, scale: unlimited)
        var readings: [[Double]] = []
        var squares = Array(repeating: 0.0, count: count)
        var held = Array(repeating: Float(0), count: columns)
        var rows = 0.0
        for frame in 0..<frames.count {
            for column in 0..<columns {
                let value = frames.values[frame * columns + column]
                if value.isFinite { held[column] = value }
            }
            guard let reading = tracker.take(held.span) else { continue }
            readings.append(reading)
            for index in 0..<count {
                let distance = tracker.follow(index, reading[index])
                squares[index] += distance * distance
            }
            rows += 1
        }
        var (speed, scale) = (squares, squares)
        for index in 0..<count {
            let mean = readings.reduce(0) { $0 + $1[index] } / rows
            let total = readings.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) } / rows
            let pairs = zip(readings.dropFirst(window), readings)
            let own =
                pairs.reduce(0) { $0 + ($1.0[index] - $1.1[index]) * ($1.0[index] - $1.1[index]) }
                / (2 * (rows - Double(window)))
            let drift = max(0, total - own).squareRoot()
            let unit = (squares[index] / rows + driftShare * driftShare * drift * drift).squareRoot() + 1e-12
            speed[index] = min(drift * 12.0.squareRoot() / Double(frames.count), range.upperBound)
            scale[index] = min(max(unit, range.lowerBound), range.upperBound)
        }
        return (speed, scale)
    }
}
