import Foundation
import SignalCore

/// A channel of spacecraft telemetry with its labels (Hundman et al. 2018).
struct TelemetryChannel: Sendable {
    let name: String
    let spacecraft: String
    /// The telemetry in the first column, commands in the others.
    let train: FeatureFrames
    let test: FeatureFrames
    /// The columns by name.
    let schema: FeatureSchema
    /// The labelled sequences, in rows of the test file, ascending.
    let anomalies: [Range<Int>]

    /// Reads every labelled channel, in the order of their names.
    ///
    /// - Throws: `SignalError` naming the file, when one is missing, damaged, or does not belong to the others.
    static func all(in folder: String) throws -> [TelemetryChannel] {
        let path = folder + "/labeled_anomalies.csv"
        let table = try ProtocolTable(path)
        let names = ["chan_id", "spacecraft", "anomaly_sequences"]
        let columns = names.compactMap { table.header.firstIndex(of: $0) }
        guard columns.count == names.count else {
            throw SignalError(.malformed, "needs the columns \(names.joined(separator: ", "))").at(path: path)
        }
        var anomalies: [String: [Range<Int>]] = [:]
        var spacecraft: [String: String] = [:]
        for (row, fields) in table.rows.enumerated() {
            let name = String(fields[columns[0]])
            guard let pairs = try? JSONDecoder().decode([[Int]].self, from: Data(fields[columns[2]].utf8)),
                pairs.allSatisfy({ $0.count == 2 && $0[0] >= 0 && $0[0] <= $0[1] && $0[1] < Int32.max })
            else {
                throw SignalError(.malformed, "the anomaly sequences of row \(row + 1) are not [[first, last], ...]")
                    .at(
                        path: path)
            }
            // A channel may stand there twice.
            anomalies[name, default: []] += pairs.map { $0[0]..<$0[1] + 1 }
            spacecraft[name] = String(fields[columns[1]])
        }
        return try anomalies.keys.sorted().map { name in
            try TelemetryChannel(
                name, spacecraft: spacecraft[name] ?? "", folder: folder, anomalies: anomalies[name] ?? [])
        }
    }

    private init(_ name: String, spacecraft: String, folder: String, anomalies: [Range<Int>]) throws {
        guard !name.contains("/") else {
            throw SignalError(.malformed, "the channel '\(name)' cannot be the name of a file").at(
                path: folder + "/labeled_anomalies.csv")
        }
        let (trainPath, testPath) = ("\(folder)/train/\(name).csv", "\(folder)/test/\(name).csv")
        let (training, testing) = (try ProtocolTable(trainPath), try ProtocolTable(testPath))
        guard training.header == testing.header else {
            throw SignalError(.mismatch, "has other columns than train/\(name).csv").at(path: testPath)
        }
        guard anomalies.allSatisfy({ $0.upperBound <= testing.rows.count }) else {
            throw SignalError(.mismatch, "has \(testing.rows.count) rows, and an anomaly is labelled behind them").at(
                path: testPath)
        }
        self.name = name
        self.spacecraft = spacecraft
        self.anomalies = anomalies.sorted { $0.lowerBound < $1.lowerBound }
        schema = FeatureSchema(feature: "table", columns: training.header.map { FeatureColumn($0) }, hopSeconds: 1)
        train = try Self.frames(training)
        test = try Self.frames(testing)
    }

    private static func frames(_ table: ProtocolTable) throws -> FeatureFrames {
        let columns = table.header.count
        var values: [Float] = []
        values.reserveCapacity(table.rows.count * columns)
        for row in table.rows.indices {
            for column in 0..<columns { values.append(Float(try table.number(row: row, column: column))) }
        }
        return FeatureFrames(columnCount: columns, times: table.rows.indices.map(Double.init), values: values)
    }
}
