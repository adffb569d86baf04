internal import RealModule
internal import SignalCore

/// Mean square of stretches of one length in bands of frequency, of the signal and of its integral over time. Owns its
/// buffers; allocates nothing a stretch.
///
/// Stretches are weighted by a Hann window, corrected for the power it takes, because division by frequency would
/// otherwise raise what leaks from one end of the stretch to the other above everything else.
final class BandPower {
    let spacing: Double
    private let transform: RealFourierTransform
    private let weights: [Double]
    private let scale: Double
    /// The mean square of the signal in every bin.
    private(set) var power: [Double]

    init(length: Int, sampleRate: Double) throws {
        transform = try RealFourierTransform(length: length)
        weights = Window.hann.weights(length)
        spacing = sampleRate / Double(length)
        scale = 1 / (Double(length) * weights.reduce(0) { $0 + $1 * $1 })
        power = Array(repeating: 0, count: transform.binCount)
    }

    /// Takes a stretch of signal, less a constant.
    func load(_ samples: Span<Float>, subtracting mean: Double) {
        transform.forward { input in
            for index in samples.indices { input[index] = Float((Double(samples[index]) - mean) * weights[index]) }
        } body: { spectrum in
            let nyquist = transform.length.isMultiple(of: 2) ? power.count - 1 : power.count
            for bin in power.indices {
                let real = Double(spectrum[2 * bin])
                let imaginary = Double(spectrum[2 * bin + 1])
                let sides = bin == 0 || bin == nyquist ? 1.0 : 2.0
                power[bin] = sides * scale * (real * real + imaginary * imaginary)
            }
        }
    }

    /// The bins from `low` Hz on and below `high` Hz (up to it, at half the sample rate).
    func bins(from low: Double, to high: Double) -> Range<Int> {
        let start = min(power.count, max(0, Int(min((low / spacing - 1e-9).rounded(.up), 0x1p40))))
        let end = min(power.count, Int(min((high / spacing - 1e-9).rounded(.up), 0x1p40)))
        let reachesEnd = high >= Double(transform.length) / 2 * spacing * (1 - 1e-9)
        return start..<max(start, reachesEnd ? power.count : end)
    }

    /// The RMS of the signal in a band.
    func rms(_ bins: Range<Int>) -> Double {
        var sum = 0.0
        for bin in bins { sum += power[bin] }
        return sum.squareRoot()
    }

    /// The RMS of the signal's integral over time in a band, in the signal's unit times seconds.
    func integratedRMS(_ bins: Range<Int>) -> Double {
        var sum = 0.0
        for bin in bins where bin > 0 { sum += integratedPower(bin) }
        return sum.squareRoot()
    }

    /// The mean square of the signal's integral in one bin above 0.
    func integratedPower(_ bin: Int) -> Double {
        let angular = 2 * .pi * Double(bin) * spacing
        return power[bin] / (angular * angular)
    }
}
