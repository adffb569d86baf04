import Foundation
import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

/// Signals without a bearing fault, of which none may be called one.
struct FalseAlarmTests {
    private static let rate = 12_000.0
    private static let shaft = 29.93

    private func verdict(_ samples: [Float], unit: SignalUnit = .metresPerSecondSquared) throws
        -> MachineDiagnosis.Verdict
    {
        try MachineDiagnosis.diagnose(
            samples, sampleRate: Self.rate, unit: unit, shaftFrequency: Self.shaft,
            geometry: BearingCatalogue.bearing(named: "6205").geometry
        ).verdict
    }

    /// Normal noise by the method of Box and Muller.
    private func noise(seed: UInt64, count: Int) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            Float(sqrt(-2 * log(1 - generator.uniform())) * cos(2 * .pi * generator.uniform()))
        }
    }

    @Test func `White noise gives no verdict in at least 199 of 200 records`() throws {
        var alarms: [MachineDiagnosis.Verdict: Int] = [:]
        for seed in 1...200 { alarms[try verdict(noise(seed: UInt64(seed), count: 6000)), default: 0] += 1 }
        #expect(alarms[.none, default: 0] >= 199, "\(alarms)")
        #expect(alarms.keys.allSatisfy { $0 == .none || $0 == .notConclusive })
    }

    @Test("single strikes at random give no verdict", arguments: 1...10)
    func randomStrikes(seed: Int) throws {
        var samples = noise(seed: UInt64(seed), count: 20_000)
        var generator = SeededGenerator(seed: UInt64(seed), stream: 1)
        for _ in 0..<60 {
            let start = Int.random(in: 0..<samples.count - 100, using: &generator)
            for index in 0..<100 {
                samples[start + index] += Float(12 * exp(-Double(index) / 20) * sin(1.8 * Double(index)))
            }
        }
        #expect(try verdict(samples) == .none)
    }

    @Test("tones give no verdict on the bearing, with and without noise", arguments: [0, 1e-6, 1e-3, 0.1])
    func tones(level: Float) throws {
        let count = 16_384
        let noise = noise(seed: 3, count: count).map { $0 * level }
        func sum(_ tones: [(frequency: Double, amplitude: Double)]) -> [Float] {
            tones.reduce(noise) { sum, tone in
                zip(sum, Tone.sine(tone.frequency, amplitude: tone.amplitude, rate: Self.rate, count: count)).map {
                    $0 + $1
                }
            }
        }
        let outer = 3.5848 * Self.shaft
        #expect(try verdict(sum([(1000.3, 1)])) == .none)
        // Two tones as far apart as the outer race strikes beat at its rate, but have no harmonics.
        #expect(try verdict(sum([(3000.3, 1), (3000.3 + outer, 0.7)])) == .none)
        // The shaft and its multiples, as of a gear.
        #expect(try verdict(sum((1...10).map { (Double($0) * Self.shaft, 1) })) == .none)
        // Weak: 1 m/s^2 at 30 Hz is 3.8 mm/s RMS, 0.2 m/s^2 in zone A or B.
        #expect(try verdict(sum([(Self.shaft, 0.2)])) == .none)
        #expect(try verdict(sum([(Self.shaft, 1)])) == .imbalance)
    }

    @Test("noise that the shaft modulates gives no verdict", arguments: 1...10)
    func shaftModulation(seed: Int) throws {
        let samples = noise(seed: UInt64(seed), count: 20_000).enumerated().map { index, value in
            value * Float(pow(1 + 0.9 * sin(2 * .pi * Self.shaft * Double(index) / Self.rate), 3))
        }
        #expect(try verdict(samples) == .none)
    }

    @Test("strikes at the rate of a part name it", arguments: [0, 1, 2], 1...5)
    func strikes(part: Int, seed: Int) throws {
        let geometry = try BearingCatalogue.bearing(named: "6205").geometry
        let rate = [geometry.outerRace, geometry.innerRace, 2 * geometry.elementSpin][part] * Self.shaft
        var generator = SeededGenerator(seed: UInt64(seed))
        var samples = noise(seed: UInt64(seed), count: 20_000)
        // Slip of 1 % from strike to strike about the mean rate, ringing at 3.1 kHz.
        var strike = 1.0
        while strike / rate * Self.rate < Double(samples.count) - 200 {
            let start = Int((strike + 0.02 * (generator.uniform() - 0.5)) / rate * Self.rate)
            for index in 0..<150 {
                let time = Double(index) / Self.rate
                samples[start + index] += Float(6 * exp(-time * 900) * sin(2 * .pi * 3100 * time))
            }
            strike += 1
        }
        let expected: [MachineDiagnosis.Verdict] = [.outerRace, .innerRace, .rollingElement]
        let diagnosis = try MachineDiagnosis.diagnose(
            samples, sampleRate: Self.rate, shaftFrequency: Self.shaft, geometry: geometry)
        #expect(diagnosis.verdict == expected[part], "\(diagnosis.reason)")
        let line = try #require(diagnosis.lines.first { $0.name == diagnosis.verdict.rawValue })
        #expect(abs(line.found / rate - 1) < 2e-3 && line.isPresent && line.height > 10)
    }

    @Test func `What cannot be judged is refused or said to be so`() throws {
        let geometry = try BearingCatalogue.bearing(named: "6205").geometry
        let short = #expect(throws: SignalError.self) { try verdict(noise(seed: 1, count: 3000)) }
        #expect(short?.code == .insufficientData)
        for speed in [0, -1, .nan, .infinity, 7000] {
            let error = #expect(throws: SignalError.self) {
                try MachineDiagnosis.diagnose(
                    noise(seed: 1, count: 12_000), sampleRate: 12_000, shaftFrequency: speed, geometry: geometry)
            }
            #expect(error?.code == .invalidOption)
        }
        var band = DiagnosisOptions()
        band.lowFrequency = 7000
        #expect(throws: SignalError.self) {
            try MachineDiagnosis.diagnose(
                noise(seed: 1, count: 12_000), sampleRate: 12_000, shaftFrequency: 30, geometry: geometry, options: band
            )
        }
        let slow = try MachineDiagnosis.diagnose(
            noise(seed: 1, count: 4000), sampleRate: 400, shaftFrequency: 30, geometry: geometry)
        #expect(slow.verdict == .notConclusive && slow.reason.contains("inner race"))
        for extreme: Float in [1e30, 1e-30] {
            #expect(try verdict(noise(seed: 1, count: 12_000).map { $0 * extreme }) == .none)
        }
        #expect(throws: SignalError.self) { try verdict(Array(repeating: .nan, count: 12_000)) }
        #expect(try verdict(Array(repeating: 0, count: 12_000)) == .none)
        #expect(try verdict(Array(repeating: 1.5, count: 12_000)) == .none)
        let shaftOnly = try MachineDiagnosis.diagnose(
            noise(seed: 1, count: 12_000), sampleRate: 12_000, shaftFrequency: 30, geometry: nil)
        #expect(shaftOnly.verdict == .none && shaftOnly.lines.map(\.name) == ["shaft"] && shaftOnly.band == nil)
    }
}
