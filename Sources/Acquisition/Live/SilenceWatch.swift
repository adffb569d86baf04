/// Knows when a link has been silent for too long, by its usual interval between rows.
struct SilenceWatch: Sendable {
    private let fixedLimit: Double?
    private var interval: Double?
    private var lastRow: Double?
    private var since: Double

    init(limit: Double?, now: Double) {
        fixedLimit = limit
        since = now
    }

    /// Seconds of silence after which a link is stale.
    var limit: Double { fixedLimit ?? max(5, 10 * (interval ?? 1)) }

    /// The link was opened: the time before does not count.
    mutating func begin(at now: Double) {
        since = now
        lastRow = nil
    }

    mutating func noteRow(at now: Double) {
        if let lastRow {
            // Slowly towards longer intervals, so that one pause does not make the next one longer.
            let seen = min(now - lastRow, limit)
            interval = interval.map { $0 + 0.1 * (seen - $0) } ?? seen
        }
        lastRow = now
        since = now
    }

    func silence(at now: Double) -> Double { now - since }
}

/// Knows how much of a serial port's speed is used, of which more than 80 % leaves no room for anything.
struct LoadWatch: Sendable {
    private static let stretchSeconds = 5.0
    private let speed: Int
    private var start: Double
    private var bytes = 0
    private var isHigh = false

    init(speed: Int, now: Double) {
        self.speed = speed
        start = now
    }

    /// Counts bytes and gives a sentence when the load has become high.
    mutating func note(bytes count: Int, at now: Double) -> String? {
        bytes += count
        guard now - start >= Self.stretchSeconds else { return nil }
        // Ten bits a byte: eight of data, one to start and one to stop.
        let share = Double(bytes) * 10 / (now - start) / Double(speed)
        (start, bytes) = (now, 0)
        let wasHigh = isHigh
        isHigh = share > (wasHigh ? 0.7 : 0.8)
        guard isHigh, !wasHigh else { return nil }
        return
            "the link carries \(Int((share * 100).rounded())) % of its \(speed) bits a second; send less or set a higher "
            + "speed in the sketch, or lines will be late"
    }
}
