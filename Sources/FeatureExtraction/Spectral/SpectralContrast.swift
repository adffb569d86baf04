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
    /// The magnitudes of one band, in an order of our own.
    private var values: [Float]

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
        values = Array(repeating: 0, count: bins)
    }

    /// Writes the contrast of every band into `row`, from `offset` on.
    mutating func write(_ magnitudes: Span<Float>, into row: inout MutableSpan<Float>, at offset: Int) {
        for (index, band) in bands.enumerated() {
            let count = band.bins.count
            for position in 0..<count { values[position] = magnitudes[band.bins.lowerBound + position] }
            select(band.extremes, in: 0..<count)
            var valley = 0.0
            for position in 0..<band.extremes { valley += Double(values[position]) }
            // Where peaks and valleys share bins, the valleys are looked through again.
            let rest = 2 * band.extremes <= count ? band.extremes..<count : 0..<count
            select(rest.count - band.extremes, in: rest)
            var peak = 0.0
            for position in count - band.extremes..<count { peak += Double(values[position]) }
            let scale = 1 / Double(band.extremes)
            row[offset + index] = Float(decibels(peak * scale) - decibels(valley * scale))
        }
    }

    /// Moves the `wanted` smallest of some values before the others, in time in proportion to their number and without
    /// memory, which sorting would need (Hoare, "Algorithm 65: Find", Comm. ACM 4, 1961).
    private mutating func select(_ wanted: Int, in range: Range<Int>) {
        var low = range.lowerBound
        var high = range.upperBound - 1
        let target = low + wanted
        while low < high {
            let pivot = values[low + (high - low) / 2]
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if target <= right {
                high = right
            } else if target >= left {
                low = left
            } else {
                return
            }
        }
    }

    private func decibels(_ value: Double) -> Double { 10 * .log10(max(value, 1e-10)) }
}
