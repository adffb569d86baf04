import SignalCore

/// Cuts a signal into stretches whose length and distance are given in seconds, and counts them.
struct StretchFramer {
    /// Samples in a stretch.
    let window: Int
    private let hop: Int
    private let sampleRate: Double
    private var framer: Framer
    private var samplesSeen = 0
    private var stretchesMade = 0

    /// Stands in for a framer while its owner, whom its stretches are handed to, has lent it out.
    static let idle = StretchFramer(window: 1, hop: 1, sampleRate: 1)

    /// - Throws: `SignalError` with code `invalidOption` when a stretch would have fewer than 16 or more than 2^24
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
        self.init(window: Int(window), hop: Int(hop), sampleRate: sampleRate)
    }

    private init(window: Int, hop: Int, sampleRate: Double) {
        self.window = window
        self.hop = hop
        self.sampleRate = sampleRate
        framer = Framer(frameLength: window, hopLength: hop)
    }

    /// Seconds in a stretch.
    var frameSeconds: Double { Double(window) / sampleRate }
    /// Seconds from one stretch to the next.
    var hopSeconds: Double { Double(hop) / sampleRate }

    /// Hands every stretch that is complete with these samples, and its start in seconds, to `body`.
    mutating func consume(_ samples: Span<Float>, _ body: (Span<Float>, Double) -> Void) {
        samplesSeen += samples.count
        let hopSeconds = hopSeconds
        var made = stretchesMade
        framer.consume(samples) { stretch, index in
            made += 1
            body(stretch, Double(index) * hopSeconds)
        }
        stretchesMade = made
    }

    /// - Throws: `SignalError` with code `insufficientData` when the signal ended before its first stretch was complete.
    func requireStretch(feature: String) throws {
        guard stretchesMade == 0 else { return }
        throw SignalError(
            .insufficientData,
            "\(samplesSeen) samples (\(Double(samplesSeen) / sampleRate) s) make no frame of \(feature), which needs "
                + "\(window) (\(frameSeconds) s); set a smaller \(feature).windowSeconds")
    }

    /// Forgets the signal so far.
    mutating func reset() {
        framer.reset()
        samplesSeen = 0
        stretchesMade = 0
    }
}

/// A feature with a frame for every stretch of `windowSeconds`; a signal shorter than one is refused.
protocol StretchAnalysis: ChannelAnalysis {
    /// What cuts the signal.
    var stretches: StretchFramer { get set }

    /// Appends the frame of one stretch that begins at `time` seconds.
    func append(_ samples: Span<Float>, at time: Double, to frames: inout FeatureFrames)
}

extension StretchAnalysis {
    var frameSeconds: Double { stretches.frameSeconds }
    var hopSeconds: Double { stretches.hopSeconds }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        var stretches = StretchFramer.idle
        swap(&stretches, &self.stretches)
        defer { swap(&stretches, &self.stretches) }
        stretches.consume(samples) { append($0, at: $1, to: &frames) }
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        try stretches.requireStretch(feature: Self.name)
    }

    mutating func reset() { stretches.reset() }
}
