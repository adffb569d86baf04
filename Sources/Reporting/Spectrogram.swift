import SignalCore

/// Levels over time and frequency, ready to be drawn: columns of equal duration, one value for every band.
public struct Spectrogram: Sendable, Equatable {
    /// Where the first column begins, in seconds from the start of the recording.
    public let startTime: Double
    /// Where the recording's last frame ends; the last column may stand for less than a whole one.
    public let endTime: Double
    /// The duration of a column in seconds.
    public let columnSeconds: Double
    /// The centre of every band in Hz, rising.
    public let frequencies: [Double]
    /// The levels in dB, column after column. Shape: columns x bands.
    public let levels: [Float]

    /// The number of columns.
    public var columnCount: Int { levels.count / frequencies.count }

    /// Makes a spectrogram.
    ///
    /// - Parameter endTime: where the last column ends, if it is shorter than the others.
    /// - Throws: `SignalError` with code `mismatch` when the bands do not rise or the levels are not one a band,
    ///   `insufficientData` when there is no column, `malformed` when a level is not finite.
    public init(
        startTime: Double, endTime: Double? = nil, columnSeconds: Double, frequencies: [Double], levels: [Float]
    ) throws {
        try Self.check(frequencies)
        guard levels.count.isMultiple(of: frequencies.count) else {
            throw SignalError(.mismatch, "\(levels.count) levels are no whole columns of \(frequencies.count) bands")
        }
        guard !levels.isEmpty else {
            throw SignalError(.insufficientData, "the recording is too short for a spectrogram: it gave no frame")
        }
        guard columnSeconds > 0, columnSeconds.isFinite, startTime.isFinite else {
            throw SignalError(.mismatch, "a spectrogram needs frames that follow each other at a fixed interval")
        }
        if let position = levels.firstIndex(where: { !$0.isFinite }) {
            let time = startTime + Double(position / frequencies.count) * columnSeconds
            throw SignalError(.malformed, "a level of the spectrogram is not finite, at \(time) s")
        }
        self.startTime = startTime
        self.endTime = endTime ?? startTime + Double(levels.count / frequencies.count) * columnSeconds
        self.columnSeconds = columnSeconds
        self.frequencies = frequencies
        self.levels = levels
    }

    /// Refuses bands that make no axis.
    static func check(_ frequencies: [Double]) throws {
        let rise = zip(frequencies, frequencies.dropFirst()).allSatisfy { $0 < $1 }
        guard !frequencies.isEmpty, rise, frequencies.allSatisfy(\.isFinite) else {
            throw SignalError(
                .mismatch,
                "a spectrogram needs bands of rising frequency, of one channel; choose a channel and a feature such "
                    + "as log-mel")
        }
    }
}
