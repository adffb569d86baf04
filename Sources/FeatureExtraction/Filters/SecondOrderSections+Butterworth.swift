internal import RealModule
internal import SignalCore

extension SecondOrderSections {
    /// The highest order of a Butterworth design.
    public static let highestButterworthOrder = 16

    /// A Butterworth low-pass: flat in its pass band, half the power at `cutoff` (Hz).
    ///
    /// The same design as `scipy.signal.butter(order, cutoff, "lowpass", output="sos", fs=sampleRate)`, sections in
    /// the same order.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when the order is not 1 to 16 or the edge not between zero
    ///   and half the sample rate.
    public static func butterworth(order: Int, lowPass cutoff: Double, sampleRate: Double) throws -> Self {
        let edge = try warped(cutoff, sampleRate: sampleRate, order: order)
        var design = analogPrototype(order: order)
        design.scaleFrequencies(by: edge)
        return design.digital()
    }

    /// A Butterworth high-pass: half the power at `cutoff` (Hz), nothing at zero.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, as ``butterworth(order:lowPass:sampleRate:)``.
    public static func butterworth(order: Int, highPass cutoff: Double, sampleRate: Double) throws -> Self {
        let edge = try warped(cutoff, sampleRate: sampleRate, order: order)
        var design = analogPrototype(order: order)
        design.turnIntoHighPass(edge: edge)
        return design.digital()
    }

    /// A Butterworth band-pass: half the power at both edges of `band` (Hz). As in SciPy it has twice as many poles as
    /// `order` says.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, as ``butterworth(order:lowPass:sampleRate:)``; also when the
    ///   band is empty.
    public static func butterworth(order: Int, bandPass band: ClosedRange<Double>, sampleRate: Double) throws -> Self {
        let low = try warped(band.lowerBound, sampleRate: sampleRate, order: order)
        let high = try warped(band.upperBound, sampleRate: sampleRate, order: order)
        guard low < high else { throw SignalError(.invalidOption, "a band-pass needs two different edges") }
        var design = analogPrototype(order: order)
        design.turnIntoBandPass(low: low, high: high)
        return design.digital()
    }

    /// The analogue frequency that the bilinear transform (at a rate of 2) takes to `frequency`.
    private static func warped(_ frequency: Double, sampleRate: Double, order: Int) throws -> Double {
        guard (1...highestButterworthOrder).contains(order) else {
            throw SignalError(.invalidOption, "a Butterworth filter has order 1 to 16, not \(order)")
        }
        guard frequency > 0, frequency < sampleRate / 2, sampleRate.isFinite else {
            throw SignalError(
                .invalidOption,
                "a filter edge lies between 0 and half the sample rate (\(sampleRate / 2) Hz), not at \(frequency) Hz")
        }
        return 4 * .tan(.pi * frequency / sampleRate)
    }

    /// The low-pass with its edge at 1 rad/s: poles on the left half of the unit circle.
    private static func analogPrototype(order: Int) -> PolesAndZeros {
        let poles = stride(from: 1 - order, to: order, by: 2).map { index in
            let angle = Double.pi * Double(index) / Double(2 * order)
            return ComplexNumber(-.cos(angle), index == 0 ? 0 : -.sin(angle))
        }
        return PolesAndZeros(zeros: [], poles: poles, gain: 1)
    }
}
