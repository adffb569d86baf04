import ArgumentParser
import FeatureExtraction
import Foundation
import Reporting
import SignalCore
import SignalIO
import Synchronization

/// Says what recordings hold, without changing anything.
struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what recordings hold: container, rate, channels, levels, clipping, dominant lines.",
        discussion: """
            All channels are looked at unless --channel says otherwise. Levels are in dB of full scale (of one unit, for \
            accelerometer tables). Dominant lines are the highest peaks of the mean power spectrum.

            Example: auscult inspect recordings/fan/id_00/normal
            """)

    @OptionGroup var inputs: InputOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    @Flag(help: "One JSON object a line.")
    var jsonl = false

    private struct Report: Encodable, Sendable {
        var path: String
        var machine: String?
        var id: String?
        var label: String?
        var split: String?
        var container: String
        var encoding: String
        var bits: Int?
        var sampleRateHz: Double
        var channels: Int
        var unit: String
        var seconds: Double
        var peakDb: Double
        var rmsDb: Double
        var dcOffset: Double
        var clippedSamples: Int
        var dominantLinesHz: [Double]
        var warnings: [String]
    }

    func run() async throws {
        let console = common.console
        var options = try reading.resolved()
        options.channels = options.channels ?? .all
        let walk = inputs.walk()
        let progress = ProgressLine("inspect", total: Console.isTerminal ? walk.count() : nil, console: console)
        let state = Mutex((reports: [Report](), failures: Failures()))
        let result = try ResultOutput(path: output.output)
        let readingOptions = options
        try await ParallelWork.run(jobs: jobs.count()) {
            walk.next()
        } makeWorker: {
        } work: { (_: Void, input: Result<DatasetItem, SignalError>) -> Result<Report, SignalError> in
            input.flatMap { item in Result.capturing(path: item.path) { try Self.report(item, readingOptions) } }
        } deliver: { report in
            state.withLock { state in
                switch report {
                case .success(let report):
                    state.reports.append(report)
                    state.failures.succeed()
                    progress.advance(seconds: report.seconds)
                case .failure(let error):
                    state.failures.add(error)
                    progress.advance(failed: true)
                }
            }
        }
        let (reports, failures) = state.withLock { ($0.reports, $0.failures) }
        if json {
            try result.write(JSONText.document(reports))
        } else if jsonl {
            for report in reports { try result.write(JSONText.line(report)) }
        } else if !reports.isEmpty {
            try result.write(Self.table(reports))
            for report in reports {
                for warning in report.warnings { console.warn("\(report.path.escapingControlCharacters): \(warning)") }
            }
        }
        try result.finish()
        try failures.conclude(console)
    }

    private static func report(_ item: DatasetItem, _ options: SignalReadingOptions) throws -> Report {
        var source = try SignalOpener.open(item.path, options: options)
        // Resampling hides the reader; what the file holds is the same.
        let info = (source as? RecordingReader)?.info ?? (try? RecordingReader(path: item.path).info)
        let format = source.format
        var (count, sum, squares, peak, clipped) = (0, 0.0, 0.0, 0.0, 0)
        var beginning: [Float] = []
        var estimator = try WelchEstimator(
            sampleRate: format.sampleRate,
            options: {
                var options = WelchOptions()
                options.segmentLength = 4096
                return options
            }())
        while let block = try source.nextBlock(maximumFrames: 16384) {
            try Interruption.check()
            count += block.frameCount
            for sample in block.samples {
                let value = Double(sample)
                sum += value
                squares += value * value
                peak = max(peak, abs(value))
                if format.unit == .fullScale, abs(value) >= 32767.0 / 32768 { clipped += 1 }
            }
            let first = block.samples.span.extracting(block.range(ofChannel: 0))
            try estimator.consume(first)
            if count <= 4096 { for index in first.indices { beginning.append(first[index]) } }
        }
        let samples = Double(max(1, count * format.channelCount))
        return Report(
            path: item.path, machine: item.machine, id: item.id, label: item.label?.rawValue,
            split: item.split?.rawValue, container: info?.container ?? "table", encoding: info?.encoding ?? "text",
            bits: info?.bitsPerSample, sampleRateHz: format.sampleRate,
            channels: info?.channelCount ?? format.channelCount, unit: format.unit.rawValue,
            seconds: Double(count) / format.sampleRate, peakDb: Decibels.level(amplitude: peak),
            rmsDb: Decibels.level(meanSquare: squares / samples), dcOffset: sum / samples, clippedSamples: clipped,
            dominantLinesHz: SpectrumLines.dominant(
                in: count < 4096
                    ? try? PowerSpectrum.periodogram(beginning.span, sampleRate: format.sampleRate)
                    : try? estimator.result(), count: 3), warnings: source.warnings)
    }

    private static func table(_ reports: [Report]) -> String {
        var table = TextTable([
            "path", "machine", "id", "label", "container", "rate Hz", "ch", "bits", "seconds", "peak dB", "RMS dB",
            "DC",
            "clipped", "lines Hz",
        ])
        for report in reports {
            table.append([
                report.path, report.machine ?? "", report.id ?? "", report.label ?? "",
                "\(report.container) \(report.encoding)", Text.number(report.sampleRateHz, digits: 0),
                "\(report.channels)", report.bits.map(String.init) ?? "", Text.number(report.seconds, digits: 2),
                Text.number(report.peakDb, digits: 1), Text.number(report.rmsDb, digits: 1),
                Text.number(report.dcOffset, digits: 5), "\(report.clippedSamples)",
                report.dominantLinesHz.map { Text.number($0, digits: 0) }.joined(separator: " "),
            ])
        }
        return table.rendered()
    }
}

/// The highest lines of a spectrum.
enum SpectrumLines {
    /// The frequencies of the highest local maxima that stand at least 10 dB above the median of the spectrum, in Hz,
    /// highest first.
    static func dominant(in spectrum: PowerSpectrum?, count: Int) -> [Double] {
        guard let spectrum, spectrum.values.count > 4 else { return [] }
        let values = spectrum.values
        let median = values.sorted()[values.count / 2]
        let peaks = (2..<values.count - 1).filter {
            values[$0] > values[$0 - 1] && values[$0] >= values[$0 + 1] && values[$0] > 10 * median
        }
        return peaks.sorted { values[$0] > values[$1] }.prefix(count).map { spectrum.frequencies[$0] }
    }
}
