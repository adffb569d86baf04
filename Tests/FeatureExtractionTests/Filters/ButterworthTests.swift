import Foundation
import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

struct ButterworthTests {
    @Test("agrees with SciPy", .enabled(if: SharedData.isPresent), arguments: ReferenceClip.names)
    func agreesWithReference(name: String) throws {
        let clip = try ReferenceClip(name)
        let filter = try SecondOrderSections.butterworth(order: 4, bandPass: 0.05...0.3, sampleRate: 2)
        #expect(Closeness.largestDifference(rows(filter), try clip.golden("butter4_sos_wn_0.05_0.3").values) < 1e-12)

        var samples = Array(clip.samples[..<2048])
        let both = try filter.filteringForwardsAndBackwards(samples)
        let twice = Closeness.relativeToPeak(both, try clip.golden("sosfiltfilt_first2048").values)
        #expect(twice < 1e-6, "\(twice)")

        var stream = SectionFilter(filter)
        var span = samples.mutableSpan
        stream.filter(&span)
        let once = Closeness.relativeToPeak(samples, try clip.golden("sosfilt_first2048").values)
        #expect(once < 1e-6, "\(once)")
    }

    /// `scipy.signal.butter(..., output="sos")` of SciPy 1.17.1, for the ways of pairing that the golden does not show:
    /// odd orders, a band so wide that its poles are real.
    @Test func `Sections come out as in SciPy`() throws {
        let low1 = try SecondOrderSections.butterworth(order: 1, lowPass: 0.2, sampleRate: 2)
        expect(low1, [0.24523727525278557, 0.24523727525278557, 0, 1, -0.5095254494944288, 0])
        let low3 = try SecondOrderSections.butterworth(order: 3, lowPass: 0.2, sampleRate: 2)
        expect(
            low3,
            [
                0.018098933007514428, 0.036197866015028855, 0.018098933007514428, 1, -0.5095254494944288, 0,
                1, 1, 0, 1, -1.2505164308487402, 0.5457233155094579,
            ])
        let high5 = try SecondOrderSections.butterworth(order: 5, highPass: 0.3, sampleRate: 2)
        expect(
            high5,
            [
                0.2018850138698864, -0.4037700277397728, 0.2018850138698864, 1, -0.32491969623290634, 0,
                1, -2, 1, 1, -0.7105255165406029, 0.208818210000029,
                1, -1, 0, 1, -0.9404564036679569, 0.6,
            ])
        let wide = try SecondOrderSections.butterworth(order: 2, bandPass: 0.05...0.9, sampleRate: 2)
        expect(
            wide,
            [
                0.7157374098681176, 1.4314748197362352, 0.7157374098681176, 1, 1.5594170724728993, 0.6417193149985396,
                1, -2, 1, 1, -1.7782237394952298, 0.8009450272208896,
            ])
        let band3 = try SecondOrderSections.butterworth(order: 3, bandPass: 0.1...0.4, sampleRate: 2)
        expect(
            band3,
            [
                0.04953299635725319, 0.09906599271450638, 0.04953299635725319, 1, -1.051462224238267,
                0.3249196962329061,
                1, 0, -1, 1, -0.5443197859646327, 0.5265652055284296,
                1, -2, 1, 1, -1.7071344057278224, 0.8051912365191807,
            ])
    }

    @Test("passes its band, halves the power at its edges", arguments: 1...16)
    func hasItsResponse(order: Int) throws {
        let rate = 10_000.0
        let low = try SecondOrderSections.butterworth(order: order, lowPass: 1000, sampleRate: rate)
        let high = try SecondOrderSections.butterworth(order: order, highPass: 1000, sampleRate: rate)
        let band = try SecondOrderSections.butterworth(order: order, bandPass: 500...2000, sampleRate: rate)
        #expect(abs(gain(low, 0, rate) - 1) < 1e-6 && abs(gain(low, 1000, rate) - 0.5.squareRoot()) < 1e-6)
        #expect(abs(gain(high, 4999.9, rate) - 1) < 1e-6 && abs(gain(high, 1000, rate) - 0.5.squareRoot()) < 1e-6)
        #expect(abs(gain(band, 500, rate) - 0.5.squareRoot()) < 1e-6)
        #expect(abs(gain(band, 2000, rate) - 0.5.squareRoot()) < 1e-6)
        #expect(gain(low, 4000, rate) < 0.2 && gain(high, 100, rate) < 0.2 && gain(band, 50, rate) < 0.2)
    }

    @Test func `Filtering does not depend on how the signal is cut`() throws {
        let filter = try SecondOrderSections.butterworth(order: 6, bandPass: 500...2000, sampleRate: 16_000)
        var whole = Tone.noise(seed: 9, count: 5000)
        var parts = whole
        var stream = SectionFilter(filter)
        var all = whole.mutableSpan
        stream.filter(&all)
        stream.reset()
        var generator = SeededGenerator(seed: 4)
        var start = 0
        while start < parts.count {
            let end = min(parts.count, start + Int.random(in: 0...400, using: &generator))
            var piece = Array(parts[start..<end])
            var span = piece.mutableSpan
            stream.filter(&span)
            parts.replaceSubrange(start..<end, with: piece)
            start = end
        }
        #expect(whole == parts)
    }

    @Test func `What cannot be designed or filtered is refused`() throws {
        #expect(throws: SignalError.self) { try SecondOrderSections.butterworth(order: 0, lowPass: 1, sampleRate: 8) }
        #expect(throws: SignalError.self) { try SecondOrderSections.butterworth(order: 17, lowPass: 1, sampleRate: 8) }
        #expect(throws: SignalError.self) { try SecondOrderSections.butterworth(order: 2, lowPass: 4, sampleRate: 8) }
        #expect(throws: SignalError.self) { try SecondOrderSections.butterworth(order: 2, highPass: 0, sampleRate: 8) }
        #expect(throws: SignalError.self) {
            try SecondOrderSections.butterworth(order: 2, bandPass: 1...1, sampleRate: 8)
        }
        let filter = try SecondOrderSections.butterworth(order: 4, bandPass: 1...2, sampleRate: 8)
        let error = #expect(throws: SignalError.self) {
            try filter.filteringForwardsAndBackwards(Array(repeating: 1, count: 27))
        }
        #expect(error?.code == .insufficientData)
        #expect(try filter.filteringForwardsAndBackwards(Array(repeating: 1, count: 28)).allSatisfy { abs($0) < 1e-6 })
    }

    private func rows(_ filter: SecondOrderSections) -> [Double] {
        filter.sections.flatMap { section in
            [section.numerator[0], section.numerator[1], section.numerator[2], 1]
                + [section.denominator[0], section.denominator[1]]
        }
    }

    private func expect(
        _ filter: SecondOrderSections, _ reference: [Double], at location: SourceLocation = #_sourceLocation
    ) {
        #expect(Closeness.largestDifference(rows(filter), reference) < 1e-12, sourceLocation: location)
    }

    /// The amplitude response at a frequency.
    private func gain(_ filter: SecondOrderSections, _ frequency: Double, _ rate: Double) -> Double {
        let angle = 2 * Double.pi * frequency / rate
        return filter.sections.reduce(1) { product, section in
            func magnitude(_ a: Double, _ b: Double, _ c: Double) -> Double {
                hypot(a + b * cos(angle) + c * cos(2 * angle), b * sin(angle) + c * sin(2 * angle))
            }
            return product * magnitude(section.numerator[0], section.numerator[1], section.numerator[2])
                / magnitude(1, section.denominator[0], section.denominator[1])
        }
    }
}
