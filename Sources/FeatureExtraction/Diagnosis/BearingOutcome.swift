internal import SignalCore

/// The verdict on the bearing alone, from all bands of a record.
struct BearingOutcome {
    let verdict: MachineDiagnosis.Verdict
    let reason: String
    /// The lines of the band that the verdict rests on.
    let lines: [MachineDiagnosis.Line]
    let band: ClosedRange<Double>

    /// Judges a record without mean, at an RMS of 1.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for a band outside the spectrum.
    init(
        _ samples: Span<Float>, sampleRate: Double, shaftFrequency: Double, geometry: BearingGeometry,
        options: DiagnosisOptions
    ) throws {
        let parts = [
            BearingSearch.Part(verdict: .outerRace, frequency: geometry.outerRace * shaftFrequency),
            BearingSearch.Part(verdict: .innerRace, frequency: geometry.innerRace * shaftFrequency),
            BearingSearch.Part(verdict: .rollingElement, frequency: 2 * geometry.elementSpin * shaftFrequency),
            BearingSearch.Part(verdict: .cage, frequency: geometry.cage * shaftFrequency),
        ]
        let bands = Self.bands(sampleRate: sampleRate, options: options)
        let search = BearingSearch(
            parts: parts, shaftFrequency: shaftFrequency, options: options, bandCount: bands.count)
        let spacing = sampleRate / Double(samples.count)
        let kernel = try EnvelopeKernel(length: samples.count, window: .hann)
        kernel.load(samples, subtracting: 0)

        var findings: [BearingSearch.Finding] = []
        var shown: BearingSearch.Finding?
        for band in bands {
            let bins = try EnvelopeSpectrum.bins(band, sampleRate: sampleRate, length: samples.count)
            kernel.compute(bins: bins, squared: true)
            guard kernel.mean > 0 else { continue }
            // The envelope of a band moves no faster than the band is wide.
            let highest = min(
                band.upperBound - band.lowerBound,
                Double(options.harmonics + 1) * (parts.map(\.frequency).max() ?? 0) * (1 + options.tolerance) + 50)
            let count = min(kernel.amplitudes.count, Int(highest / spacing))
            let scale = Float(1 / kernel.mean)
            let spectrum = LineSearch(amplitudes: kernel.amplitudes[0..<count].map { $0 * scale }, spacing: spacing)
            let finding = search.search(spectrum, band: band)
            if shown == nil { shown = finding }
            if kernel.kurtosis > 0 { findings.append(finding) }
        }
        let strongest = findings.filter { $0.leader != nil }.max {
            $0.leader?.line.strength ?? 0 < $1.leader?.line.strength ?? 0
        }
        guard let strongest, let leader = strongest.leader else {
            let judged = Set((shown?.lines ?? []).filter { $0.line.harmonics.count > 1 }.map(\.part.verdict.rawValue))
            let missing = parts.map(\.verdict.rawValue).filter { !judged.contains($0) }
            lines = (shown?.lines ?? []).map { line in
                // Beats of tones are no strikes.
                var line = line.line
                line.isPresent = false
                return line
            }
            band = shown?.band ?? bands[0]
            if !missing.isEmpty && shown != nil {
                verdict = .notConclusive
                reason =
                    "the spectrum does not reach to the second harmonic of \(missing.joined(separator: ", ")); "
                    + "record at a higher rate, or demodulate a wider band"
            } else {
                verdict = .none
                reason = "no part of the bearing has a line that stands clear of the background over its harmonics"
            }
            return
        }
        lines = strongest.lines.map(\.line)
        band = strongest.band
        let line = leader.line
        let clear = line.harmonics.filter(\.isClear)
        let description =
            "the line of the \(line.name) at \(FrequencyLabel.text(line.found)) Hz (computed "
            + "\(FrequencyLabel.text(line.expected)) Hz) stands \(FrequencyLabel.text(line.height)) times over the "
            + "background, \(clear.count) of \(line.harmonics.count) harmonics are clear, and together they modulate "
            + "the power of \(FrequencyLabel.text(band.lowerBound))-\(FrequencyLabel.text(band.upperBound)) Hz by "
            + "\(Int((100 * min(line.strength, 1e6)).rounded())) %"
        let rival = search.rival(of: line, in: strongest, spacing: spacing)
        if line.strength < options.clearModulation {
            verdict = .notConclusive
            reason = description + ", less than the \(Int(100 * options.clearModulation)) % of a clear defect"
        } else if let rival, rival.strength > line.strength / 2 {
            verdict = .notConclusive
            reason = description + ", but the \(rival.name) does so by \(Int((100 * rival.strength).rounded())) %"
        } else {
            verdict = leader.part.verdict
            reason = description
        }
    }

    /// The bands that are demodulated: the one asked for, or the whole spectrum and its three highest octaves.
    private static func bands(sampleRate: Double, options: DiagnosisOptions) -> [ClosedRange<Double>] {
        let nyquist = sampleRate / 2
        if options.lowFrequency > 0 || options.highFrequency > 0 {
            let high = options.highFrequency > 0 ? options.highFrequency : nyquist
            return [min(options.lowFrequency, high)...high]
        }
        return [0...nyquist, nyquist / 2...nyquist, nyquist / 4...nyquist / 2, nyquist / 8...nyquist / 4]
    }
}
