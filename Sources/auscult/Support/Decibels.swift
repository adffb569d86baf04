import Foundation

/// Levels in dB.
enum Decibels {
    /// The level of silence, in place of minus infinity, so that it can be averaged.
    static let silence = -200.0

    /// The level of a mean square.
    static func level(meanSquare: Double) -> Double { max(silence, 10 * log10(max(meanSquare, 1e-20))) }

    /// The level of an amplitude.
    static func level(amplitude: Double) -> Double { level(meanSquare: amplitude * amplitude) }
}
