import Acquisition
import Learning
import SignalCore
import SignalIO

/// How a link is read whose rows are the samples that models of signals judge.
struct LinkSignal {
    /// Samples a second.
    let rate: Double
    /// Channels and unit.
    let reading: SignalReadingOptions
    /// The names of the channels, where the models know them.
    let channels: [String]

    /// - Returns: nil for models of tables.
    /// - Throws: `SignalError` with code `mismatch` for models that no link can serve, or not together.
    init?(_ files: [ModelFile], _ options: ReadingOptions) throws {
        guard let signal = files[0].model.signal else { return nil }
        guard signal.unit != .fullScale else {
            throw SignalError(
                .mismatch,
                "rows of a link are judged by models of tables or of accelerometers; this one is of recordings of sound"
            ).at(path: files[0].path)
        }
        guard options.resample == nil else {
            throw SignalError(.invalidOption, "--resample is for files; a link is read at the rate it has")
        }
        let all = try files.map { try $0.reading(options) }
        guard all.allSatisfy({ $0.channels == all[0].channels }) else {
            throw SignalError(.mismatch, "the models were trained on other channels; give models of the same")
        }
        reading = all[0]
        rate = reading.rate ?? signal.sampleRate
        guard signal.accepts(rate: rate) else {
            throw SignalError(
                .mismatch, "--rate is \(rate) Hz, but the model was trained on \(signal.sampleRate) Hz; give that rate"
            ).at(path: files[0].path)
        }
        channels = reading.channels ?? .all == .all ? Self.channels(of: files[0].model.recipe.schema) : []
    }

    /// The channels that the columns of frames name before a slash, in order; none for those of a single channel.
    private static func channels(of schema: FeatureSchema) -> [String] {
        var names: [String] = []
        for column in schema.columns {
            guard let slash = column.name.firstIndex(of: "/") else { return [] }
            let name = String(column.name[..<slash])
            if names.last != name { names.append(name) }
        }
        return names
    }

    /// Lines may be as long as a batch of samples needs, and rows may wait for two seconds.
    func options(for address: SourceAddress) -> LiveSourceOptions {
        var options = LiveSourceOptions()
        var splitting = LineSplitterOptions()
        splitting.maximumLength = 1 << 16
        if case .serial = address { splitting.discardsFirstLine = true }
        options.splitting = splitting
        options.parsing.areSamples = true
        options.queueCapacity = Int(min(1_048_576, max(65_536, 2 * rate)))
        return options
    }
}
