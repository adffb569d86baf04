/// What the header of a recording says.
public struct RecordingInfo: Sendable, Equatable {
    /// The container, such as `WAV`, `WAVE_FORMAT_EXTENSIBLE` or `FLAC`.
    public let container: String
    /// How samples are stored, such as `PCM` or `mu-law`.
    public let encoding: String
    /// Bits of a stored sample; `nil` for encodings that have no fixed number (Vorbis, Opus).
    public let bitsPerSample: Int?
    /// Sample frames per second, in Hz, from 1 to 10,000,000.
    public let sampleRate: Double
    /// The number of channels in the file, selected or not, from 1 to 1,024.
    public let channelCount: Int
    /// Sample frames in the file; `nil` when the header leaves it open. A compressed file may hold fewer than it says.
    public let frameCount: Int?

    /// The length in seconds; `nil` when the header leaves it open.
    public var duration: Double? { frameCount.map { Double($0) / sampleRate } }
}
