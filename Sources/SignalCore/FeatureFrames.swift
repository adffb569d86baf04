/// A run of feature frames: times and a row-major table of values. Shape: frames x columns.
///
/// Producers append to it and consumers empty it with ``removeAll()``, which keeps the memory; a steady pipeline
/// therefore allocates nothing per frame.
public struct FeatureFrames: Sendable, Equatable {
    /// The number of columns of every frame.
    public let columnCount: Int
    /// The values, row after row. Shape: ``count`` x ``columnCount``.
    public private(set) var values: [Float] = []
    /// The start of every frame in seconds from the start of the signal (the middle, for centred frames; the time
    /// column, for a sensor table).
    public private(set) var times: [Double] = []

    /// The number of frames.
    public var count: Int { times.count }
    /// Whether there is no frame.
    public var isEmpty: Bool { times.isEmpty }

    /// Makes an empty run of frames of `columnCount` columns.
    public init(columnCount: Int) {
        self.columnCount = columnCount
    }

    /// Makes a run of frames from its parts.
    ///
    /// - Precondition: `values.count == times.count * columnCount`.
    public init(columnCount: Int, times: [Double], values: [Float]) {
        precondition(values.count == times.count * columnCount, "a frame has one value a column")
        self.columnCount = columnCount
        self.times = times
        self.values = values
    }

    /// Where the values of one frame stand in ``values``.
    public func range(ofFrame frame: Int) -> Range<Int> {
        frame * columnCount..<(frame + 1) * columnCount
    }

    /// The frames of a range, by themselves.
    ///
    /// - Precondition: the range lies within the frames.
    public func frames(in range: Range<Int>) -> FeatureFrames {
        if range == 0..<count { return self }
        return FeatureFrames(
            columnCount: columnCount, times: Array(times[range]),
            values: Array(values[range.lowerBound * columnCount..<range.upperBound * columnCount]))
    }

    /// Appends one frame whose values `fill` writes; they are zero before.
    public mutating func append(time: Double, fill: (inout MutableSpan<Float>) throws -> Void) rethrows {
        let start = extend(time: time)
        let end = start + columnCount
        var all = values.mutableSpan
        var row = all._mutatingExtracting(start..<end)
        try fill(&row)
    }

    /// Appends one frame.
    ///
    /// - Precondition: `row.count == columnCount`.
    public mutating func append(time: Double, row: some Collection<Float>) {
        precondition(row.count == columnCount, "a frame has one value a column")
        times.append(time)
        values.append(contentsOf: row)
    }

    /// Appends all frames of another run.
    ///
    /// - Precondition: both have the same number of columns.
    public mutating func append(contentsOf other: FeatureFrames) {
        precondition(other.columnCount == columnCount, "runs of frames that are joined have the same columns")
        times.append(contentsOf: other.times)
        values.append(contentsOf: other.values)
    }

    /// Makes room for this many frames in all.
    public mutating func reserveCapacity(_ frames: Int) {
        times.reserveCapacity(frames)
        values.reserveCapacity(frames * columnCount)
    }

    /// Removes all frames and keeps the memory for the next ones.
    public mutating func removeAll() {
        times.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    private mutating func extend(time: Double) -> Int {
        let start = values.count
        times.append(time)
        values.append(contentsOf: repeatElement(0, count: columnCount))
        return start
    }
}
