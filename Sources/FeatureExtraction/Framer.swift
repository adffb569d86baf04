public import SignalCore

/// What stands before the first and after the last sample of a recording when frames are centred (names as in NumPy's
/// `pad`).
public enum PadMode: String, OptionChoice {
    /// Zeros; librosa's default.
    case constant
    /// The signal mirrored at its first and last sample, which are not repeated.
    case reflect
    /// The first and the last sample, repeated.
    case edge
}

/// Cuts a signal that arrives in blocks of any size into frames of one length, one every hop.
///
/// Left-aligned, frame `i` begins at sample `i * hopLength`; what is left over at the end makes no frame. Centred,
/// frame `i` has its middle there and the signal is padded by half a frame on both sides, as librosa does.
struct Framer {
    /// Samples in a frame.
    let frameLength: Int
    /// Samples from the start of one frame to the start of the next.
    let hopLength: Int
    /// How the signal is padded, or `nil` for left-aligned frames.
    let padMode: PadMode?

    private var pending: [Float] = []
    /// Where in ``pending`` the next frame begins; beyond its end where frames have gaps between them.
    private var nextStart = 0
    private var nextFrame = 0
    private var hasPaddedStart = false

    init(frameLength: Int, hopLength: Int, padMode: PadMode? = nil) {
        self.frameLength = frameLength
        self.hopLength = hopLength
        self.padMode = padMode
    }

    private var padLength: Int { padMode == nil ? 0 : frameLength / 2 }

    /// Takes samples and hands every frame that is complete with them, and its number, to `body`.
    mutating func consume(_ samples: Span<Float>, _ body: (Span<Float>, Int) throws -> Void) rethrows {
        unsafe samples.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
        if !hasPaddedStart {
            // The mirrored start needs one sample more than the padding is long.
            guard padMode == nil || pending.count > padLength else { return }
            padStart()
        }
        try emit(body)
    }

    /// Hands out the frames that the padding of the end completes.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when the signal is too short to be mirrored.
    mutating func finish(_ body: (Span<Float>, Int) throws -> Void) throws {
        guard let padMode else { return }
        if !hasPaddedStart {
            guard !pending.isEmpty else { return }
            guard padMode != .reflect else {
                throw SignalError(
                    .insufficientData,
                    "\(pending.count) samples cannot be mirrored by \(padLength); use padMode=constant or shorter frames"
                )
            }
            padStart()
        }
        let last = pending.count - 1
        for offset in 1...max(1, padLength) where padLength > 0 {
            switch padMode {
            case .constant: pending.append(0)
            case .reflect: pending.append(pending[last - offset])
            case .edge: pending.append(pending[last])
            }
        }
        try emit(body)
    }

    /// Forgets the signal so far.
    mutating func reset() {
        pending.removeAll(keepingCapacity: true)
        nextStart = 0
        nextFrame = 0
        hasPaddedStart = false
    }

    private mutating func padStart() {
        hasPaddedStart = true
        guard let padMode, padLength > 0 else { return }
        let padding: [Float] =
            switch padMode {
            case .constant: Array(repeating: 0, count: padLength)
            case .reflect: (0..<padLength).map { pending[padLength - $0] }
            case .edge: Array(repeating: pending[0], count: padLength)
            }
        pending.insert(contentsOf: padding, at: 0)
    }

    private mutating func emit(_ body: (Span<Float>, Int) throws -> Void) rethrows {
        let end = pending.count
        while nextStart + frameLength <= end {
            let range = nextStart..<nextStart + frameLength
            try body(pending.span.extracting(range), nextFrame)
            nextFrame += 1
            nextStart += hopLength
        }
        // The padding of the end looks back, so its samples are kept even if no frame needs them any more.
        let tail =
            switch padMode {
            case .reflect: padLength + 1
            case .edge: 1
            case .constant, nil: 0
            }
        let done = max(0, min(nextStart, end - tail))
        pending.removeFirst(done)
        nextStart -= done
    }
}
