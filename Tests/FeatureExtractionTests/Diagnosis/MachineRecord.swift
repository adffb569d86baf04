import Foundation
import TestSupport

/// Vibration records of damaged bearings from public data sets.
enum MachineRecord {
    /// One record of the CWRU rig (bearing 6205), in g.
    struct WesternReserve: CustomStringConvertible, Sendable {
        let file: String
        let sampleRate: Double
        let turnsPerMinute: Double
        /// The verdicts a correct tool may give.
        let verdict: String
        var description: String { file }

        func samples() throws -> [Float] {
            try String(contentsOf: SharedData.data("cwru/\(file).csv"), encoding: .utf8)
                .split(whereSeparator: \.isNewline).dropFirst().compactMap { Float($0) }
        }
    }

    /// The records and what their README says of them.
    static let westernReserve = [
        WesternReserve(file: "normal_0hp_48k_firsthalf", sampleRate: 48_000, turnsPerMinute: 1796, verdict: "none"),
        WesternReserve(
            file: "normal_0hp_12k_firsthalf_decimated", sampleRate: 12_000, turnsPerMinute: 1796, verdict: "none"),
        WesternReserve(file: "12k_DE_IR007_0", sampleRate: 12_000, turnsPerMinute: 1797, verdict: "inner race"),
        WesternReserve(file: "12k_DE_IR014_2", sampleRate: 12_000, turnsPerMinute: 1752, verdict: "inner race"),
        WesternReserve(file: "12k_DE_IR021_1", sampleRate: 12_000, turnsPerMinute: 1774, verdict: "inner race"),
        WesternReserve(file: "12k_DE_OR007at6_0", sampleRate: 12_000, turnsPerMinute: 1796, verdict: "outer race"),
        WesternReserve(file: "12k_DE_OR021at6_1", sampleRate: 12_000, turnsPerMinute: 1771, verdict: "outer race"),
        WesternReserve(file: "12k_DE_B007_0", sampleRate: 12_000, turnsPerMinute: 1796, verdict: "not conclusive"),
        WesternReserve(file: "12k_DE_B021_1", sampleRate: 12_000, turnsPerMinute: 1774, verdict: "not conclusive"),
    ]

    /// The snapshots of the IMS rig (bearing ZA-2115, 20 kHz, 2000 rpm), and the verdict on bearing 1.
    static let snapshots = [
        ("2004.02.12.10.42.39", "none"), ("2004.02.14.12.32.39", "none"), ("2004.02.16.03.22.39", "not conclusive"),
        ("2004.02.16.17.52.39", "outer race"), ("2004.02.17.07.12.39", "outer race"),
        ("2004.02.18.08.12.39", "outer race"), ("2004.02.19.05.02.39", "outer race"),
    ]

    /// The four channels of a snapshot, in g.
    static func snapshot(_ name: String) throws -> [[Float]] {
        var channels = Array(repeating: [Float](), count: 4)
        for line in try String(contentsOf: SharedData.data("ims-bearing/raw/\(name)"), encoding: .utf8)
            .split(whereSeparator: \.isNewline)
        {
            for (channel, field) in line.split(separator: "\t").enumerated() {
                if let value = Float(field) { channels[channel].append(value) }
            }
        }
        return channels
    }
}
