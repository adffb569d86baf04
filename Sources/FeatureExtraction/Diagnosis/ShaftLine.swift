internal import RealModule
internal import SignalCore

/// The line at the shaft's frequency in the velocity spectrum of a record, from which an imbalance is told.
///
/// A rotor out of balance shakes with its own frequency and little else: the line holds most of the velocity below
/// 1000 Hz and towers over its second and third harmonic, which looseness and misalignment raise (ISO 13373-1).
struct ShaftLine {
    let line: MachineDiagnosis.Line
    /// The share of the velocity's power that the line holds.
    let share: Double
    /// Whether the harmonics are small beside it.
    let isAlone: Bool
    /// Whether the amplitudes are in mm/s.
    let isVelocity: Bool

    /// Reads the line from a record without mean, given divided by `scale`.
    ///
    /// - Throws: `SignalError` when the record is too long for one transform.
    init?(
        _ samples: Span<Float>, scale: Double, sampleRate: Double, unit: SignalUnit, shaftFrequency: Double,
        options: DiagnosisOptions
    ) throws {
        let power = try BandPower(length: samples.count, sampleRate: sampleRate)
        power.load(samples, subtracting: 0)
        let factor = 1000 * scale * (unit.metresPerSecondSquaredFactor ?? 1)
        let low = min(10, shaftFrequency / 2)
        let band = power.bins(from: low, to: min(1000, sampleRate / 2))
        var amplitudes = Array(repeating: Float(0), count: power.power.count)
        for bin in 1..<max(1, amplitudes.count) {
            amplitudes[bin] = Float(min(1e30, factor * power.integratedPower(bin).squareRoot()))
        }
        let spectrum = LineSearch(amplitudes: amplitudes, spacing: power.spacing)
        let total = power.integratedRMS(band) * factor
        var harmonics: [MachineDiagnosis.Harmonic] = []
        for order in 1...3 {
            let expected = Double(order) * (harmonics.first?.found ?? shaftFrequency)
            let reach = order == 1 ? expected * options.tolerance : power.spacing * Double(order)
            guard let peak = spectrum.strongest(of: spectrum.bins(from: expected - reach, to: expected + reach)) else {
                break
            }
            // A Hann window spreads a line over its bin and two to each side.
            let bins = (peak.bin - 2..<peak.bin + 3).clamped(to: 1..<amplitudes.count)
            let isClear = peak.isSummit && peak.exceedsNoise(falseAlarmRate: options.falseAlarmRate)
            harmonics.append(
                MachineDiagnosis.Harmonic(
                    order: order, expected: expected, found: spectrum.frequency(of: peak), height: peak.height,
                    amplitude: factor * power.integratedRMS(bins), isClear: isClear))
        }
        guard let first = harmonics.first else { return nil }
        let squares = harmonics.reduce(0) { $0 + ($1.isClear ? $1.amplitude * $1.amplitude : 0) }
        line = MachineDiagnosis.Line(
            name: "shaft", expected: shaftFrequency, found: first.found, height: first.height,
            strength: squares.squareRoot(), isPresent: first.isClear, harmonics: harmonics)
        share = total > 0 ? min(1, (first.amplitude / total) * (first.amplitude / total)) : 0
        isAlone = harmonics.dropFirst().allSatisfy { $0.amplitude < first.amplitude / 3 }
        isVelocity = unit.metresPerSecondSquaredFactor != nil
    }

    /// Whether this is an imbalance.
    func isImbalance(_ options: DiagnosisOptions) -> Bool {
        guard line.isPresent, share >= options.imbalanceShare, isAlone else { return false }
        return !isVelocity || line.harmonics[0].amplitude >= options.imbalanceVelocity
    }
}
