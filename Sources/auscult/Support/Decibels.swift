import Foundation

/// Levels in dB.
enum Decibels {
    /// The level of a mean square; silence is -200 dB rather than minus infinity, so that it can be averaged.
    static func level(meanSquare: Double) -> Double { max(-200, 10 * log10(max(meanSquare, 1e-20))) }

    /// The level of an amplitude.
    static func level(amplitude: Double) -> Double { level(meanSquare: amplitude * amplitude) }
}
