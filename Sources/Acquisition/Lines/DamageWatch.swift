/// Says when more than half of the last 200 lines were bad, and takes it back when a quarter at most is.
struct DamageWatch: Sendable {
    static let lines = 200
    private var recent = [Bool](repeating: false, count: DamageWatch.lines)
    private var next = 0
    private var seen = 0
    private var bad = 0
    private var isAlarmed = false

    mutating func record(isBad: Bool) -> Bool {
        if recent[next] { bad -= 1 }
        recent[next] = isBad
        if isBad { bad += 1 }
        next = (next + 1) % Self.lines
        seen = min(seen + 1, Self.lines)
        if seen == Self.lines, bad > Self.lines / 2 { isAlarmed = true }
        if bad <= Self.lines / 4 { isAlarmed = false }
        return isAlarmed
    }
}

/// Counts the gaps and repeats of the numbers that a board gives its lines.
struct SequenceCounter: Sendable {
    private(set) var missing = 0
    private(set) var repeated = 0
    private var last: Double?

    mutating func expectRestart() { last = nil }

    mutating func note(_ number: Double) {
        if let last {
            // A jump of more than that, or far back, is a board that began anew or a counter that wrapped.
            let step = number - last
            if step >= 2, step <= 10_000 { missing += Int(step) - 1 }
            if step == 0 { repeated += 1 }
        }
        last = number
    }
}
