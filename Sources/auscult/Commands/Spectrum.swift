import ArgumentParser
import FeatureExtraction
import Foundation
import Reporting
import SignalCore
import SignalIO

/// The spectrum of one record, and what it says about shaft and bearing.
struct Spectrum: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spectrum",
        abstract: "Power or envelope spectrum of a record; with speed and bearing, a diagnosis.",
        discussion: """
            Prints frequency,psd (Welch, in the signal's unit squared per Hz) or, with --envelope, frequency,amplitude of \
            the envelope spectrum. With --rpm the shaft's line is looked for, with --bearing also those of the bearing \
            (BPFO, BPFI, 2xBSF, FTF and harmonics); the verdict goes to standard error, or with --json into the document. \
            A verdict is given only when a line stands clear of its background over its harmonics.

            Examples:
              auscult spectrum de.csv --rate 12000 --unit g --rpm 1797 --bearing 6205
              auscult spectrum 2004.02.17.07.12.39 --channel 0 --rpm 2000 \\
                --bearing ZA-2115 --tolerance 0.03 --json
              auscult spectrum motor.wav --envelope --plot envelope.png
            """)

    @Argument(
        help: ArgumentHelp(
            "A recording, table or snapshot; channel 0 unless --channel says otherwise.", valueName: "file"))
    var path: String?

    @Flag(help: "The spectrum of the envelope instead of the signal's own.")
    var envelope = false

    @Option(help: ArgumentHelp("Speed of the shaft in revolutions a minute.", valueName: "rpm"))
    var rpm: Double?

    @Option(help: ArgumentHelp("A bearing by name, such as 6205 (see --list-bearings).", valueName: "name"))
    var bearing: String?

    @Option(help: ArgumentHelp("Rolling elements of a bearing without a name.", valueName: "n"))
    var elements: Int?

    @Option(help: ArgumentHelp("Diameter of its rolling elements, in any unit.", valueName: "length"))
    var elementDiameter: Double?

    @Option(help: ArgumentHelp("Its pitch diameter, in the same unit.", valueName: "length"))
    var pitchDiameter: Double?

    @Option(help: ArgumentHelp("Its contact angle in degrees.", valueName: "degrees"))
    var contactAngle = 0.0

    @Option(help: ArgumentHelp("How far a line may lie from where it is expected, as a share.", valueName: "share"))
    var tolerance = 0.01

    @Option(
        help: ArgumentHelp(
            "Demodulate this band (default: chosen by itself for a diagnosis, all for --envelope).",
            valueName: "low-high"))
    var band: String?

    @Option(help: ArgumentHelp("Machine class for the ISO zone of the velocity: I, II, III or IV.", valueName: "class"))
    var machineClass: String?

    @Option(
        help: ArgumentHelp(
            "Samples of a Welch segment (default: a resolution near 1 Hz, at least 256).", valueName: "n"))
    var segment: Int?

    @Option(help: ArgumentHelp("Also draw the spectrum into this PNG file.", valueName: "file"))
    var plot: String?

    @Flag(help: "List the bearings known by name, and end.")
    var listBearings = false

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document: verdict, reason, lines and spectrum.")
    var json = false

    private struct Document: Encodable {
        let source: String
        let channel: String
        let sampleRateHz: Double
        let unit: String
        let seconds: Double
        let verdict: String?
        let reason: String?
        let lines: [Line]
        let demodulatedBandHz: [Double]?
        let velocityRmsMmPerS: Double?
        let isoZone: String?
        let spectrum: Values

        struct Values: Encodable {
            let frequency: [Double]
            let psd: [Double]?
            let amplitude: [Double]?
        }

        struct Line: Encodable {
            let name: String
            let expectedHz: Double
            let foundHz: Double
            let heightOverBackground: Double
            let present: Bool
            let harmonics: [Harmonic]
        }

        struct Harmonic: Encodable {
            let order: Int
            let expectedHz: Double
            let foundHz: Double
            let heightOverBackground: Double
            let clear: Bool
        }
    }

    /// One channel of a signal, as far as it is looked at.
    private struct Record {
        var path: String
        var samples: [Float] = []
        var frameCount = 0
        var format: SignalFormat
        var spectrum: PowerSpectrum
    }

    func run() async throws {
        if listBearings { return try printBearings() }
        let console = common.console
        guard let path else {
            throw SignalError(
                .invalidOption, "spectrum takes a recording, table or snapshot; see auscult help spectrum")
        }
        let geometry = try self.geometry()
        let machine = try self.machine()
        let demodulated = try self.demodulatedBand()
        let record = try read(path, console)
        let diagnosis = try diagnose(record, geometry, demodulated)
        let severity = try machine.map { try self.severity(record, $0) }
        let envelopeSpectrum =
            try envelope
            ? EnvelopeSpectrum.compute(record.samples, sampleRate: record.format.sampleRate, band: demodulated) : nil
        let result = try ResultOutput(path: output.output)
        if json {
            try result.write(JSONText.document(document(record, envelopeSpectrum, diagnosis, severity)))
        } else if let envelopeSpectrum {
            try result.write(
                Self.table("amplitude", envelopeSpectrum.frequencies, envelopeSpectrum.amplitudes.map(Double.init)))
        } else {
            try result.write(Self.table("psd", record.spectrum.frequencies, record.spectrum.values))
        }
        try result.finish()
        if let diagnosis, !json { say(diagnosis, console) }
        if let (velocity, zone) = severity, !json {
            console.note(
                "velocity 10-1000 Hz: \(Text.number(velocity, digits: 2)) mm/s RMS, zone \(zone) of ISO 10816-1")
        }
        if let plot { try await draw(record, envelopeSpectrum, diagnosis, to: plot) }
    }

    private func read(_ file: String, _ console: Console) throws -> Record {
        var options = try reading.resolved()
        guard options.channels != .all else {
            throw SignalError(.invalidOption, "spectrum looks at one channel; --channel takes a number or mean")
        }
        options.channels = options.channels ?? .index(0)
        do {
            var source = try SignalOpener.open(file, options: options)
            let rate = source.format.sampleRate
            var samples: [Float] = []
            var count = 0
            var estimator: WelchEstimator?
            while let block = try source.nextBlock(maximumFrames: 65536) {
                try Interruption.check()
                count += block.frameCount
                samples.append(contentsOf: block.samples.prefix(MachineDiagnosis.longestRecord - samples.count))
                if estimator != nil {
                    try estimator?.consume(block.samples.span)
                } else if samples.count >= Self.usualSegment(rate) {
                    estimator = try self.estimator(rate, over: samples)
                }
            }
            for warning in source.warnings { console.warn(warning) }
            if count > samples.count, rpm != nil || envelope {
                console.warn("the envelope and the diagnosis look at the first \(samples.count) of \(count) samples")
            }
            return Record(
                path: file, samples: samples, frameCount: count, format: source.format,
                spectrum: try (estimator ?? self.estimator(rate, over: samples)).result())
        } catch let error as SignalError {
            throw error.at(path: file)
        }
    }

    /// An estimator that has taken the samples so far; its segments are not longer than these.
    private func estimator(_ rate: Double, over samples: [Float]) throws -> WelchEstimator {
        var options = WelchOptions()
        options.segmentLength = segment ?? Self.usualSegment(rate)
        while segment == nil, options.segmentLength > max(256, samples.count) { options.segmentLength /= 2 }
        var estimator = try WelchEstimator(sampleRate: rate, options: options)
        try estimator.consume(samples.span)
        return estimator
    }

    /// A power of two with a resolution near 1 Hz.
    private static func usualSegment(_ rate: Double) -> Int {
        var length = 256
        while Double(length) < rate, length < 1 << 17 { length *= 2 }
        return length
    }

    private func geometry() throws -> BearingGeometry? {
        if let bearing {
            guard elements == nil, elementDiameter == nil, pitchDiameter == nil else {
                throw SignalError(.invalidOption, "give either --bearing or its dimensions, not both")
            }
            return try BearingCatalogue.bearing(named: bearing).geometry
        }
        guard elements != nil || elementDiameter != nil || pitchDiameter != nil else { return nil }
        guard let elements, let elementDiameter, let pitchDiameter else {
            throw SignalError(
                .invalidOption, "a bearing's dimensions are --elements, --element-diameter and --pitch-diameter")
        }
        return try BearingGeometry(
            elementCount: elements, elementDiameter: elementDiameter, pitchDiameter: pitchDiameter,
            contactAngle: contactAngle)
    }

    private func diagnose(
        _ record: Record, _ geometry: BearingGeometry?, _ band: ClosedRange<Double>?
    ) throws -> MachineDiagnosis? {
        guard let rpm else {
            if geometry != nil {
                throw SignalError(.invalidOption, "the lines of a bearing need the shaft's speed; give --rpm")
            }
            return nil
        }
        guard rpm > 0, rpm.isFinite else {
            throw SignalError(.invalidOption, "--rpm is a positive number of revolutions a minute, not \(rpm)")
        }
        var options = DiagnosisOptions()
        options.tolerance = tolerance
        if let band {
            options.lowFrequency = band.lowerBound
            options.highFrequency = band.upperBound
        }
        do {
            return try MachineDiagnosis.diagnose(
                record.samples, sampleRate: record.format.sampleRate, unit: record.format.unit,
                shaftFrequency: rpm / 60, geometry: geometry, options: options)
        } catch let error as SignalError {
            throw error.at(path: record.path)
        }
    }

    private func machine() throws -> VibrationSeverity.MachineClass? {
        guard let machineClass else { return nil }
        let known = VibrationSeverity.MachineClass.allCases.map(\.rawValue)
        guard let machine = VibrationSeverity.MachineClass(rawValue: machineClass.uppercased()) else {
            throw SignalError(.invalidOption, NearestName.unknown("machine class", machineClass, among: known))
        }
        return machine
    }

    /// The band of `--band LOW-HIGH`.
    private func demodulatedBand() throws -> ClosedRange<Double>? {
        guard let band else { return nil }
        let edges = band.split(separator: "-").compactMap { Double($0) }
        guard edges.count == 2, edges[0] >= 0, edges[0] < edges[1], edges[1].isFinite else {
            throw SignalError(.invalidOption, "--band takes two frequencies in Hz, as in 2000-5000, not '\(band)'")
        }
        return edges[0]...edges[1]
    }

    /// Velocity (mm/s) and zone of an acceleration record.
    private func severity(
        _ record: Record, _ machine: VibrationSeverity.MachineClass
    ) throws -> (velocity: Double, zone: String) {
        do {
            let velocity = try VibrationSeverity.velocityRMS(of: record.spectrum, unit: record.format.unit)
            return (velocity, VibrationSeverity.zone(velocityRMS: velocity, machineClass: machine).rawValue)
        } catch let error as SignalError {
            throw error.at(path: record.path)
        }
    }

    private func document(
        _ record: Record, _ envelope: EnvelopeSpectrum?, _ diagnosis: MachineDiagnosis?,
        _ severity: (velocity: Double, zone: String)?
    ) -> Document {
        Document(
            source: record.path, channel: record.format.channelNames[0], sampleRateHz: record.format.sampleRate,
            unit: record.format.unit.rawValue, seconds: Double(record.frameCount) / record.format.sampleRate,
            verdict: diagnosis?.verdict.rawValue, reason: diagnosis?.reason,
            lines: diagnosis?.lines.map { line in
                Document.Line(
                    name: line.name, expectedHz: line.expected, foundHz: line.found, heightOverBackground: line.height,
                    present: line.isPresent,
                    harmonics: line.harmonics.map {
                        Document.Harmonic(
                            order: $0.order, expectedHz: $0.expected, foundHz: $0.found,
                            heightOverBackground: $0.height, clear: $0.isClear)
                    })
            } ?? [],
            demodulatedBandHz: diagnosis?.band.map { [$0.lowerBound, $0.upperBound] },
            velocityRmsMmPerS: severity?.velocity, isoZone: severity?.zone,
            spectrum: Document.Values(
                frequency: envelope?.frequencies ?? record.spectrum.frequencies,
                psd: envelope == nil ? record.spectrum.values : nil, amplitude: envelope?.amplitudes.map(Double.init)))
    }

    private static func table(_ title: String, _ frequencies: [Double], _ values: [Double]) -> String {
        var text = "frequency,\(title)\n"
        for (frequency, value) in zip(frequencies, values) { text += "\(frequency),\(value)\n" }
        return text
    }

    private func say(_ diagnosis: MachineDiagnosis, _ console: Console) {
        console.note("verdict: \(diagnosis.verdict.rawValue)")
        console.note("  \(diagnosis.reason)")
        var table = TextTable(["line", "expected Hz", "found Hz", "over background", "harmonics clear"])
        for line in diagnosis.lines {
            table.append([
                line.name, Text.number(line.expected, digits: 2), Text.number(line.found, digits: 2),
                Text.number(line.height, digits: 1),
                "\(line.harmonics.count(where: \.isClear)) of \(line.harmonics.count)",
            ])
        }
        if !diagnosis.lines.isEmpty { console.note(table.rendered().trimmingCharacters(in: .newlines)) }
    }

    private func draw(
        _ record: Record, _ envelope: EnvelopeSpectrum?, _ diagnosis: MachineDiagnosis?, to path: String
    ) async throws {
        // The strikes of a bearing show in the envelope; the signal's own spectrum has the lines of the shaft.
        let shown = diagnosis?.lines.filter { envelope != nil || $0.name == "shaft" }
        let lines = shown?.flatMap { line in
            line.harmonics.map {
                SpectrumPlot.Line(
                    name: Self.shortNames[line.name] ?? line.name, harmonic: $0.order, frequency: $0.found,
                    isFound: $0.isClear && line.isPresent)
            }
        }
        let title = record.path.split(separator: "/").last.map(String.init) ?? record.path
        let plot: SpectrumPlot
        if let envelope {
            // The lines of machines lie low; the rest of the envelope's spectrum is empty.
            let highest = max(500, (lines?.map(\.frequency).max() ?? 0) * 1.2)
            let count = envelope.frequencies.count { $0 <= highest }
            plot = SpectrumPlot(
                title: title, frequencies: Array(envelope.frequencies.prefix(count)),
                values: envelope.amplitudes.prefix(count).map(Double.init),
                valueLabel: "Envelope amplitude (\(record.format.unit.rawValue))", scale: .linear, lines: lines ?? [])
        } else {
            plot = SpectrumPlot(
                title: title, frequencies: record.spectrum.frequencies, values: record.spectrum.values,
                valueLabel: "Power spectral density ((\(record.format.unit.rawValue))^2/Hz)", scale: .logarithmic,
                lines: lines ?? [])
        }
        try await plot.write(to: path, using: Gnuplot.locate())
    }

    /// What the lines are called in the field, short enough for a picture.
    private static let shortNames = [
        "outer race": "BPFO", "inner race": "BPFI", "rolling element": "2xBSF", "cage": "FTF",
    ]

    private func printBearings() throws {
        var table = TextTable(["bearing", "BPFO", "BPFI", "BSF", "FTF", "note"])
        for entry in BearingCatalogue.entries {
            let geometry = entry.geometry
            table.append(
                [entry.name]
                    + [geometry.outerRace, geometry.innerRace, geometry.elementSpin, geometry.cage].map {
                        Text.number($0, digits: 4)
                    } + [entry.note])
        }
        let result = try ResultOutput(path: output.output)
        try result.write(table.rendered())
        try result.finish()
    }
}
