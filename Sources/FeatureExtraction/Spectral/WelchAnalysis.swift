internal import SignalCore

/// Welch's power spectrum, one frame a recording or one every `averagingSeconds`.
///
/// A frame over a stretch of signal uses the segments that lie wholly within it.
struct WelchAnalysis: ChannelAnalysis {
    static let name = "welch"
    static let summary = "Welch power spectrum, one frame a recording or one every averagingSeconds"

    let columns: [FeatureColumn]
    var frameSeconds: Double { options.averagingSeconds }
    var hopSeconds: Double { options.averagingSeconds }
    var isCausal: Bool { options.averagingSeconds > 0 }

    private let options: WelchOptions
    private let sampleRate: Double
    /// Samples in the stretch of one frame, or `nil` for the whole recording.
    private let stretchLength: Int?
    private var estimator: WelchEstimator
    private var values: [Double]
    private var samplesInStretch = 0
    private var framesMade = 0

    init(sampleRate: Double, unit: SignalUnit, options: WelchOptions) throws {
        self.options = options
        self.sampleRate = sampleRate
        estimator = try WelchEstimator(sampleRate: sampleRate, options: options)
        if options.averagingSeconds > 0 {
            let length = (options.averagingSeconds * sampleRate).rounded()
            guard length >= Double(options.segmentLength), length < 1e15 else {
                throw SignalError(
                    .invalidOption,
                    "averagingSeconds=\(options.averagingSeconds) is less than one segment of "
                        + "\(options.segmentLength) samples at \(sampleRate) Hz; average longer or shorten the segments"
                )
            }
            stretchLength = Int(length)
        } else {
            stretchLength = nil
        }
        let frequencies = estimator.frequencies
        let half = sampleRate / Double(options.segmentLength) / 2
        let square = "\(unit.rawValue.contains("/") ? "(\(unit.rawValue))" : unit.rawValue)^2"
        columns = frequencies.enumerated().map { bin, frequency in
            FeatureColumn(
                "psd.\(bin)@\(FrequencyLabel.text(frequency))Hz",
                unit: options.scaling == .density ? "\(square)/Hz" : square,
                band: max(0, frequency - half)...min(sampleRate / 2, frequency + half))
        }
        values = Array(repeating: 0, count: frequencies.count)
    }

    mutating func consume(_ samples: Span<Float>, into frames: inout FeatureFrames) throws {
        guard let stretchLength else {
            try estimator.consume(samples)
            return
        }
        var start = 0
        while start < samples.count {
            let end = min(samples.count, start + stretchLength - samplesInStretch)
            try estimator.consume(samples.extracting(start..<end))
            samplesInStretch += end - start
            start = end
            if samplesInStretch == stretchLength {
                try append(time: Double(framesMade) * Double(stretchLength) / sampleRate, to: &frames)
                estimator.reset()
                samplesInStretch = 0
            }
        }
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        if let stretchLength {
            guard framesMade > 0 else {
                throw SignalError(
                    .insufficientData,
                    "\(samplesInStretch) samples make no frame of welch; it needs \(stretchLength), "
                        + "or set a smaller welch.averagingSeconds")
            }
        } else {
            try append(time: 0, to: &frames)
        }
    }

    mutating func reset() {
        estimator.reset()
        samplesInStretch = 0
        framesMade = 0
    }

    private mutating func append(time: Double, to frames: inout FeatureFrames) throws {
        try estimator.write(into: &values)
        frames.append(time: time) { row in
            for bin in values.indices { row[bin] = Float(values[bin]) }
        }
        framesMade += 1
    }
}
