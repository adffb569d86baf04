import ArgumentParser
import Learning
import Reporting
import SignalCore
import Synchronization

/// Spacecraft telemetry by the protocol of Hundman et al., "Detecting Spacecraft Anomalies Using LSTMs and Nonparametric
/// Dynamic Thresholding" (KDD 2018).
struct TelemanomBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "telemanom",
        abstract:
            "Forecast errors and dynamic thresholds on spacecraft telemetry (MSL and SMAP), beside published results.",
        discussion: """
            --data takes a folder with train/, test/ (a CSV file a channel, telemetry in the first column, commands in the \
            others) and labeled_anomalies.csv. Each channel is fitted on its training file; the errors on its test file are \
            smoothed, thresholded, pruned, and counted by sequence. Where the telemetry of the training file is constant, \
            the last values are forecast instead. No label takes part in anything but the counting.

            Example: auscult benchmark telemanom --data msl-smap --predictor lstm
            """)

    /// What forecasts the telemetry.
    enum Predictor: String, ExpressibleByArgument, CaseIterable, Encodable {
        /// Ridge regression on 20 rows of all columns.
        case linear
        /// The network of the paper: 250 rows of all columns, two LSTM layers of 80 units.
        case lstm
    }

    @Option(
        help: ArgumentHelp(
            "What forecasts: linear (seconds) or lstm (as published; minutes a channel).", valueName: "name"))
    var predictor = Predictor.linear

    @OptionGroup var options: ProtocolOptions

    /// Rows at the start of a test file that are not judged: what the published network must see first.
    static let warmUp = 250
    /// Steps that are forecast at once, as published.
    static let horizon = 10
    /// Drawings of the random line.
    static let drawings = 200

    /// A channel and the alarms on it.
    struct Line: Encodable {
        let channel: String
        let spacecraft: String
        /// First and last row of every alarm.
        let alarms: [[Int]]
        let counts: EventCounts
        let alarmRows: Int
        let rows: Int
        /// One alarm over the whole file.
        let everywhere: EventCounts
        /// The same alarms moved to random places, all drawings together.
        let random: EventCounts
    }

    func run() async throws {
        let channels = try TelemetryChannel.all(in: options.data)
        let (seed, predictor, console) = (try options.seeds.value(), predictor, options.common.console)
        let results = Mutex<[Line]>([])
        try await ParallelWork.run(jobs: try options.jobs.count(), over: Array(channels.enumerated())) {
        } work: { (_: Void, item: (offset: Int, element: TelemetryChannel)) in
            Result.capturing(path: item.element.name) {
                let progress = FittingProgressLine(item.element.name, console: console)
                let context = FittingContext(seed: seed) { report in
                    try Interruption.check()
                    return progress.report(report)
                }
                let alarms = try Self.alarms(item.element, predictor, context)
                var generator = SeededGenerator(seed: seed, stream: UInt64(item.offset))
                return Self.line(item.element, alarms, &generator)
            }
        } deliver: { result in
            let line = try result.get()
            results.withLock { $0.append(line) }
        }
        try Interruption.check()
        try options.write(TelemanomReport(predictor: predictor, lines: results.withLock { $0 }))
    }

    /// The alarms on the test file of a channel.
    private static func alarms(
        _ channel: TelemetryChannel, _ predictor: Predictor, _ context: FittingContext
    ) throws -> [Range<Int>] {
        let count = channel.test.count
        guard count > warmUp + horizon else {
            throw SignalError(
                .insufficientData,
                "the test file has \(count) rows, but the protocol needs more than \(warmUp + horizon)")
        }
        let data = TrainingData(
            schema: channel.schema, frames: channel.train, segments: [0..<channel.train.count])
        /// The absolute errors on the rows of some telemetry that have been forecast.
        func errors(_ forecaster: some Forecaster, _ frames: FeatureFrames) throws -> [Float] {
            let predictions = try means(forecaster, frames)
            return (max(warmUp, forecaster.contextLength)..<frames.count).map { row in
                abs(predictions[row] - frames.values[frames.range(ofFrame: row).lowerBound])
            }
        }
        func alarms(_ forecaster: some Forecaster) throws -> [Range<Int>] {
            let training = try errors(forecaster, channel.train)
            // The smoothing starts from what is usual, so that an anomaly in the first rows stands out.
            let usual = training.isEmpty ? nil : training.reduce(0.0) { $0 + Double($1) } / Double(training.count)
            let telemetry = (warmUp..<count).map { channel.test.values[channel.test.range(ofFrame: $0).lowerBound] }
            return try DynamicThreshold().anomalousRanges(
                in: errors(forecaster, channel.test), values: telemetry, usualError: usual
            ).map { $0.lowerBound + warmUp..<$0.upperBound + warmUp }
        }
        let telemetry = (0..<channel.train.count).map {
            channel.train.values[channel.train.range(ofFrame: $0).lowerBound]
        }
        if let first = telemetry.first, telemetry.allSatisfy({ $0 == first }) {
            // Nothing but this constant could be learnt, and the first change would be one endless error.
            var options = LastValueForecasterOptions()
            (options.horizon, options.targets) = (horizon, 1)
            return try alarms(LastValueForecaster.fit(data, options: options, context: context))
        }
        switch predictor {
        case .linear:
            var options = LinearForecasterOptions()
            // The published protocol knows no season.
            (options.horizon, options.targets, options.period) = (horizon, 1, 1)
            return try alarms(LinearForecaster.fit(data, options: options, context: context))
        case .lstm:
            var options = LSTMForecasterOptions()
            (options.horizon, options.targets, options.sequenceLength) = (horizon, 1, warmUp)
            (options.training.epochs, options.training.batchSize) = (35, 64)
            // The channels are published within -1...1.
            options.training.scaling = .none
            return try alarms(LSTMForecaster.fit(data, options: options, context: context))
        }
    }

    /// The mean of all forecasts of a row, made one to ten rows before; 0 where there is none.
    private static func means(_ forecaster: some Forecaster, _ frames: FeatureFrames) throws -> [Float] {
        let forecasts = try forecaster.forecasts(frames)
        var sums = Array(repeating: Float(0), count: frames.count)
        var counts = sums
        for window in 0..<forecasts.count / horizon {
            for step in 0..<horizon {
                let row = window + forecaster.contextLength + step
                guard row < frames.count else { break }
                sums[row] += forecasts[window * horizon + step]
                counts[row] += 1
            }
        }
        return zip(sums, counts).map { $0 / max($1, 1) }
    }

    private static func line(
        _ channel: TelemetryChannel, _ alarms: [Range<Int>], _ generator: inout SeededGenerator
    ) -> Line {
        let (rows, anomalies) = (channel.test.count, channel.anomalies)
        let random = (0..<drawings).map { _ in
            let moved = alarms.map { alarm in
                let start = Int.random(in: 0...rows - alarm.count, using: &generator)
                return start..<start + alarm.count
            }
            return EventCounts(events: anomalies, alarms: moved)
        }
        return Line(
            channel: channel.name, spacecraft: channel.spacecraft,
            alarms: alarms.map { [$0.lowerBound, $0.upperBound - 1] },
            counts: EventCounts(events: anomalies, alarms: alarms), alarmRows: alarms.reduce(0) { $0 + $1.count },
            rows: rows, everywhere: EventCounts(events: anomalies, alarms: [0..<rows]),
            random: EventCounts(summing: random))
    }
}

/// What the benchmark found, beside what is published.
struct TelemanomReport: ProtocolReport {
    let predictor: TelemanomBenchmark.Predictor
    let lines: [TelemanomBenchmark.Line]

    /// Precision, recall and F0.5 as the authors' repository prints them, all 82 channels.
    private static let published = [
        ["SMAP", "85.5", "85.5", "0.71"], ["MSL", "92.6", "69.4", "0.69"], ["all", "87.5", "80.0", "0.71"],
    ]

    var text: String {
        var table = TextTable([
            "channel", "detector", "TP", "FP", "FN", "precision %", "recall %", "F0.5", "F1", "rows in alarm %",
        ])
        func append(_ name: String, _ detector: String, _ counts: EventCounts, share: Double, drawings: Int = 1) {
            table.append(
                [name, detector]
                    + [counts.foundCount, counts.falseAlarmCount, counts.missedCount].map {
                        drawings == 1
                            ? "\($0)" : Text.number(Double($0) / Double(drawings), digits: 2)
                    }
                    + [100 * counts.precision, 100 * counts.recall].map { Text.number($0, digits: 1) }
                    + [counts.f05, counts.f1].map { Text.number($0, digits: 2) }
                    + [Text.number(100 * share, digits: 1)])
        }
        for line in lines {
            append(line.channel, predictor.rawValue, line.counts, share: Double(line.alarmRows) / Double(line.rows))
        }
        let craft = Set(lines.map(\.spacecraft)).sorted(by: >)
        for name in craft + ["all"] {
            let chosen = lines.filter { name == "all" || $0.spacecraft == name }
            let share = Double(chosen.reduce(0) { $0 + $1.alarmRows }) / Double(chosen.reduce(0) { $0 + $1.rows })
            append(name, predictor.rawValue, EventCounts(summing: chosen.map(\.counts)), share: share)
            append(name, "all in alarm", EventCounts(summing: chosen.map(\.everywhere)), share: 1)
            append(
                name, "same alarms at random", EventCounts(summing: chosen.map(\.random)), share: share,
                drawings: TelemanomBenchmark.drawings)
        }
        var published = TextTable(["published, 82 channels", "precision %", "recall %", "F0.5 (as printed)"])
        for line in Self.published { published.append(line) }
        return """
            Spacecraft telemetry by the protocol of telemanom, counted by sequence; \(lines.count) channels, \
            predictor \(predictor.rawValue)

            \(table.rendered())
            \(published.rendered())
            """
    }
}
