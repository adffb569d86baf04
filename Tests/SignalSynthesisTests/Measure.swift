import Foundation

/// Slow and obvious measurements of signals.
enum Measure {
    static func rootMeanSquare(_ samples: some Collection<Float>) -> Double {
        (samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(samples.count)).squareRoot()
    }

    static func decibels(_ ratio: Double) -> Double { 20 * log10(ratio) }

    /// The amplitude of a sine at one frequency (Goertzel's recurrence, Hann window).
    static func amplitude(_ samples: [Float], at frequency: Double, rate: Double) -> Double {
        let coefficient = 2 * cos(2 * Double.pi * frequency / rate)
        var (first, second) = (0.0, 0.0)
        let count = Double(samples.count)
        for (index, sample) in samples.enumerated() {
            let window = 1 - cos(2 * Double.pi * Double(index) / count)
            (first, second) = (Double(sample) * window + coefficient * first - second, first)
        }
        let power = first * first + second * second - coefficient * first * second
        return max(0, power).squareRoot() * 2 / count
    }

    /// The largest amplitude within a share of a frequency, in steps of the resolution.
    static func peak(_ samples: [Float], near frequency: Double, within share: Double, rate: Double) -> Double {
        let step = rate / Double(samples.count)
        let frequencies = stride(from: frequency * (1 - share), through: frequency * (1 + share), by: step)
        return frequencies.map { amplitude(samples, at: $0, rate: rate) }.max() ?? 0
    }

    /// The mean power between two frequencies per hertz, in steps of the resolution.
    static func density(_ samples: [Float], _ band: ClosedRange<Double>, rate: Double) -> Double {
        let step = max(rate / Double(samples.count), (band.upperBound - band.lowerBound) / 60)
        let frequencies = Array(stride(from: band.lowerBound, through: band.upperBound, by: step))
        let sum = frequencies.reduce(0) { $0 + pow(amplitude(samples, at: $1, rate: rate), 2) }
        return sum / Double(frequencies.count)
    }

    /// The magnitude without its mean: a simple envelope.
    static func envelope(_ samples: [Float]) -> [Float] {
        let mean = samples.reduce(0) { $0 + abs($1) } / Float(samples.count)
        return samples.map { abs($0) - mean }
    }

    /// How often a positive is above a negative, ties counting half: the area under the ROC curve.
    static func areaUnderCurve(normal: [Double], faulty: [Double]) -> Double {
        var sum = 0.0
        for positive in faulty {
            for negative in normal { sum += positive > negative ? 1 : positive == negative ? 0.5 : 0 }
        }
        return sum / Double(normal.count * faulty.count)
    }
}
