import ArgumentParser
import Foundation
import Learning
import SignalCore
import Telemetry

/// Where readings are sent.
struct UploadFlags: ParsableArguments {
    /// What readings are sent to.
    enum Destination: String, ExpressibleByArgument, CaseIterable {
        case thingspeak
    }

    /// What becomes of several readings of one second.
    enum Merging: String, ExpressibleByArgument, CaseIterable {
        case last, mean, max

        var rule: MergeRule {
            switch self {
            case .last: .last
            case .mean: .mean
            case .max: .max
            }
        }
    }

    @Option(
        help: ArgumentHelp(
            "Send readings to the channels of THINGSPEAK_CHANNEL_ID at THINGSPEAK_URL: thingspeak.", valueName: "where")
    )
    var upload: Destination?

    @Option(
        help: ArgumentHelp(
            "What goes to which field, such as rms=1,score=7 or rms=CHANNEL:1; any column, score, threshold, anomalous, "
                + "severity, forecast.COLUMN (default: score to field 1, or the columns of a table in order).",
            valueName: "map"))
    var fields: String?

    @Option(help: "What becomes of several readings of one second: last, mean or max.")
    var merge: Merging?

    @Option(
        help: ArgumentHelp("Seconds between two calls (default: AUSCULT_UPLOAD_INTERVAL, else 15).", valueName: "s"))
    var interval: Double?

    /// - Throws: `SignalError` with code `invalidOption` for flags without `--upload`, or settings that are missing.
    func sink(
        columns: [String], forecasts: [String], isTable: Bool, known: StreamMark?, isResumed: Bool,
        console: Console
    ) throws -> (sink: UploadSink, transport: HTTPTransport)? {
        guard upload != nil else {
            guard fields == nil, merge == nil, interval == nil else {
                throw SignalError(
                    .invalidOption, "--fields, --merge and --interval are for uploads; give --upload thingspeak too")
            }
            return nil
        }
        let settings = try UploadSettings()
        let channels = try settings.channels()
        let map: FieldMap
        if let fields {
            map = try FieldMap(text: fields, columns: columns, forecasts: forecasts, channel: channels.first?.channel)
        } else if isTable {
            map = try FieldMap(columns: columns, channels: channels.map(\.channel))
        } else {
            map = try FieldMap(text: "score=1,threshold=2,anomalous=3", columns: [], channel: channels.first?.channel)
        }
        let numbers = Set(channels.map(\.channel))
        if let unknown = map.channels.first(where: { !numbers.contains($0) }) {
            throw SignalError(
                .invalidOption,
                "--fields names channel \(unknown), which THINGSPEAK_CHANNEL_ID does not; add it with its key")
        }
        let transport = HTTPTransport()
        let uploaders = try channels.filter { map.channels.contains($0.channel) }.map { access in
            var options = UploaderOptions(for: access)
            options.interval = interval ?? settings.interval ?? options.interval
            options.merge = (merge ?? .last).rule
            return try ThingSpeakUploader(
                access: access, stateDirectory: settings.stateDirectory, options: options, transport: transport,
                report: { console.warn($0) })
        }
        return (
            UploadSink(
                map: map, rule: (merge ?? .last).rule, uploaders: uploaders, known: known,
                isResumed: isResumed), transport
        )
    }
}
