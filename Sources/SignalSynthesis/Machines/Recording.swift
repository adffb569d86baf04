/// Machine and background as one microphone hears them, already at the levels of the recording: their sum is the clip.
struct Recording: Sendable {
    /// The machine in its room.
    var machine: Waveform
    /// Everything else.
    var background: Waveform
    /// The root mean square of the sum.
    var level: Double
    /// Where the machine stands as seen from the microphones, in radians.
    var direction: Double
}
