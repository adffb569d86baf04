internal import SignalCore

/// A linear filter as a cascade of second-order sections, in double precision (`output="sos"` of `scipy.signal`).
///
/// Sections keep a filter of high order exact where one long polynomial would not.
public struct SecondOrderSections: Sendable, Equatable {
    /// One section, `(b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2)`.
    public struct Section: Sendable, Equatable {
        /// The numerator b0, b1, b2.
        public var numerator: [3 of Double]
        /// The denominator a1, a2; a0 is 1.
        public var denominator: [2 of Double]

        /// Makes a section from its coefficients.
        public init(numerator: [3 of Double], denominator: [2 of Double]) {
            self.numerator = numerator
            self.denominator = denominator
        }

        /// Whether all coefficients are equal.
        public static func == (left: Section, right: Section) -> Bool {
            left.numerator.indices.allSatisfy { left.numerator[$0] == right.numerator[$0] }
                && left.denominator.indices.allSatisfy { left.denominator[$0] == right.denominator[$0] }
        }

        /// The output for a constant input of 1.
        var gainAtZero: Double {
            (numerator[0] + numerator[1] + numerator[2]) / (1 + denominator[0] + denominator[1])
        }
    }

    /// The sections, in the order in which they are passed.
    public let sections: [Section]

    /// Makes a filter from its sections.
    public init(_ sections: [Section]) {
        self.sections = sections
    }

    /// The signal filtered forwards and backwards, without delay, the amplitude response squared; computed like
    /// `scipy.signal.sosfiltfilt` with its default padding (the ends turned about their last sample).
    ///
    /// It looks at the whole signal, so it is no part of a live pipeline; there use ``SectionFilter``.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when the signal is no longer than the padding of one
    ///   side, which is at most `3 * (2 * sections.count + 1)` samples.
    public func filteringForwardsAndBackwards(_ samples: [Float]) throws -> [Float] {
        let padding = padLength
        guard samples.count > padding else {
            throw SignalError(
                .insufficientData,
                "\(samples.count) samples are too few for a filter of \(sections.count) sections in both directions; "
                    + "it needs \(padding + 1), or a filter of lower order")
        }
        let last = samples.count - 1
        var extended: [Double] = []
        extended.reserveCapacity(samples.count + 2 * padding)
        for offset in stride(from: padding, to: 0, by: -1) {
            extended.append(2 * Double(samples[0]) - Double(samples[offset]))
        }
        for sample in samples { extended.append(Double(sample)) }
        for offset in 0..<padding { extended.append(2 * Double(samples[last]) - Double(samples[last - 1 - offset])) }

        for _ in 0..<2 {
            var filter = SectionFilter(self)
            filter.settle(at: extended.first ?? 0)
            for index in extended.indices { extended[index] = filter.filtered(extended[index]) }
            extended.reverse()
        }
        return extended[padding..<padding + samples.count].map { Float($0) }
    }

    /// The samples that SciPy adds on both sides: three times the number of taps of the filter as one polynomial.
    private var padLength: Int {
        let zerosAtOrigin = sections.count { $0.numerator[2] == 0 }
        let polesAtOrigin = sections.count { $0.denominator[1] == 0 }
        return 3 * (2 * sections.count + 1 - min(zerosAtOrigin, polesAtOrigin))
    }
}
