/// Round frequencies to write beside the rows of a spectrogram, whatever the spacing of its bands.
enum FrequencyTicks {
    /// Two labels nearer than this fraction of the axis would touch each other.
    private static let closest = 0.055

    /// The nominal octave-band centres of IEC 61260-1 in Hz, from the middle of the audible range outwards, then
    /// what may stand between the upper ones: where there is not room for all, the first keep their place.
    private static let octaves: [Double] = [
        1000, 500, 2000, 250, 4000, 125, 8000, 63, 16000, 31.5, 31500, 16, 63000, 8, 4, 2, 1, 0, 3000, 6000, 12000,
    ]

    /// Frequency in Hz and position in rows (0: the middle of the first) of every tick.
    static func ticks(for frequencies: [Double]) -> [(frequency: Double, position: Double)] {
        guard frequencies.count > 1, let first = frequencies.first, let last = frequencies.last else {
            return frequencies.map { ($0, 0) }
        }
        let step = (last - first) / Double(frequencies.count - 1)
        let isLinear = frequencies.indices.allSatisfy {
            abs(frequencies[$0] - first - Double($0) * step) < 0.05 * step
        }
        let candidates =
            isLinear
            ? multiples(of: roundStep(atLeast: (last - first) / 12), upTo: last + step) : octaves
        var ticks: [(frequency: Double, position: Double)] = []
        for frequency in candidates {
            let position = position(of: frequency, among: frequencies)
            let isInside = position >= -0.5 && position <= Double(frequencies.count) - 0.5
            let gap = closest * Double(frequencies.count)
            if isInside, ticks.allSatisfy({ abs(position - $0.position) >= gap }) {
                ticks.append((frequency, position))
            }
        }
        return ticks.sorted { $0.position < $1.position }
    }

    /// Where a frequency lies among the rows, between them by proportion and beyond them by the outermost spacing.
    static func position(of frequency: Double, among frequencies: [Double]) -> Double {
        let above = frequencies.firstIndex { $0 >= frequency } ?? frequencies.count
        let low = min(max(above - 1, 0), frequencies.count - 2)
        return Double(low) + (frequency - frequencies[low]) / (frequencies[low + 1] - frequencies[low])
    }

    private static func multiples(of step: Double, upTo end: Double) -> [Double] {
        (0...Int(max(0, end) / step)).map { Double($0) * step }
    }

    /// The smallest of …, 1, 2, 5, 10, 20, … that is at least `minimum`.
    private static func roundStep(atLeast minimum: Double) -> Double {
        var power = 1.0
        while power > minimum { power /= 10 }
        while power * 10 < minimum { power *= 10 }
        return [1, 2, 5].map { $0 * power }.first { $0 >= minimum } ?? 10 * power
    }
}
