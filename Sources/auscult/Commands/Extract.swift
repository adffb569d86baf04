import ArgumentParser
import FeatureExtraction
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO
import Synchronization

/// Computes features of every input and writes them to files.
struct Extract: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Compute features of recordings and tables, one file for each, in parallel and resumable.",
        discussion: """
            Every input gives one file (npz and safetensors) or one a feature (npy, csv) below the output folder, in the \
            same folders as the inputs; index.csv lists them. A second run does only what is missing or has changed, by \
            the content and the options. A file that cannot be read is named and skipped, one that is cut off is used as \
            far as it goes and named; the exit code is then 1. Ctrl-C keeps what is finished.

            Examples:
              auscult extract recordings -f log-mel,vibration -o features
              auscult extract pump.wav -f stft --set stft.fftLength=2048 --format npy
              auscult extract recordings -f log-mel --set log-mel.center=true
              find recordings -name '*.wav' -print0 | auscult extract - --null
            """)

    @Argument(
        help: ArgumentHelp(
            "Recordings, tables, folders, a CSV index, or - for paths on standard input.", valueName: "path"))
    var paths: [String] = []

    @OptionGroup var features: FeatureOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"))
    var output = "features"

    @Option(help: "npz, npy, csv or safetensors.")
    var format = "npz"

    @Flag(help: "Also draw a spectrogram of every input (PNG beside its features).")
    var plot = false

    @Flag(help: "List the features with their options and defaults, and end.")
    var list = false

    @Flag(name: .customLong("null"), help: "Paths on standard input end with a NUL character instead of a line break.")
    var endsWithNull = false

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the summary as one JSON document.")
    var json = false

    func run() async throws {
        if list { return try FeatureListing.print(json: json) }
        guard !paths.isEmpty else {
            throw SignalError(.invalidOption, "extract takes at least one path; see auscult help extract")
        }
        let (chosen, others) = try FeatureChoice.parse(features.feature ?? "log-mel", settings: features.settings)
        if let other = others.first {
            throw SignalError(
                .invalidOption, "--set \(other.name): name the feature, as in \(chosen[0].name).\(other.name)")
        }
        guard let fileFormat = FeatureFileFormat(rawValue: format) else {
            throw SignalError(
                .invalidOption,
                NearestName.unknown("format", format, among: FeatureFileFormat.allCases.map(\.rawValue)))
        }
        let job = ExtractionJob(
            walk: InputWalk(paths: paths, endsWithNull: endsWithNull), features: chosen,
            reading: try reading.resolved(),
            normalization: normalization.normalize ?? .none, folder: output, format: fileFormat,
            gnuplot: plot ? try await Gnuplot.locate() : nil, console: common.console)
        let summary = try await job.run(jobs: jobs.count())
        let result = try ResultOutput(path: nil)
        if json { try result.write(JSONText.document(summary)) }
        try result.finish()
        try job.conclude()
    }
}

/// The list of features for `extract --list`.
enum FeatureListing {
    private struct Entry: Encodable {
        let name: String
        let summary: String
        let options: [String: String]
    }

    static func print(json: Bool) throws {
        let result = try ResultOutput(path: nil)
        if json {
            try result.write(
                JSONText.document(
                    FeatureRegistry.all.map { feature in
                        let options = try feature.optionValues().entries
                        return Entry(
                            name: feature.name, summary: feature.summary,
                            options: Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0.value.description) }))
                    }))
        } else {
            for feature in FeatureRegistry.all {
                try result.write("\(feature.name)  \(feature.summary)\n")
                // The options of a derivative are those of its feature and two more; they would hide the rest.
                guard !feature.name.contains("-delta") else { continue }
                let options = try feature.optionValues().entries.map { "\($0.name)=\($0.value)" }
                try result.write("    \(options.joined(separator: " "))\n")
            }
        }
        try result.finish()
    }
}
