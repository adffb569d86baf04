internal import CSpectralKernels
import SignalCore

/// Triangular filters on a mel scale over the bins of a Fourier transform, as `librosa.filters.mel`.
///
/// Every filter is stored as the run of its non-zero weights, filled up with zeros to a multiple of eight.
struct MelFilterBank {
    /// The weights that are not zero, of one band.
    struct Band {
        /// The first bin with a weight.
        let firstBin: Int
        /// Where the band's weights stand in ``MelFilterBank/weights``.
        let range: Range<Int>
        /// The number of weights before the zeros that fill up.
        let binCount: Int
        /// Lower edge, centre and upper edge in Hz.
        let edges: (lower: Double, center: Double, upper: Double)
    }

    /// The bands, from low to high.
    let bands: [Band]
    /// The weights of all bands, one after the other.
    let weights: [Float]
    /// The bands as the kernel takes them.
    private let runs: [spectral_band]

    /// Makes the bank for one sample rate and transform length.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when a frequency lies above half the sample rate.
    init(options: MelOptions, sampleRate: Double, fftLength: Int) throws {
        let nyquist = sampleRate / 2
        let maximum = options.maximumFrequency == 0 ? nyquist : options.maximumFrequency
        guard maximum <= nyquist, options.minimumFrequency < maximum else {
            throw SignalError(
                .invalidOption,
                "mel bands from \(options.minimumFrequency) to \(maximum) Hz do not fit below half the sample rate, "
                    + "\(nyquist) Hz; set minimumFrequency and maximumFrequency")
        }
        let edges = Self.edges(options, maximum: maximum)
        var bands: [Band] = []
        var weights: [Float] = []
        for band in 0..<options.melBands {
            let (lower, center, upper) = (edges[band], edges[band + 1], edges[band + 2])
            let peak = options.melNorm == .slaney ? 2 / (upper - lower) : 1
            let start = weights.count
            var firstBin = 0
            for bin in 0...fftLength / 2 {
                let frequency = Double(bin) * sampleRate / Double(fftLength)
                let weight = min((frequency - lower) / (center - lower), (upper - frequency) / (upper - center))
                guard weight > 0 else { continue }
                if weights.count == start { firstBin = bin }
                weights.append(Float(weight * peak))
            }
            let binCount = weights.count - start
            weights.append(contentsOf: repeatElement(0, count: (8 - binCount % 8) % 8))
            bands.append(
                Band(
                    firstBin: firstBin, range: start..<weights.count, binCount: binCount, edges: (lower, center, upper))
            )
        }
        self.bands = bands
        self.weights = weights
        runs = bands.map { band in
            spectral_band(
                first: Int32(band.firstBin), offset: Int32(band.range.lowerBound), count: Int32(band.range.count))
        }
    }

    /// The edges of all bands in Hz, equally spaced on the mel scale. Shape: bands + 2.
    static func edges(_ options: MelOptions, maximum: Double) -> [Double] {
        let low = options.melScale.mel(options.minimumFrequency)
        let high = options.melScale.mel(maximum)
        let step = (high - low) / Double(options.melBands + 1)
        return (0..<options.melBands + 2).map { options.melScale.frequency(low + Double($0) * step) }
    }

    /// Writes the weighted sum of every band.
    ///
    /// - Parameters:
    ///   - spectrum: powers or magnitudes, followed by eight zeros.
    ///   - row: one value a band.
    func apply(to spectrum: UnsafeMutableBufferPointer<Float>, into row: inout MutableSpan<Float>) {
        precondition(row.count == bands.count, "a row has one value a band")
        unsafe weights.withUnsafeBufferPointer { weights in
            unsafe runs.withUnsafeBufferPointer { runs in
                unsafe row.withUnsafeMutableBufferPointer { row in
                    unsafe spectral_bands(
                        spectrum.baseAddress, weights.baseAddress, runs.baseAddress, runs.count, row.baseAddress)
                }
            }
        }
    }

    /// What to tell when bands have no bin in them: they are constant, whatever the signal.
    var warnings: [String] {
        let empty = bands.count { $0.binCount == 0 }
        guard empty > 0 else { return [] }
        return [
            "\(empty) of \(bands.count) mel bands hold no FFT bin and stay constant; use fewer melBands or a larger fftLength"
        ]
    }

    /// The columns of a feature with one value a band.
    func columns(_ feature: String, unit: String) -> [FeatureColumn] {
        bands.enumerated().map { index, band in
            let lower = Int(band.edges.lower.rounded())
            let upper = Int(band.edges.upper.rounded())
            return FeatureColumn(
                "\(feature).\(index)@\(lower)-\(upper)Hz", unit: unit, band: band.edges.lower...band.edges.upper)
        }
    }
}
