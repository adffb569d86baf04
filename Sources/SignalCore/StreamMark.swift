/// A place in a stream: all that arrived before it has been dealt with. A stream that begins anew at a mark gives the very
/// readings that were still to come.
public struct StreamMark: Sendable, Equatable, Codable {
    /// How many inputs lie before, all rounds of a loop counted.
    public var input: Int
    /// Samples or rows of the next input that have been dealt with.
    public var frames: Int
    /// Seconds of signal that lie before that input.
    public var seconds: Double
    /// When the stream's time 0 was: seconds from 1970-01-01 UTC.
    public var startTime: Double

    /// The last second, counted from 1970-01-01 UTC, that was handed on as a whole, for sinks that put the readings of a
    /// second together; `nil` for others.
    public var second: Int?

    /// Bytes of a file that belong to what was settled, for sinks that write one; `nil` for others.
    public var fileLength: Int?

    /// Makes a mark.
    public init(
        input: Int, frames: Int, seconds: Double, startTime: Double, second: Int? = nil, fileLength: Int? = nil
    ) {
        (self.input, self.frames, self.seconds, self.startTime) = (input, frames, seconds, startTime)
        (self.second, self.fileLength) = (second, fileLength)
    }

    /// Whether nothing of the stream lies before.
    public var isStart: Bool { input == 0 && frames == 0 }

    /// Whether this place comes before another one of the same stream.
    public func isBefore(_ other: StreamMark) -> Bool { (input, frames) < (other.input, other.frames) }
}
