import FeatureExtraction
import SignalCore

/// Tables to test with, and the ways to run them through a transform.
enum Tables {
    static func schema(_ columns: Int, hop: Double = 1) -> FeatureSchema {
        let names = ["pressure", "current", "flow", "temperature", "voltage", "speed", "torque", "level", "load"]
        return FeatureSchema(
            feature: "table", columns: (0..<columns).map { FeatureColumn($0 < 9 ? names[$0] : "c\($0)", unit: "") },
            hopSeconds: hop)
    }

    /// Walks with jumps, spikes, still stretches and a large offset.
    static func lively(rows: Int, columns: Int, seed: UInt64, missing: Double = 0) -> FeatureFrames {
        var generator = SeededGenerator(seed: seed)
        var level = (0..<columns).map { Double($0) * 1000 }
        var frames = FeatureFrames(columnCount: columns)
        for row in 0..<rows {
            let isStill = row / 50 % 5 == 4
            frames.append(time: Double(row) * 60) { span in
                for column in 0..<columns {
                    if !isStill { level[column] += generator.uniform() - 0.5 }
                    if generator.uniform() < 0.01 { level[column] -= 300 }
                    let spike = generator.uniform() < 0.005 ? 1e6 : 0
                    span[column] = generator.uniform() < missing ? .nan : Float(level[column] + spike)
                }
            }
        }
        return frames
    }

    static func frames(_ values: [Float]) -> FeatureFrames {
        FeatureFrames(columnCount: 1, times: values.indices.map(Double.init), values: values)
    }

    static func slice(_ frames: FeatureFrames, _ rows: Range<Int>) -> FeatureFrames {
        let columns = frames.columnCount
        return FeatureFrames(
            columnCount: columns, times: Array(frames.times[rows]),
            values: Array(frames.values[rows.lowerBound * columns..<rows.upperBound * columns]))
    }

    /// The whole result, and the input row of every frame, with the input cut at random.
    static func run(
        _ transform: inout some FrameTransform, _ input: FeatureFrames, cutSeed: UInt64? = nil
    ) throws -> (frames: FeatureFrames, rows: [Int]) {
        var output = FeatureFrames(columnCount: transform.schema.columns.count)
        var rows: [Int] = []
        var generator = SeededGenerator(seed: cutSeed ?? 0)
        var start = 0
        while start < input.count {
            let length = cutSeed == nil ? input.count : Int.random(in: 0...40, using: &generator)
            let end = min(input.count, start + length)
            try transform.transform(slice(input, start..<end), into: &output)
            rows += transform.sourceRows
            start = end
        }
        try transform.finish(into: &output)
        return (output, rows + transform.sourceRows)
    }

    /// One column of the result by its name.
    static func column(_ name: String, _ frames: FeatureFrames, _ schema: FeatureSchema) -> [Float]? {
        guard let index = schema.columns.firstIndex(where: { $0.name == name }) else { return nil }
        return stride(from: index, to: frames.values.count, by: frames.columnCount).map { frames.values[$0] }
    }
}

extension TabularOptions {
    /// Everything that there is, with missing values handled in one way.
    static func everything(_ missing: MissingValueHandling = .hold) -> TabularOptions {
        var options = TabularOptions()
        options.preset = .full
        options.windows = [2, 5, 24, 100]
        options.statistics = RollingStatistic.allCases
        options.spans = [1, 10]
        options.missing = missing
        options.longestGap = 7
        return options
    }
}
