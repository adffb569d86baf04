import SignalCore

/// The scores of some readings that follow each other: nothing above the threshold is lost by putting them together.
struct LivePoint: Sendable {
    var time: Double
    var lowest: Float
    var highest: Float
    var last: Float
    var threshold: Float
    var isAnomalous: Bool
    var isAlarm: Bool

    init?(_ reading: Reading) {
        guard let verdict = reading.verdict else { return nil }
        time = reading.time
        (lowest, highest, last) = (verdict.score, verdict.score, verdict.score)
        (threshold, isAnomalous, isAlarm) = (verdict.threshold, verdict.isAnomalous, reading.isAlarm)
    }

    /// Adds a later point.
    mutating func add(_ later: LivePoint) {
        time = later.time
        lowest = min(lowest, later.lowest)
        highest = max(highest, later.highest)
        (last, threshold) = (later.last, later.threshold)
        isAnomalous = isAnomalous || later.isAnomalous
        isAlarm = isAlarm || later.isAlarm
    }
}

/// What the page shows of one model: the last reading, and some history.
struct LiveModel: Sendable {
    /// The most points of the history; the older half becomes coarser beyond.
    static let maximumPoints = 2000
    /// Numbers in the history of the values.
    static let maximumValues = 20_000
    /// Numbers a second that values may take in updates.
    static let valuesPerSecond = 20_000.0

    let name: String
    private(set) var columns: [FeatureColumn]
    private(set) var points: [LivePoint] = []
    private(set) var rows: [(time: Double, values: [Float])] = []
    private(set) var last: Reading?
    /// The scores since the last update.
    private(set) var pending: LivePoint?
    private var hasNewValues = false
    private var valuesTime = -Double.infinity

    init(_ reading: Reading) {
        (name, columns) = (reading.model, reading.columns)
    }

    /// Whether there is something to tell.
    var hasNews: Bool { pending != nil || hasNewValues }

    /// Takes a reading.
    ///
    /// - Returns: Whether the columns are others than before.
    mutating func take(_ reading: Reading) -> Bool {
        let isChanged = reading.columns != columns
        if isChanged {
            columns = reading.columns
            rows = []
        }
        if let point = LivePoint(reading) {
            if pending == nil { pending = point } else { pending?.add(point) }
        }
        last = reading
        hasNewValues = true
        return isChanged
    }

    /// What an update tells, which becomes history. Of many columns, values are told less often.
    ///
    /// - Parameter now: Seconds of any clock.
    mutating func takeNews(now: Double) -> (point: LivePoint?, hasValues: Bool) {
        let point = pending
        pending = nil
        if let point {
            points.append(point)
            if points.count > Self.maximumPoints { coarsenPoints() }
        }
        let isDue = hasNewValues && now - valuesTime >= Double(columns.count) / Self.valuesPerSecond
        if isDue, let last {
            hasNewValues = false
            valuesTime = now
            rows.append((last.time, last.values))
            if rows.count * columns.count > Self.maximumValues, rows.count > 30 { coarsenRows() }
        }
        return (point, isDue)
    }

    /// Puts pairs of the older half together.
    private mutating func coarsenPoints() {
        let half = points.count / 2
        var coarse: [LivePoint] = []
        for index in stride(from: 0, to: half, by: 2) {
            var point = points[index]
            if index + 1 < half { point.add(points[index + 1]) }
            coarse.append(point)
        }
        points.replaceSubrange(..<half, with: coarse)
    }

    /// Leaves out every other row of the older half.
    private mutating func coarsenRows() {
        let half = rows.count / 2
        rows.replaceSubrange(..<half, with: stride(from: 1, to: half, by: 2).map { rows[$0] })
    }
}
