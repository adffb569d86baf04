import FeatureExtraction
import Foundation
import SignalCore
import TestSupport
import Testing

@Suite("Windows and transforms against SciPy and NumPy", .enabled(if: SharedData.isPresent))
struct TransformGoldenTests {
    @Test("every window equals SciPy's within 1e-14")
    func windows() throws {
        let goldens = try SharedData.json("dsp/windows.json")
        #expect(!goldens.isEmpty)
        for (key, value) in goldens {
            let values = try #require(value as? [Double])
            let parts = key.split(separator: "_")
            let window = try #require(Window(rawValue: String(parts[0])), "\(key)")
            let result = window.weights(values.count, periodic: parts[2] == "periodic")
            #expect(Closeness.largestDifference(result, values) < 1e-14, "\(key)")
        }
    }

    @Test("transforms of even, odd and prime lengths equal NumPy's within 4e-7 of the peak")
    func fourier() throws {
        for (key, value) in try SharedData.json("dsp/rfft.json") {
            let entry = try #require(value as? [String: [Double]])
            let input = try #require(entry["input"])
            let (real, imaginary) = (try #require(entry["rfft_re"]), try #require(entry["rfft_im"]))
            let transform = try RealFourierTransform(length: input.count)
            let spectrum = transform.forward { samples in
                for index in samples.indices { samples[index] = Float(input[index]) }
            } body: { spectrum in
                spectrum.indices.map { Double(spectrum[$0]) }
            }
            let golden = zip(real, imaginary).flatMap { [$0, $1] }
            #expect(Closeness.relativeToPeak(spectrum, golden) < 4e-7, "\(key) samples")
            let back = transform.inverse { parts in
                for index in parts.indices { parts[index] = Float(golden[index]) }
            } body: { samples in
                samples.indices.map { Double(samples[$0]) }
            }
            #expect(Closeness.relativeToPeak(back, input) < 4e-7, "\(key) samples back")
        }
    }

    @Test("the cosine transform equals SciPy's within 3e-7 of the peak")
    func cosine() throws {
        let golden = try SharedData.json("dsp/dct2_ortho.json")
        let inputs = try #require(golden["input"] as? [[Double]])
        let outputs = try #require(golden["output"] as? [[Double]])
        for (input, output) in zip(inputs, outputs) {
            let transform = CosineTransform(inputCount: input.count, outputCount: input.count)
            var result = [Float](repeating: 0, count: input.count)
            let samples = input.map { Float($0) }
            var span = result.mutableSpan
            transform.apply(samples.span, into: &span)
            #expect(Closeness.relativeToPeak(result, output) < 3e-7)
        }
    }
}

@Suite("Properties of the Fourier transform")
struct TransformPropertyTests {
    @Test("the energy of a signal is that of its spectrum (Parseval)", arguments: [16, 17, 256, 1000, 1024])
    func parseval(length: Int) throws {
        let signal = Tone.noise(seed: UInt64(length), count: length)
        let transform = try RealFourierTransform(length: length)
        let energy = transform.forward { samples in
            for index in samples.indices { samples[index] = signal[index] }
        } body: { spectrum in
            (0..<spectrum.count / 2).reduce(0.0) { sum, bin in
                let power = Double(
                    spectrum[2 * bin] * spectrum[2 * bin] + spectrum[2 * bin + 1] * spectrum[2 * bin + 1])
                let isMirrored = bin > 0 && !(length.isMultiple(of: 2) && bin == length / 2)
                return sum + (isMirrored ? 2 : 1) * power
            }
        }
        let expected = signal.reduce(0.0) { $0 + Double($1) * Double($1) } * Double(length)
        #expect(abs(energy / expected - 1) < 1e-6)
    }

    @Test("a length that cannot be planned is refused", arguments: [0, -1, 1 << 27])
    func refusal(length: Int) {
        #expect(throws: SignalError.self) { try RealFourierTransform(length: length) }
    }

    @Test("transforms of one length run on several threads at once, with equal results")
    func threads() async throws {
        let signal = Tone.noise(seed: 7, count: 512)
        @Sendable func spectrum() throws -> [Float] {
            try RealFourierTransform(length: 512).forward { samples in
                for index in samples.indices { samples[index] = signal[index] }
            } body: { spectrum in
                spectrum.indices.map { spectrum[$0] }
            }
        }
        let first = try spectrum()
        try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<16 { group.addTask { try spectrum() } }
            for try await result in group { #expect(result == first) }
        }
    }
}
