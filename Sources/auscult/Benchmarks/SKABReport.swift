import Foundation
import Learning
import Reporting
import SignalCore

/// What was measured of one configuration, or published.
struct SKABLine: Encodable {
    let model: String
    var factor: Double?
    var f1: Double?
    var falseAlarmRatePercent: Double?
    var missedAlarmRatePercent: Double?
    var truePositives: Int?
    var trueNegatives: Int?
    var falsePositives: Int?
    var falseNegatives: Int?
    var changePoints: ChangePointScore?
    var files: [File] = []

    /// The counts of one file.
    struct File: Encodable {
        let path: String
        let rows: ClassificationMetrics

        /// The counts in a line of words, for `--verbose`.
        var words: String {
            "\(path): F1 \(Text.number(rows.f1, digits: 3)), "
                + "FAR \(Text.number(100 * rows.falseAlarmRate, digits: 1)) %, "
                + "MAR \(Text.number(100 * rows.missedAlarmRate, digits: 1)) %, TP \(rows.truePositives), "
                + "TN \(rows.trueNegatives), FP \(rows.falsePositives), FN \(rows.falseNegatives)"
        }
    }

    /// Adds up the counts of all files.
    init(_ model: String, _ series: [SKABSeries], alarms: [[Bool]], factor: Double? = nil) throws {
        let parts = zip(series, alarms).map { one, alarms in
            ClassificationMetrics(zip(alarms, one.testLabels).map { (isFound: $0, isAnomalous: $1) })
        }
        let total = ClassificationMetrics(summing: parts)
        self.model = model
        self.factor = factor
        f1 = total.f1
        falseAlarmRatePercent = 100 * total.falseAlarmRate
        missedAlarmRatePercent = 100 * total.missedAlarmRate
        truePositives = total.truePositives
        trueNegatives = total.trueNegatives
        falsePositives = total.falsePositives
        falseNegatives = total.falseNegatives
        // A change point is said to be wherever an alarm begins or ends.
        changePoints = try ChangePointScore(
            zip(series, alarms).map { one, alarms in
                let times = one.frames.times.suffix(alarms.count)
                let changes = zip(times.dropFirst(), zip(alarms.dropFirst(), alarms)).filter { $0.1.0 != $0.1.1 }
                return (changePoints: one.changePoints, predictions: changes.map(\.0))
            })
        files = zip(series, parts).map { File(path: $0.path, rows: $1) }
    }

    /// A published line.
    init(published model: String, f1: Double, falseAlarms: Double, missedAlarms: Double) {
        self.model = "published: \(model)"
        self.f1 = f1
        falseAlarmRatePercent = falseAlarms
        missedAlarmRatePercent = missedAlarms
    }
}

/// The result of the benchmark.
struct SKABReport: ProtocolReport {
    let files: Int
    let rows: Int
    let anomalousRows: Int
    let groups: [String]
    let machine: String
    let lines: [SKABLine]
    let published: [SKABLine]

    var text: String {
        var table = TextTable([
            "model", "F1", "FAR %", "MAR %", "TP", "TN", "FP", "FN", "change points", "missed", "false", "factor",
        ])
        func number(_ value: Double?, _ digits: Int) -> String { value.map { Text.number($0, digits: digits) } ?? "" }
        func count(_ value: Int?) -> String { value.map(String.init) ?? "" }
        for line in lines + published {
            table.append([
                line.model, number(line.f1, 3), number(line.falseAlarmRatePercent, 1),
                number(line.missedAlarmRatePercent, 1), count(line.truePositives), count(line.trueNegatives),
                count(line.falsePositives), count(line.falseNegatives), number(line.changePoints?.standard, 1),
                count(line.changePoints?.missedCount), count(line.changePoints?.falseAlarmCount),
                number(line.factor, 2),
            ])
        }
        let share = Text.number(100 * Double(anomalousRows) / Double(max(1, rows)), digits: 1)
        return """
            \(groups.joined(separator: ", ")): \(files) files, \(rows) rows judged, \(share) % anomalous; \(machine)

            """ + table.rendered()
    }
}

/// The published results, from the benchmark's repository; those on valve1 alone were computed anew from its published
/// predictions.
enum SKABPublished {
    static func lines(valveOneOnly: Bool) -> [SKABLine] {
        (valveOneOnly ? valveOne : all).map {
            SKABLine(published: $0.0, f1: $0.1, falseAlarms: $0.2, missedAlarms: $0.3)
        }
    }

    private static let valveOne = [
        ("MSET", 0.779, 38.53, 14.98), ("T-squared+Q", 0.760, 23.89, 26.09), ("Conv-AE", 0.755, 14.40, 31.84),
        ("LSTM-AE", 0.697, 25.37, 34.76), ("T-squared", 0.646, 19.94, 44.05), ("Vanilla LSTM", 0.468, 10.88, 66.60),
        ("Isolation forest", 0.206, 1.14, 88.38), ("Vanilla AE", 0.168, 0.40, 90.81),
    ]

    private static let all = [
        ("Conv-AE", 0.78, 13.55, 28.02), ("MSET", 0.78, 39.73, 14.13), ("T-squared+Q", 0.76, 26.62, 24.92),
        ("LSTM-AE", 0.74, 29.96, 25.92), ("T-squared", 0.66, 19.21, 42.6), ("LSTM-VAE", 0.56, 9.13, 55.03),
        ("Vanilla LSTM", 0.54, 12.54, 59.53), ("Vanilla AE", 0.39, 2.59, 75.15), ("MSCRED", 0.36, 49.94, 69.88),
        ("Isolation forest", 0.29, 2.56, 82.89),
    ]
}
