internal import RealModule

/// Looks for lines in an amplitude spectrum and says how far they stand over its background.
///
/// In noise the power of a bin over that of the background is exponentially distributed, so the largest of m bins
/// exceeds `ln(m / p)` times the mean with probability p. The background is the median of the neighbourhood, which lines
/// do not move; ln 2 takes the median of that distribution to its mean.
struct LineSearch {
    /// A bin that was found, and what surrounds it.
    struct Peak {
        var bin: Int
        /// Amplitude over the median amplitude of the neighbourhood.
        var height: Double
        /// Whether no neighbouring bin is stronger: the flank of another line is none.
        var isSummit: Bool
        /// The number of bins that were looked at.
        var candidates: Int

        /// Whether noise would be this high in one of the bins with at most the given probability.
        func exceedsNoise(falseAlarmRate: Double) -> Bool {
            height * height * .log(2) > .log(max(1, Double(candidates)) / falseAlarmRate)
        }
    }

    /// The amplitudes from 0 Hz on.
    let amplitudes: [Float]
    /// The distance between two bins, in Hz.
    let spacing: Double

    /// The strongest of some bins, or `nil` when there is none.
    func strongest(of bins: Range<Int>, where isCandidate: (Int) -> Bool = { _ in true }) -> Peak? {
        let bins = bins.clamped(to: 1..<max(1, amplitudes.count))
        var best: Int?
        var candidates = 0
        for bin in bins where isCandidate(bin) {
            candidates += 1
            if amplitudes[bin] > best.map({ amplitudes[$0] }) ?? -1 { best = bin }
        }
        guard let best else { return nil }
        let amplitude = amplitudes[best]
        let isSummit =
            amplitude >= amplitudes[best - 1] && (best + 1 == amplitudes.count || amplitude >= amplitudes[best + 1])
        let level = background(of: bins)
        let height = level > 0 ? Double(amplitude) / level : 0
        return Peak(bin: best, height: height, isSummit: isSummit, candidates: candidates)
    }

    /// The frequency of a peak in Hz, between bins by a parabola through it and its neighbours.
    func frequency(of peak: Peak) -> Double {
        guard peak.isSummit, peak.bin > 0, peak.bin + 1 < amplitudes.count else { return Double(peak.bin) * spacing }
        let below = Double(amplitudes[peak.bin - 1])
        let at = Double(amplitudes[peak.bin])
        let above = Double(amplitudes[peak.bin + 1])
        let curvature = below - 2 * at + above
        let shift = curvature < 0 ? 0.5 * (below - above) / curvature : 0
        return (Double(peak.bin) + max(-0.5, min(0.5, shift))) * spacing
    }

    /// The bins around a frequency.
    func bins(from low: Double, to high: Double) -> Range<Int> {
        let start = Int(max(0, min(0x1p40, (low / spacing).rounded(.down))))
        return start..<max(start, Int(max(0, min(0x1p40, (high / spacing).rounded(.up)))) + 1)
    }

    /// The median amplitude of the neighbourhood of some bins: 20 Hz, 10 bins and the width of the bins themselves to
    /// both sides, whichever is most.
    private func background(of bins: Range<Int>) -> Double {
        let reach = max(10, bins.count, Int(min(20 / spacing, 0x1p40)))
        let middle = (bins.lowerBound + bins.upperBound) / 2
        // The lowest two bins hold what the window spreads of the mean.
        let range = (middle - reach..<middle + reach + 1).clamped(to: 2..<max(2, amplitudes.count))
        guard !range.isEmpty else { return 0 }
        let sorted = amplitudes[range].sorted()
        return Double(sorted[sorted.count / 2])
    }
}
