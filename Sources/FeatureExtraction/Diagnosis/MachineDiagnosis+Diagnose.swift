public import SignalCore

extension MachineDiagnosis {
    /// The most samples that are looked at; longer records are judged by their first stretch of this length.
    public static let longestRecord = 1 << 22

    /// Diagnoses one channel of a vibration record taken at constant speed.
    ///
    /// The spectrum of the squared envelope is searched for the rates at which the parts of the bearing strike, in the
    /// whole spectrum and in its three highest octaves, since a strike may ring anywhere; bands whose spectral kurtosis
    /// is not positive hold tones, which beat but do not strike, and are passed over. A part is *present* where its
    /// fundamental and a harmonic rise over the background so far that noise would do it in one of a thousand records.
    /// It gives the verdict where, besides, its strikes modulate the power of the band deeply
    /// (``DiagnosisOptions/clearModulation``) and at least twice as much as those of any other part.
    ///
    /// - Parameters:
    ///   - samples: the record, at least ten turns of the shaft.
    ///   - sampleRate: in Hz.
    ///   - unit: the unit of the samples; an imbalance is told by its velocity where it is an acceleration.
    ///   - shaftFrequency: turns of the shaft a second, in Hz.
    ///   - geometry: the bearing, or `nil` to look for imbalance only.
    ///   - options: how sure to be.
    /// - Throws: `SignalError` with code `insufficientData` for a record of fewer than ten turns; `invalidOption` for
    ///   a rate, speed or band that cannot be; `malformed` for values that are not finite.
    public static func diagnose(
        _ samples: [Float], sampleRate: Double, unit: SignalUnit = .fullScale, shaftFrequency: Double,
        geometry: BearingGeometry?, options: DiagnosisOptions = DiagnosisOptions()
    ) throws -> MachineDiagnosis {
        try options.validate()
        guard sampleRate > 0, sampleRate.isFinite, shaftFrequency > 0, shaftFrequency < sampleRate / 2 else {
            throw SignalError(
                .invalidOption,
                "the shaft's frequency (\(shaftFrequency) Hz) lies between 0 and half the sample rate (\(sampleRate) Hz)"
            )
        }
        let record = samples.prefix(longestRecord)
        guard Double(record.count) / sampleRate * shaftFrequency >= 10, record.count >= 256 else {
            throw SignalError(
                .insufficientData,
                "\(record.count) samples at \(sampleRate) Hz are less than ten turns of a shaft at "
                    + "\(shaftFrequency) Hz; record longer")
        }
        let level = SignalStatistics(record.span, removingMean: true)
        guard level.mean.isFinite, level.rms.isFinite else {
            throw SignalError(.malformed, "the record holds values that are not finite")
        }
        // At a level of 1, squares of squares stay within single precision whatever the unit.
        let scale = level.rms > 0 ? level.rms : 1
        let scaled = record.map { Float((Double($0) - level.mean) / scale) }
        let shaft = try ShaftLine(
            scaled.span, scale: scale, sampleRate: sampleRate, unit: unit, shaftFrequency: shaftFrequency,
            options: options)
        var bearing: BearingOutcome?
        if let geometry {
            bearing = try BearingOutcome(
                scaled.span, sampleRate: sampleRate, shaftFrequency: shaftFrequency, geometry: geometry,
                options: options)
        }
        let lines = (bearing?.lines ?? []) + (shaft.map { [$0.line] } ?? [])
        func diagnosis(_ verdict: Verdict, _ reason: String) -> MachineDiagnosis {
            MachineDiagnosis(verdict: verdict, reason: reason, lines: lines, band: bearing?.band)
        }
        if let bearing, bearing.verdict != .none && bearing.verdict != .notConclusive {
            return diagnosis(bearing.verdict, bearing.reason)
        }
        if let shaft, shaft.isImbalance(options) { return diagnosis(.imbalance, shaft.reason) }
        if let bearing { return diagnosis(bearing.verdict, bearing.reason) }
        return diagnosis(.none, shaft?.reason ?? "there is no line at the shaft's frequency")
    }
}

extension ShaftLine {
    /// What the line is, in words.
    var reason: String {
        let first = line.harmonics[0]
        let size = isVelocity ? ", \(FrequencyLabel.text(first.amplitude)) mm/s RMS" : ""
        return "the line at the shaft's frequency (\(FrequencyLabel.text(first.found)) Hz\(size)) stands "
            + "\(FrequencyLabel.text(first.height)) times over the background and holds "
            + "\(Int((100 * share).rounded())) % of the velocity up to 1000 Hz"
    }
}
