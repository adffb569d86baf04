/// The waits between attempts to open a link or to reach a broker: from 0.25 s, each twice as long as the last one, up to 10 s, and each
/// shortened at random by up to a half, so that many clients do not come back at once.
public struct ReconnectionWaits: Sendable {
    /// The first wait, in seconds, before it is shortened.
    public static let shortestSeconds = 0.25
    /// The longest wait, in seconds.
    public static let longestSeconds = 10.0

    private var random: SeededGenerator
    private var seconds = ReconnectionWaits.shortestSeconds

    /// Makes the waits of one seed.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The next wait, in seconds.
    public mutating func next() -> Double {
        let wait = seconds * (1 - 0.5 * random.uniform())
        seconds = min(2 * seconds, Self.longestSeconds)
        return wait
    }

    /// The link worked: begins with the shortest wait again.
    public mutating func reset() {
        seconds = Self.shortestSeconds
    }
}
