public import ArgumentParser
import Foundation
public import Learning
import SignalCore
import SignalIO

/// The flags that every command has.
struct CommonOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print nothing but results and errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Explain what is done.")
    var verbose = false

    var console: Console { Console(isQuiet: quiet, isVerbose: verbose) }
}

/// The flag of commands that work on many inputs at once.
struct JobOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Inputs worked on at once (default: one per core).", valueName: "n"))
    var jobs: Int?

    /// - Throws: `SignalError` when the number is not positive.
    func count() throws -> Int {
        let jobs =
            try jobs ?? Settings.current.integer("jobs", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
        guard (1...1024).contains(jobs) else {
            throw SignalError(.invalidOption, "--jobs is a number from 1 to 1024, not \(jobs)")
        }
        return jobs
    }
}

/// The flag of commands with anything random in them.
struct SeedOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The seed of everything random (default: 42).", valueName: "n"))
    var seed: UInt64?

    /// The seed, from the flag or the settings.
    func value() throws -> UInt64 {
        if let seed { return seed }
        return try Settings.current.integer("seed", in: 0...Int.max).map { UInt64($0) } ?? 42
    }
}

/// How signals are read: which channel, at which rate, in which unit.
struct ReadingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Channel: a number, mean, or all (default: 0 for recordings, all for tables).", valueName: "n"))
    var channel: String?

    @Option(help: ArgumentHelp("Sample rate in Hz of tables and text records without a time column.", valueName: "hz"))
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "Unit of accelerometer tables (g or m/s^2); for sensor tables, the column that tells the machine.",
            valueName: "unit"))
    var unit: String?

    @Option(help: ArgumentHelp("Resample to this rate in Hz.", valueName: "hz"))
    var resample: Double?

    /// The options of the readers.
    func resolved() throws -> SignalReadingOptions {
        var options = SignalReadingOptions()
        options.channels = try channel.map { try ChannelSelection(text: $0) }
        options.rate = try positive(rate, "--rate")
        options.resampleRate = try positive(resample, "--resample")
        if let unit {
            let units = SignalUnit.allCases.map(\.rawValue)
            guard let known = SignalUnit(rawValue: unit == "m/s2" ? "m/s^2" : unit) else {
                throw SignalError(.invalidOption, NearestName.unknown("unit", unit, among: units))
            }
            options.unit = known
        }
        return options
    }

    private func positive(_ value: Double?, _ flag: String) throws -> Double? {
        if let value, !(value.isFinite && value > 0) {
            throw SignalError(.invalidOption, "\(flag) is a positive number of Hz, not \(value)")
        }
        return value
    }
}

extension LoudnessNormalization: ExpressibleByArgument {}

/// The flag that takes loudness away.
struct NormalizationOptions: ParsableArguments {
    @Option(help: "Scale every clip to equal RMS before features: none or rms.")
    var normalize: LoudnessNormalization?
}

/// Which features are computed, with which options.
struct FeatureOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("feature")],
        help: ArgumentHelp("Features, separated by commas (default: log-mel). See extract --list.", valueName: "names"))
    var feature: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Set an option, such as log-mel.melBands=128; may be repeated.", valueName: "key=value"))
    var settings: [String] = []
}
