internal import SignalCore

/// The spectrum of the envelope of every frame: amplitudes of what repeats, up to `maximumFrequency`.
struct EnvelopeAnalysis: StretchAnalysis {
    static let name = "envelope"
    static let summary = "spectrum of the Hilbert envelope: the rates at which something strikes"

    let columns: [FeatureColumn]
    let isCausal = true

    private let options: EnvelopeOptions
    var stretches: StretchFramer
    private let kernel: EnvelopeKernel
    private let bins: Range<Int>?
    /// The lines of the envelope spectrum in every column.
    private let lines: [Range<Int>]

    init(sampleRate: Double, unit: SignalUnit, options: EnvelopeOptions) throws {
        self.options = options
        stretches = try StretchFramer(
            windowSeconds: options.windowSeconds, hopSeconds: options.hopSeconds, sampleRate: sampleRate)
        kernel = try EnvelopeKernel(length: stretches.window, window: options.window)
        if options.lowFrequency > 0 || options.highFrequency > 0 {
            let high = options.highFrequency > 0 ? options.highFrequency : sampleRate / 2
            guard options.lowFrequency < high else {
                throw SignalError(
                    .invalidOption,
                    "lowFrequency=\(options.lowFrequency) is not below half the sample rate, \(sampleRate / 2) Hz")
            }
            bins = try EnvelopeSpectrum.bins(
                options.lowFrequency...high, sampleRate: sampleRate, length: stretches.window)
        } else {
            bins = nil
        }

        let spacing = sampleRate / Double(stretches.window)
        let highest = min(options.maximumFrequency, sampleRate / 2)
        let lineCount = min(stretches.window / 2 + 1, Int(highest / spacing + 1e-9) + 1)
        let perColumn = options.binWidth > 0 ? max(1, options.binWidth / spacing) : 1
        var lines: [Range<Int>] = []
        var start = 0
        while start < lineCount {
            let end = Int(min(Double(lineCount), (Double(lines.count + 1) * perColumn - 1e-9).rounded(.up)))
            lines.append(start..<max(start + 1, end))
            start = max(start + 1, end)
        }
        self.lines = lines
        let valueUnit = options.detector == .squared ? "(\(unit.rawValue))^2" : unit.rawValue
        columns = lines.enumerated().map { index, lines in
            let band = Double(lines.lowerBound) * spacing...Double(lines.upperBound) * spacing
            return FeatureColumn("envelope.\(index)\(FrequencyLabel.suffix(band))", unit: valueUnit, band: band)
        }
    }

    func append(_ samples: Span<Float>, at time: Double, to frames: inout FeatureFrames) {
        var sum = 0.0
        for position in samples.indices { sum += Double(samples[position]) }
        kernel.load(samples, subtracting: sum / Double(samples.count))
        kernel.compute(bins: bins, squared: options.detector == .squared)
        frames.append(time: time) { row in
            for (column, lines) in lines.enumerated() {
                for line in lines { row[column] = max(row[column], kernel.amplitudes[line]) }
            }
        }
    }
}
