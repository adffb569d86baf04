import SignalCore
import Testing

@testable import FeatureExtraction

/// The preset `tracked`: level and noise of every column against baselines that follow drift.
@Suite struct DriftTrackingTests {
    private let schema = FeatureSchema(
        feature: "table", columns: [FeatureColumn("temperature", unit: "C"), FeatureColumn("flow")], hopSeconds: 1)

    /// A column that drifts steadily and one that wanders about a level; from `fault` on, flow steps.
    private func rows(_ count: Int, fault: Int? = nil, step: Float = 3, seed: UInt64 = 1) -> FeatureFrames {
        var generator = SeededGenerator(seed: seed)
        func normal() -> Float { Float((0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() }) }
        var frames = FeatureFrames(columnCount: 2)
        for row in 0..<count {
            let isFaulty = fault.map { row >= $0 } ?? false
            frames.append(
                time: Double(row),
                row: [20 + 0.01 * Float(row) + 0.1 * normal(), 50 + normal() + (isFaulty ? step : 0)])
        }
        return frames
    }

    private func pipeline(_ training: FeatureFrames) throws -> TabularPipeline {
        var options = TabularOptions()
        options.preset = .tracked
        return try TabularPipeline(schema: schema, options: options.learning(from: training))
    }

    private func tracked(_ frames: FeatureFrames, _ pipeline: TabularPipeline) throws -> FeatureFrames {
        var pipeline = pipeline
        var output = FeatureFrames(columnCount: 4)
        try pipeline.transform(frames, into: &output)
        try pipeline.finish(into: &output)
        return output
    }

    private func column(_ index: Int, _ frames: FeatureFrames, _ range: Range<Int>) -> [Float] {
        range.map { frames.values[$0 * frames.columnCount + index] }
    }

    @Test func `Columns are named after level and noise, and begin with zeros`() throws {
        let pipeline = try pipeline(rows(400))
        #expect(
            pipeline.schema.columns.map(\.name)
                == ["temperature.level", "temperature.noise", "flow.level", "flow.noise"])
        #expect(pipeline.schema.isCausal)
        let output = try tracked(rows(60), pipeline)
        #expect(output.count == 60 && output.values.prefix(20 * 4).allSatisfy { $0 == 0 })
    }

    @Test func `A drift as in training stays small, a step does not`() throws {
        let pipeline = try pipeline(rows(400))
        let normal = try tracked(rows(1200), pipeline)
        #expect(column(0, normal, 400..<1200).allSatisfy { abs($0) < 4 })
        #expect(column(2, normal, 400..<1200).count { abs($0) > 4 } < 8)
        let faulty = try tracked(rows(1200, fault: 700), pipeline)
        // Clearly out once the window is full of it, and not learnt away soon.
        #expect(column(2, faulty, 720..<820).allSatisfy { $0 > 5 })
        #expect(column(2, faulty, 680..<700).allSatisfy { abs($0) < 5 })
        // A louder noise at the same level shows in the other reading.
        var loud = rows(900)
        for row in 600..<900 where row % 2 == 0 { loud = louder(loud, row) }
        #expect(column(3, try tracked(loud, pipeline), 630..<700).allSatisfy { $0 > 4 })
    }

    private func louder(_ frames: FeatureFrames, _ row: Int) -> FeatureFrames {
        var values = frames.values
        values[row * 2 + 1] += 6
        return FeatureFrames(columnCount: 2, times: frames.times, values: values)
    }

    @Test func `No row depends on a later one, and any cut gives the same bits`() throws {
        let pipeline = try pipeline(rows(400))
        let whole = try tracked(rows(500, fault: 450), pipeline)
        let other = try tracked(rows(500, fault: 470, step: 100), pipeline)
        #expect(whole.values.prefix(450 * 4) == other.values.prefix(450 * 4))
        let input = rows(500, fault: 450)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<5 {
            var cut = pipeline
            var output = FeatureFrames(columnCount: 4)
            var start = 0
            while start < 500 {
                let end = min(500, start + 1 + Int(generator.uniform() * 70))
                try cut.transform(input.frames(in: start..<end), into: &output)
                start = end
            }
            try cut.finish(into: &output)
            #expect(output == whole)
            cut.reset()
            var again = FeatureFrames(columnCount: 4)
            try cut.transform(input, into: &again)
            #expect(again == whole)
        }
    }

    @Test func `Readings are those of a slow recomputation`() throws {
        let input = rows(300, fault: 200)
        var options = TabularOptions()
        options.preset = .tracked
        options = options.learning(from: rows(400))
        let output = try tracked(input, try pipeline(rows(400)))
        let flow = (0..<300).map { Double(input.values[$0 * 2 + 1]) }
        var levels: [Double] = []
        var baseline = 0.0
        for row in 20..<300 {
            let level = flow[row - 19...row].reduce(0, +) / 20
            let distance: Double
            if levels.count < 100 {
                let sorted = levels.sorted()
                let median = sorted.isEmpty ? level : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
                distance = level - median
                levels.append(level)
                if levels.count == 100 {
                    let all = levels.sorted()
                    baseline = (all[49] + all[50]) / 2
                }
            } else {
                distance = level - baseline
                let pull = distance / 100
                let speed = options.driftSpeeds[1]
                baseline += abs(distance) < 3 * options.driftScales[1] ? pull : max(-speed, min(speed, pull))
            }
            let expected = Float(distance / options.driftScales[1])
            #expect(abs(output.values[row * 4 + 2] - expected) <= 1e-4 * max(1, abs(expected)))
        }
    }

    @Test func `What is needed is said`() throws {
        var options = TabularOptions()
        options.preset = .tracked
        #expect(throws: SignalError.self) { try TabularPipeline(schema: schema, options: options) }
        let few = options.learning(from: rows(119))
        let error = #expect(throws: SignalError.self) { try TabularPipeline(schema: schema, options: few) }
        #expect(error?.code == .insufficientData && error?.message.contains("120") == true)
        options.windows = [5]
        #expect(throws: SignalError.self) { try options.validate() }
        var narrow = TabularOptions()
        narrow.preset = .tracked
        narrow.driftScales = [1, 1]
        narrow.driftSpeeds = [0, 0]
        let mismatch = #expect(throws: SignalError.self) { try TabularPipeline(schema: schema, options: narrow) }
        #expect(mismatch?.code == .mismatch)
    }
}
