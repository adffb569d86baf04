internal import SignalCore

/// Frame and hop of features whose lengths are given in seconds, in samples.
struct FrameLengths {
    let window: Int
    let hop: Int

    /// - Throws: `SignalError` with code `invalidOption` when a frame would have fewer than 16 or more than 2^24
    ///   samples, or a hop none.
    init(windowSeconds: Double, hopSeconds: Double, sampleRate: Double) throws {
        let window = (windowSeconds * sampleRate).rounded()
        let hop = (hopSeconds * sampleRate).rounded()
        guard window >= 16, window <= 0x1p24, hop >= 1, hop <= 0x1p40 else {
            throw SignalError(
                .invalidOption,
                "windowSeconds=\(windowSeconds) and hopSeconds=\(hopSeconds) make frames of \(window) samples every "
                    + "\(hop) at \(sampleRate) Hz; a frame has 16 to 16777216 samples, a hop at least one")
        }
        self.window = Int(window)
        self.hop = Int(hop)
    }

    /// What to throw when a recording ended before its first frame was complete.
    func tooShort(feature: String, samples: Int, sampleRate: Double) -> SignalError {
        SignalError(
            .insufficientData,
            "\(samples) samples (\(Double(samples) / sampleRate) s) make no frame of \(feature), which needs \(window) "
                + "(\(Double(window) / sampleRate) s); set a smaller \(feature).windowSeconds")
    }
}
