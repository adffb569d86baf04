internal import RealModule
public import SignalCore

/// The windows that a frame of signal can be weighted with, named as in SciPy's `get_window`.
public enum Window: String, OptionChoice {
    /// Raised cosine, the default of librosa and of SciPy's `welch`.
    case hann
    /// Raised cosine on a pedestal of 0.08.
    case hamming
    /// Three-term Blackman (0.42, 0.5, 0.08).
    case blackman
    /// Four-term Blackman-Harris with -92 dB side lobes.
    case blackmanHarris = "blackmanharris"
    /// Flat-top, for reading amplitudes of lines.
    case flatTop = "flattop"
    /// Kaiser with beta 8.6, whose side lobes lie near those of Blackman.
    case kaiser = "kaiser8.6"
    /// Rectangular.
    case boxcar

    /// The weights.
    ///
    /// - Parameters:
    ///   - length: how many; positive.
    ///   - periodic: whether the window is one period of an infinite one (SciPy: `fftbins=True`), as spectra need it,
    ///     or symmetric, as filter design needs it.
    public func weights(_ length: Int, periodic: Bool = true) -> [Double] {
        guard length > 1 else { return Array(repeating: 1, count: max(0, length)) }
        let period = Double(periodic ? length : length - 1)
        return (0..<length).map { index in
            // Computed on the nearer half, so that the window is symmetric to the bit.
            let position = min(Double(index), period - Double(index))
            if self == .kaiser { return Self.kaiser(at: position / period) }
            var sum = 0.0
            for (order, coefficient) in cosineCoefficients.enumerated() {
                let term = coefficient * .cos(2 * .pi * Double(order) * position / period)
                sum += order.isMultiple(of: 2) ? term : -term
            }
            return sum
        }
    }

    /// The coefficients of the cosine sum, alternating in sign.
    private var cosineCoefficients: [Double] {
        switch self {
        case .hann: [0.5, 0.5]
        case .hamming: [0.54, 0.46]
        case .blackman: [0.42, 0.5, 0.08]
        case .blackmanHarris: [0.35875, 0.48829, 0.14128, 0.01168]
        case .flatTop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368]
        case .boxcar, .kaiser: [1]
        }
    }

    /// The Kaiser window of beta 8.6 at a share of its length (J. Kaiser and R. Schafer, 1980).
    private static func kaiser(at share: Double) -> Double {
        let offset = 2 * share - 1
        return modifiedBessel(8.6 * (1 - offset * offset).squareRoot()) / modifiedBessel(8.6)
    }

    /// The modified Bessel function of the first kind and order zero, by its power series.
    private static func modifiedBessel(_ x: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        for order in 1...60 {
            term *= (x / 2 / Double(order)) * (x / 2 / Double(order))
            sum += term
        }
        return sum
    }
}
