internal import SignalCore

/// Welch's estimate of the power spectrum of a signal that arrives in blocks (Welch, "The use of fast Fourier transform
/// for the estimation of power spectra", IEEE Trans. Audio Electroacoust. 15, 1967), computed as `scipy.signal.welch`.
///
/// With `average=mean` the memory is that of a few segments, however long the signal. With `average=median` every
/// segment's spectrum is kept: 4 bytes for each of segmentLength / 2 + 1 bins, up to ``medianLimit`` values.
public struct WelchEstimator {
    /// The most values that the median keeps: 512 MiB.
    public static let medianLimit = 1 << 27

    private let options: WelchOptions
    private let sampleRate: Double
    private let transform: RealFourierTransform
    private let weights: [Double]
    private let scale: Double
    private var segments: Framer
    private var segmentCount = 0
    private var sums: [Double]
    /// The spectra of all segments, for the median. Shape: segments x bins.
    private var kept: [Float] = []

    /// Makes an estimator for signals of one sample rate (Hz).
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public init(sampleRate: Double, options: WelchOptions = WelchOptions()) throws {
        try options.validate()
        guard sampleRate > 0, sampleRate.isFinite else {
            throw SignalError(.invalidOption, "a power spectrum needs a positive sample rate, not \(sampleRate)")
        }
        self.options = options
        self.sampleRate = sampleRate
        transform = try RealFourierTransform(length: options.segmentLength)
        weights = options.window.weights(options.segmentLength)
        scale =
            switch options.scaling {
            case .density: 1 / (sampleRate * weights.reduce(0) { $0 + $1 * $1 })
            case .spectrum: 1 / (weights.reduce(0, +) * weights.reduce(0, +))
            }
        segments = Framer(frameLength: options.segmentLength, hopLength: options.hopLength)
        sums = Array(repeating: 0, count: transform.binCount)
    }

    /// The frequencies of the result in Hz.
    public var frequencies: [Double] {
        (0..<transform.binCount).map { Double($0) * sampleRate / Double(options.segmentLength) }
    }

    /// Takes the next samples of the signal.
    ///
    /// - Throws: `SignalError` with code `limitExceeded` when the median would keep more than ``medianLimit`` values.
    public mutating func consume(_ samples: Span<Float>) throws {
        var framer = Framer.idle
        swap(&framer, &segments)
        defer { swap(&framer, &segments) }
        try framer.consume(samples) { segment, _ in try add(segment) }
    }

    /// The spectrum of the signal so far.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when the signal is shorter than a segment.
    public func result() throws -> PowerSpectrum {
        var values = Array(repeating: 0.0, count: sums.count)
        try write(into: &values)
        return PowerSpectrum(frequencies: frequencies, values: values, segmentCount: segmentCount)
    }

    /// Forgets the signal so far.
    public mutating func reset() {
        segments.reset()
        segmentCount = 0
        kept.removeAll(keepingCapacity: true)
        for bin in sums.indices { sums[bin] = 0 }
    }

    /// Writes the values of ``result()`` into an array of one value a bin.
    func write(into values: inout [Double]) throws {
        guard segmentCount > 0 else {
            throw SignalError(
                .insufficientData,
                "the signal is shorter than one segment of \(options.segmentLength) samples "
                    + "(\(Double(options.segmentLength) / sampleRate) s); set a smaller segmentLength")
        }
        switch options.average {
        case .mean:
            for bin in sums.indices { values[bin] = sums[bin] / Double(segmentCount) }
        case .median:
            var column = Array(repeating: Float(0), count: segmentCount)
            let bias = Self.medianBias(segmentCount)
            for bin in sums.indices {
                for segment in 0..<segmentCount { column[segment] = kept[segment * sums.count + bin] }
                column.sort()
                let middle = segmentCount / 2
                let upper = Double(column[middle])
                let median = segmentCount.isMultiple(of: 2) ? (Double(column[middle - 1]) + upper) / 2 : upper
                values[bin] = median / bias
            }
        }
    }

    private mutating func add(_ segment: Span<Float>) throws {
        if options.average == .median {
            guard kept.count + sums.count <= Self.medianLimit else {
                throw SignalError(
                    .limitExceeded,
                    "the median over \(segmentCount) segments takes too much memory; "
                        + "use average=mean or a smaller overlap")
            }
        }
        var mean = 0.0
        if options.detrend == .constant {
            for index in segment.indices { mean += Double(segment[index]) }
            mean /= Double(segment.count)
        }
        transform.forward { input in
            for index in segment.indices { input[index] = Float((Double(segment[index]) - mean) * weights[index]) }
        } body: { spectrum in
            let nyquist = options.segmentLength.isMultiple(of: 2) ? sums.count - 1 : sums.count
            for bin in sums.indices {
                let real = Double(spectrum[2 * bin])
                let imaginary = Double(spectrum[2 * bin + 1])
                let sides = bin == 0 || bin == nyquist ? 1.0 : 2.0
                let value = sides * scale * (real * real + imaginary * imaginary)
                if options.average == .median { kept.append(Float(value)) } else { sums[bin] += value }
            }
        }
        segmentCount += 1
    }

    /// The expected median of `count` exponential variables of mean 1 (Allen et al., "FINDCHIRP", 2012, appendix B).
    static func medianBias(_ count: Int) -> Double {
        var bias = 1.0
        for index in 1..<max(1, (count - 1) / 2 + 1) {
            bias += 1 / Double(2 * index + 1) - 1 / Double(2 * index)
        }
        return bias
    }
}
