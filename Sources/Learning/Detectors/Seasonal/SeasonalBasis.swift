internal import RealModule
internal import SignalCore

/// What a seasonal column is made of: a constant, a trend, and sines and cosines of a period, as functions of time.
struct SeasonalBasis: Sendable, Equatable {
    /// The middle of the training data in seconds.
    let origin: Double
    /// Half of the training data's length in seconds, above 0; the trend is in units of it.
    let span: Double
    /// The period in seconds; 0 for none.
    let period: Double
    /// The number of sine and cosine pairs.
    let harmonics: Int
    /// Whether there is a trend.
    let hasTrend: Bool

    /// The number of functions.
    var count: Int { 1 + (hasTrend ? 1 : 0) + (period > 0 ? 2 * harmonics : 0) }

    /// Appends the values of all functions at a time.
    func append(time: Double, to values: inout [Double]) {
        values.append(1)
        let elapsed = time - origin
        // Far away from the training data a trend means nothing, but it stays finite.
        if hasTrend { values.append(min(max(elapsed / span, -1e6), 1e6)) }
        guard period > 0, harmonics > 0 else { return }
        let cycles = elapsed / period
        let phase = 2 * Double.pi * (cycles - cycles.rounded(.down))
        for harmonic in 1...harmonics {
            values.append(.sin(Double(harmonic) * phase))
            values.append(.cos(Double(harmonic) * phase))
        }
    }

    /// The latest time that is understood, in seconds before and after zero: thirty million years.
    static let latest = 1e15

    /// Refuses a time that is no number or beyond what is understood.
    ///
    /// - Throws: `SignalError` with code `malformed`.
    static func check(_ times: [Double]) throws {
        if let frame = times.firstIndex(where: { !(-latest...latest).contains($0) }) {
            throw SignalError(
                .malformed,
                "the time of frame \(frame) is \(times[frame]) s; seasonal residuals need the time of every frame")
        }
    }

    /// The values of all functions at some times, row by row.
    ///
    /// - Throws: `SignalError` with code `malformed` for a time that is no number.
    func values(at times: [Double]) throws -> [Double] {
        try Self.check(times)
        var values: [Double] = []
        values.reserveCapacity(times.count * count)
        for time in times { append(time: time, to: &values) }
        return values
    }
}
