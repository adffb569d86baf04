/// A filter by its poles, zeros and gain, on the way from an analogue prototype to digital sections. The steps are
/// those of `scipy.signal` (`lp2lp_zpk`, `lp2hp_zpk`, `lp2bp_zpk`, `bilinear_zpk`, `zpk2sos` with pairing "nearest").
///
/// All zeros are real, as they are in every Butterworth design.
struct PolesAndZeros {
    var zeros: [Double]
    var poles: [ComplexNumber]
    var gain: Double

    /// Moves the edge of a low-pass from 1 rad/s to `edge`.
    mutating func scaleFrequencies(by edge: Double) {
        let degree = poles.count - zeros.count
        poles = poles.map { $0 * ComplexNumber(edge) }
        zeros = zeros.map { $0 * edge }
        for _ in 0..<degree { gain *= edge }
    }

    /// Turns a low-pass without zeros into a high-pass. The gain stays: the poles of the prototype multiply to 1.
    mutating func turnIntoHighPass(edge: Double) {
        precondition(zeros.isEmpty, "a Butterworth prototype has no zeros")
        poles = poles.map { ComplexNumber(edge) / $0 }
        zeros = Array(repeating: 0, count: poles.count)
    }

    /// Turns a low-pass without zeros into a band-pass.
    mutating func turnIntoBandPass(low: Double, high: Double) {
        precondition(zeros.isEmpty, "a Butterworth prototype has no zeros")
        let width = high - low
        let scaled = poles.map { $0 * ComplexNumber(width / 2) }
        let roots = scaled.map { ($0 * $0 - ComplexNumber(low * high)).squareRoot }
        zeros = Array(repeating: 0, count: poles.count)
        for _ in poles.indices { gain *= width }
        poles = zip(scaled, roots).map { $0 + $1 } + zip(scaled, roots).map { $0 - $1 }
    }

    /// The digital filter by the bilinear transform at a rate of 2, as second-order sections.
    func digital() -> SecondOrderSections {
        let rate = 4.0
        var denominator = ComplexNumber(1)
        for pole in poles { denominator = denominator * (ComplexNumber(rate) - pole) }
        let numerator = zeros.reduce(1) { $0 * (rate - $1) }
        return SecondOrderSections(
            Self.sections(
                zeros: zeros.map { (rate + $0) / (rate - $0) }
                    + Array(repeating: -1, count: poles.count - zeros.count),
                poles: poles.map { (ComplexNumber(rate) + $0) / (ComplexNumber(rate) - $0) },
                gain: gain * (ComplexNumber(numerator) / denominator).real))
    }

    /// Pairs poles with the zeros nearest to them. The pole nearest to the unit circle goes last, so that the largest
    /// gains come after everything else has been filtered out.
    private static func sections(
        zeros: [Double], poles: [ComplexNumber], gain: Double
    ) -> [SecondOrderSections.Section] {
        var zeros = zeros.sorted()
        // One of every conjugate pair stands for both.
        let tolerance = 100 * Double.ulpOfOne
        var poles = poles.compactMap { pole in
            if abs(pole.imaginary) <= tolerance * pole.magnitude { return ComplexNumber(pole.real) }
            return pole.imaginary > 0 ? pole : nil
        }
        let degree = poles.reduce(0) { $0 + ($1.imaginary == 0 ? 1 : 2) }
        if !degree.isMultiple(of: 2) {
            poles.append(ComplexNumber(0))
            zeros.append(0)
            zeros.sort()
        }
        var sections: [SecondOrderSections.Section] = []
        while !poles.isEmpty {
            let first = poles.remove(at: worst(poles) { _ in true })
            var second = first.conjugate
            if first.imaginary == 0 { second = poles.remove(at: worst(poles) { $0.imaginary == 0 }) }
            let a = zeros.remove(at: nearest(zeros, to: first))
            let b = zeros.remove(at: nearest(zeros, to: first))
            sections.append(
                SecondOrderSections.Section(
                    numerator: [1, -(a + b), a * b],
                    denominator: [-(first + second).real, (first * second).real]))
        }
        sections.reverse()
        for index in 0..<3 where !sections.isEmpty { sections[0].numerator[index] *= gain }
        return sections
    }

    private static func worst(_ poles: [ComplexNumber], _ isCandidate: (ComplexNumber) -> Bool) -> Int {
        var best = 0
        var distance = Double.infinity
        for (index, pole) in poles.enumerated() where isCandidate(pole) && abs(1 - pole.magnitude) < distance {
            best = index
            distance = abs(1 - pole.magnitude)
        }
        return best
    }

    private static func nearest(_ zeros: [Double], to pole: ComplexNumber) -> Int {
        zeros.indices.min { (ComplexNumber(zeros[$0]) - pole).magnitude < (ComplexNumber(zeros[$1]) - pole).magnitude }
            ?? 0
    }
}
