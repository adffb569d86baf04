internal import RealModule

/// Looks for the lines of a bearing in the spectrum of the squared envelope of one band.
struct BearingSearch {
    /// A part of the bearing and how often it strikes, in Hz.
    struct Part {
        let verdict: MachineDiagnosis.Verdict
        let frequency: Double
    }

    /// What was found in one band.
    struct Finding {
        let band: ClosedRange<Double>
        /// One line a part that lies in the spectrum, in the order of the parts.
        var lines: [(part: Part, line: MachineDiagnosis.Line)] = []

        /// The part whose strikes modulate the band most.
        var leader: (part: Part, line: MachineDiagnosis.Line)? {
            lines.filter(\.line.isPresent).max { $0.line.strength < $1.line.strength }
        }
    }

    let parts: [Part]
    let shaftFrequency: Double
    let options: DiagnosisOptions
    /// In how many bands the record is searched.
    let bandCount: Int

    /// Below this share of the mean a line is no strike, however certain: 2 %.
    private static let leastModulation = 0.02

    /// Searches the spectrum of one band, whose amplitudes are shares of the envelope's mean.
    func search(_ spectrum: LineSearch, band: ClosedRange<Double>) -> Finding {
        var finding = Finding(band: band)
        for part in parts {
            if let line = line(of: part, in: spectrum) { finding.lines.append((part, line)) }
        }
        return finding
    }

    /// The strength of the strongest other part, without what the leader's own strikes explain: their harmonics and the
    /// sidebands at the shaft's frequency that the load makes as the defect turns through it.
    func rival(of leader: MachineDiagnosis.Line, in finding: Finding, spacing: Double) -> (
        name: String, strength: Double
    )? {
        var best: (name: String, strength: Double)?
        for (_, line) in finding.lines where line.isPresent && line.name != leader.name {
            var squares = 0.0
            for harmonic in line.harmonics where harmonic.isClear {
                if !isExplained(harmonic.found, by: leader, spacing: spacing) {
                    squares += harmonic.amplitude * harmonic.amplitude
                }
            }
            if squares.squareRoot() > best?.strength ?? 0 { best = (line.name, squares.squareRoot()) }
        }
        return best
    }

    private func isExplained(_ frequency: Double, by leader: MachineDiagnosis.Line, spacing: Double) -> Bool {
        for harmonic in 0...2 * options.harmonics {
            for sideband in -3...3 {
                let line = abs(Double(harmonic) * leader.found + Double(sideband) * shaftFrequency)
                if abs(frequency - line) < 1.5 * spacing { return true }
            }
        }
        return false
    }

    private func line(of part: Part, in spectrum: LineSearch) -> MachineDiagnosis.Line? {
        let reach = part.frequency * options.tolerance
        let bins = spectrum.bins(from: part.frequency - reach, to: part.frequency + reach)
        guard bins.lowerBound > 1, bins.upperBound < spectrum.amplitudes.count else { return nil }
        guard let peak = spectrum.strongest(of: bins, where: { !isShaftHarmonic($0, spectrum.spacing) }) else {
            return nil
        }
        let found = spectrum.frequency(of: peak)
        let trials = Double(bandCount * parts.count)
        let isClear =
            peak.isSummit && peak.exceedsNoise(falseAlarmRate: options.falseAlarmRate / trials)
            && Double(spectrum.amplitudes[peak.bin]) > Self.leastModulation
        var harmonics = [
            MachineDiagnosis.Harmonic(
                order: 1, expected: part.frequency, found: found, height: peak.height,
                amplitude: Double(spectrum.amplitudes[peak.bin]), isClear: isClear)
        ]
        for order in 2...options.harmonics {
            // An error of half a bin in the fundamental is one of order / 2 bins here.
            let expected = Double(order) * found
            let center = Int((expected / spectrum.spacing).rounded())
            let reach = 1 + order / 2
            guard center + reach < spectrum.amplitudes.count,
                let peak = spectrum.strongest(of: center - reach..<center + reach + 1)
            else { break }
            let amplitude = Double(spectrum.amplitudes[peak.bin])
            let rate = options.falseAlarmRate / Double(options.harmonics - 1)
            harmonics.append(
                MachineDiagnosis.Harmonic(
                    order: order, expected: expected, found: Double(peak.bin) * spectrum.spacing, height: peak.height,
                    amplitude: amplitude,
                    isClear: peak.exceedsNoise(falseAlarmRate: rate) && amplitude > Self.leastModulation))
        }
        let squares = harmonics.reduce(0) { $0 + ($1.isClear ? $1.amplitude * $1.amplitude : 0) }
        return MachineDiagnosis.Line(
            name: part.verdict.rawValue, expected: part.frequency, found: found, height: peak.height,
            strength: squares.squareRoot(), isPresent: isClear && harmonics.dropFirst().contains { $0.isClear },
            harmonics: harmonics)
    }

    /// Whether a bin is taken by a multiple of the shaft's frequency, which any machine has.
    private func isShaftHarmonic(_ bin: Int, _ spacing: Double) -> Bool {
        let frequency = Double(bin) * spacing
        let order = (frequency / shaftFrequency).rounded()
        return order >= 1 && abs(frequency - order * shaftFrequency) <= 1.5 * spacing
    }
}
