internal import SignalCore

extension TrainedModel {
    /// Writes what the model takes in.
    func store(_ input: InputExpectation, in archive: inout ModelArchive) throws {
        switch input {
        case .signal(let signal):
            archive.metadata["signal"] = "recording"
            archive.metadata["signal.sample_rate"] = "\(signal.sampleRate)"
            archive.metadata["signal.unit"] = signal.unit.rawValue
            archive.metadata["signal.channels"] = signal.channels
            archive.metadata["signal.normalization"] = signal.normalization.rawValue
        case .table(let table):
            archive.metadata["signal"] = "table"
            try archive.store(table.columns, as: "table")
            archive.metadata["table.row_spacing_seconds"] = "\(table.rowSpacing)"
            archive.metadata["table.absolute_times"] = "\(table.hasAbsoluteTimes)"
        }
    }

    /// Reads what ``store(_:in:)`` wrote.
    static func input(in archive: ModelArchive) throws -> InputExpectation {
        let kind = try archive.text("signal")
        switch kind {
        case "recording": return .signal(try signal(in: archive))
        case "table":
            let spacing = try archive.number("table.row_spacing_seconds")
            guard spacing > 0 else {
                throw archive.unusable("table.row_spacing_seconds", "\(spacing)", "seconds above 0")
            }
            return .table(
                TableExpectation(
                    columns: try archive.columns("table"), rowSpacing: spacing,
                    hasAbsoluteTimes: try archive.flag("table.absolute_times")))
        default: throw archive.unusable("signal", kind, "recording or table")
        }
    }

    private static func signal(in archive: ModelArchive) throws -> SignalExpectation {
        let rate = try archive.number("signal.sample_rate")
        guard rate > 0 else { throw archive.unusable("signal.sample_rate", "\(rate)", "a rate above 0 Hz") }
        let unit = try archive.text("signal.unit")
        guard let unit = SignalUnit(rawValue: unit) else {
            let known = SignalUnit.allCases.map(\.rawValue).joined(separator: ", ")
            throw archive.unusable("signal.unit", unit, "one of \(known)")
        }
        let normalization = try archive.text("signal.normalization")
        guard let normalization = LoudnessNormalization(rawValue: normalization) else {
            throw archive.unusable("signal.normalization", normalization, "none or rms")
        }
        return SignalExpectation(
            sampleRate: rate, unit: unit, channels: try archive.text("signal.channels"), normalization: normalization)
    }
}
