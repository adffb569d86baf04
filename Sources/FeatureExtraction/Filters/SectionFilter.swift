/// Filters a signal that arrives in blocks; the output does not depend on how it is cut, to the bit.
///
/// Transposed direct form II with the state in double precision, as `scipy.signal.sosfilt`. It starts at rest.
public struct SectionFilter: Sendable {
    private let sections: [SecondOrderSections.Section]
    /// Two values a section.
    private var state: [Double]

    /// Makes a filter at rest.
    public init(_ filter: SecondOrderSections) {
        sections = filter.sections
        state = Array(repeating: 0, count: 2 * filter.sections.count)
    }

    /// Replaces the next samples of the signal by the filtered ones.
    public mutating func filter(_ samples: inout MutableSpan<Float>) {
        for index in samples.indices { samples[index] = Float(filtered(Double(samples[index]))) }
    }

    /// Forgets the signal so far.
    public mutating func reset() {
        for index in state.indices { state[index] = 0 }
    }

    /// The output for the next sample.
    mutating func filtered(_ sample: Double) -> Double {
        var value = sample
        for (index, section) in sections.enumerated() {
            let input = value
            value = section.numerator[0] * input + state[2 * index]
            state[2 * index] =
                section.numerator[1] * input - section.denominator[0] * value + state[2 * index + 1]
            state[2 * index + 1] = section.numerator[2] * input - section.denominator[1] * value
        }
        return value
    }

    /// Sets the state in which a constant input of `value` gives a constant output (`scipy.signal.sosfilt_zi`).
    mutating func settle(at value: Double) {
        var scale = value
        for (index, section) in sections.enumerated() {
            let first = section.numerator[1] - section.denominator[0] * section.numerator[0]
            let second = section.numerator[2] - section.denominator[1] * section.numerator[0]
            let sum = (first + second) / (1 + section.denominator[0] + section.denominator[1])
            state[2 * index] = scale * sum
            state[2 * index + 1] = scale * ((1 + section.denominator[0]) * sum - first)
            scale *= section.gainAtZero
        }
    }
}
