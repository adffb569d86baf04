import Foundation
import SignalCore
import TestSupport

@testable import Learning

/// Frames to test with.
enum TestData {
    /// Columns of noise that share `factorCount` causes, in clips.
    static func correlated(
        seed: UInt64, clips: Int = 20, framesPerClip: Int = 40, columns: Int = 8, factorCount: Int = 3
    ) -> TrainingData {
        var generator = SeededGenerator(seed: seed)
        func normal() -> Float { Float((0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() }) }
        var weights = SeededGenerator(seed: 4711)
        let mixing = (0..<columns * factorCount).map { _ in Float(2 * weights.uniform() - 1) }
        var frames = FeatureFrames(columnCount: columns)
        for frame in 0..<clips * framesPerClip {
            let causes = (0..<factorCount).map { _ in normal() }
            let row = (0..<columns).map { column in
                let shared = (0..<factorCount).reduce(Float(0)) { $0 + mixing[column * factorCount + $1] * causes[$1] }
                return Float(column) * 10 + Float(column + 1) * (shared + 0.3 * normal())
            }
            frames.append(time: Double(frame % framesPerClip) * 0.1, row: row)
        }
        return TrainingData(
            schema: schema(columns), frames: frames,
            segments: (0..<clips).map { $0 * framesPerClip..<($0 + 1) * framesPerClip })
    }

    static func schema(_ columns: Int) -> FeatureSchema {
        FeatureSchema(
            feature: "log-mel",
            columns: (0..<columns).map {
                FeatureColumn("log-mel.\($0)", unit: "dB", band: Double($0) * 100...Double($0 + 1) * 100)
            }, frameSeconds: 0.064, hopSeconds: 0.032)
    }

    /// The four feature columns of the reference table.
    static func reference() throws -> FeatureFrames {
        let text = try String(contentsOf: SharedData.golden("tabular/data.csv"), encoding: .utf8)
        var frames = FeatureFrames(columnCount: 4)
        for (index, line) in text.split(separator: "\n").dropFirst().enumerated() {
            frames.append(time: Double(index), row: line.split(separator: ",").prefix(4).compactMap { Float($0) })
        }
        return frames
    }

    static func oneSegment(_ frames: FeatureFrames) -> TrainingData {
        TrainingData(schema: schema(frames.columnCount), frames: frames, segments: [0..<frames.count])
    }

    /// The message of the error that `body` throws.
    static func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was thrown"
        } catch {
            return "\(error)"
        }
    }
}
