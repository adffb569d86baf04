public import SignalCore

/// Gathers the frames of a recording of any length for a picture of limited width, in limited memory.
///
/// At first every frame is a column. Whenever the columns become too many, neighbours are joined and a column stands
/// for twice as many frames. The result does not depend on how the frames are cut into runs.
public struct SpectrogramAccumulator: Sendable {
    /// How frames are joined to a column.
    public enum Reduction: Sendable, CaseIterable {
        /// The largest level: an impact of a few milliseconds stays visible in a picture of hours.
        case maximum
        /// The mean of the levels in dB.
        case mean
    }

    /// More rows than a picture has pixels show nothing.
    private static let maximumRows = 1024

    private let bandCount: Int
    private let bandsPerRow: Int
    private let frequencies: [Double]
    private let frameOffset: Double
    private let hopSeconds: Double
    private let maximumColumns: Int
    private let reduction: Reduction

    private var startTime: Double?
    private var frameCount = 0
    private var framesPerColumn = 1
    /// The finished columns. Shape: columns x rows.
    private var columns: [Float] = []
    /// The column in progress: sums or maxima of ``partialCount`` frames.
    private var partial: [Float]
    private var partialCount = 0

    /// Makes an accumulator for the frames of a feature whose columns are bands of levels in dB, such as `log-mel`.
    ///
    /// - Parameters:
    ///   - schema: the feature's schema.
    ///   - frequencies: the centre of every band in Hz; by default the middle of the columns' bands.
    ///   - maximumColumns: the columns of the result are at most so many and, for long recordings, at least half.
    ///   - reduction: how frames are joined to a column.
    /// - Throws: `SignalError` with code `mismatch` when the columns are no rising bands of one channel in dB, or the
    ///   feature has one frame a recording.
    public init(
        schema: FeatureSchema, frequencies: [Double]? = nil, maximumColumns: Int = 2000,
        reduction: Reduction = .maximum
    ) throws {
        let middles = schema.columns.compactMap { $0.band.map { ($0.lowerBound + $0.upperBound) / 2 } }
        let centres = frequencies ?? middles
        guard centres.count == schema.columns.count, schema.columns.allSatisfy({ $0.unit == "dB" }),
            schema.hopSeconds > 0
        else {
            throw SignalError(
                .mismatch,
                "the feature '\(schema.feature)' is no series of levels in bands, in dB; choose one such as log-mel")
        }
        try Spectrogram.check(centres)
        let bandsPerRow = (centres.count + Self.maximumRows - 1) / Self.maximumRows
        bandCount = centres.count
        self.bandsPerRow = bandsPerRow
        self.frequencies = stride(from: 0, to: centres.count, by: bandsPerRow).map { start in
            let row = centres[start..<min(start + bandsPerRow, centres.count)]
            return row.reduce(0, +) / Double(row.count)
        }
        hopSeconds = schema.hopSeconds
        // A frame is drawn one hop wide about its middle, which is its time if it is centred.
        frameOffset = (schema.isCausal ? schema.frameSeconds / 2 : 0) - schema.hopSeconds / 2
        self.maximumColumns = max(2, maximumColumns / 2 * 2)
        self.reduction = reduction
        partial = Array(repeating: 0, count: self.frequencies.count)
    }

    /// Takes the next frames; their values are levels in dB.
    ///
    /// - Precondition: the frames have the schema's number of columns.
    public mutating func consume(_ frames: FeatureFrames) {
        precondition(frames.columnCount == bandCount, "frames have the columns of their schema")
        if startTime == nil, let first = frames.times.first { startTime = first + frameOffset }
        for frame in 0..<frames.count { add(frames.values[frames.range(ofFrame: frame)]) }
        frameCount += frames.count
    }

    /// The spectrogram of all frames so far.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there was no frame, `malformed` when a level is not
    ///   finite.
    public func spectrogram() throws -> Spectrogram {
        var levels = columns
        if partialCount > 0 { levels += finishedPartial }
        let start = startTime ?? 0
        return try Spectrogram(
            startTime: start, endTime: start + Double(frameCount) * hopSeconds,
            columnSeconds: Double(framesPerColumn) * hopSeconds, frequencies: frequencies, levels: levels)
    }

    private var finishedPartial: [Float] {
        switch reduction {
        case .maximum: partial
        case .mean: partial.map { $0 / Float(partialCount) }
        }
    }

    private mutating func add(_ frame: ArraySlice<Float>) {
        if columns.count == maximumColumns * partial.count { joinNeighbours() }
        for row in partial.indices {
            let start = frame.startIndex + row * bandsPerRow
            var level = frame[start]
            for band in start + 1..<max(start + 1, min(start + bandsPerRow, frame.endIndex)) {
                level = max(level, frame[band])
            }
            switch reduction {
            case .maximum: partial[row] = partialCount == 0 ? level : max(partial[row], level)
            case .mean: partial[row] = partialCount == 0 ? level : partial[row] + level
            }
        }
        partialCount += 1
        if partialCount == framesPerColumn {
            columns += finishedPartial
            partialCount = 0
        }
    }

    /// Makes one column of every two. Only called between two columns, so all stand for as many frames.
    private mutating func joinNeighbours() {
        let rows = partial.count
        for column in 0..<maximumColumns / 2 {
            for row in 0..<rows {
                let first = columns[2 * column * rows + row]
                let second = columns[(2 * column + 1) * rows + row]
                columns[column * rows + row] = reduction == .maximum ? max(first, second) : (first + second) / 2
            }
        }
        columns.removeLast(columns.count / 2)
        framesPerColumn *= 2
    }
}
