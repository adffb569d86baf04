internal import RealModule

/// The difference between peaks and valleys of the spectrum in octave bands, in dB, as `librosa.feature
/// .spectral_contrast` (Jiang et al., "Music type classification by spectral contrast feature", ICME 2002), without
/// its floor 80 dB below the loudest frame, which would need the whole recording.
///
/// Bands that would begin at or above half the sample rate, and bands without a bin, are left out (librosa refuses).
struct SpectralContrast {
    private struct Band {
        let bins: Range<Int>
        /// Bins that count as peaks, and as valleys.
        let extremes: Int
    }

    /// The bands in Hz, from the lowest.
    let edges: [ClosedRange<Double>]
    private let bands: [Band]
    private var sorted: [Float]

    init(options: SpectralOptions, sampleRate: Double) {
        let bins = options.fftLength / 2 + 1
        let spacing = sampleRate / Double(options.fftLength)
        var edges: [ClosedRange<Double>] = []
        var bands: [Band] = []
        for index in 0...options.contrastBands {
            let low =
                index == 0
                ? 0 : options.contrastMinimumFrequency * Double(sign: .plus, exponent: index - 1, significand: 1)
            let high = options.contrastMinimumFrequency * Double(sign: .plus, exponent: index, significand: 1)
            guard low < sampleRate / 2 else { break }
            let isLast = index == options.contrastBands
            var start = Int((low / spacing).rounded(.up))
            var end = isLast ? bins : min(bins, Int(min(Double(bins), (high / spacing).rounded(.down))) + 1)
            guard start < end else { continue }
            if index > 0 { start = max(0, start - 1) }
            let count = end - start
            // librosa counts the bin at the upper edge but leaves it to the next band.
            if !isLast && count > 1 { end -= 1 }
            let wanted = (options.contrastQuantile * Double(count)).rounded(.toNearestOrEven)
            edges.append(low...(isLast ? sampleRate / 2 : min(high, sampleRate / 2)))
            bands.append(Band(bins: start..<end, extremes: min(end - start, max(1, Int(wanted)))))
        }
        self.edges = edges
        self.bands = bands
        sorted = Array(repeating: 0, count: bins)
    }

    /// Writes the contrast of every band into `row`, from `offset` on.
    mutating func write(_ magnitudes: Span<Float>, into row: inout MutableSpan<Float>, at offset: Int) {
        for (index, band) in bands.enumerated() {
            let count = band.bins.count
            for position in 0..<count { sorted[position] = magnitudes[band.bins.lowerBound + position] }
            sorted[0..<count].sort()
            var valley = 0.0
            var peak = 0.0
            for position in 0..<band.extremes {
                valley += Double(sorted[position])
                peak += Double(sorted[count - 1 - position])
            }
            let scale = 1 / Double(band.extremes)
            row[offset + index] = Float(decibels(peak * scale) - decibels(valley * scale))
        }
    }

    private func decibels(_ value: Double) -> Double { 10 * .log10(max(value, 1e-10)) }
}
