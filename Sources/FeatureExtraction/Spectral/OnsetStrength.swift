/// How much louder a sound has become, frame by frame: peaks where something begins (a valve, an impact).
public enum OnsetStrength {
    /// The mean over all bands of the positive differences between neighbouring frames of a log-mel spectrogram, as
    /// `librosa.onset.onset_strength`.
    ///
    /// librosa's defaults are 128 bands up to half the sample rate, in dB relative to 1, limited to 80 dB below the
    /// loudest value of the recording (do that before calling for the same numbers).
    ///
    /// - Parameters:
    ///   - logMel: the log-mel spectrogram in dB. Shape: frames x `bandCount`, row-major.
    ///   - bandCount: the number of bands; positive.
    ///   - fftLength: the frame length of the spectrogram in samples.
    ///   - hopLength: the samples from one frame to the next; positive.
    ///   - center: whether the result is delayed by `fftLength / (2 * hopLength)` frames, so that an onset stands at
    ///     its own time when the spectrogram is centred (librosa's default).
    /// - Returns: one value a frame in dB, not negative; 0 where there is no frame to compare with.
    public static func compute(
        logMel: Span<Float>, bandCount: Int, fftLength: Int, hopLength: Int, center: Bool = true
    ) -> [Float] {
        precondition(bandCount > 0 && hopLength > 0 && logMel.count % bandCount == 0, "frames are whole")
        let count = logMel.count / bandCount
        var strengths = Array(repeating: Float(0), count: count)
        let delay = center ? fftLength / (2 * hopLength) : 0
        for frame in 1..<max(1, count) where frame + delay < count {
            var sum = 0.0
            for band in 0..<bandCount {
                let position = frame * bandCount + band
                sum += max(0, Double(logMel[position]) - Double(logMel[position - bandCount]))
            }
            strengths[frame + delay] = Float(sum / Double(bandCount))
        }
        return strengths
    }
}
