import FeatureExtraction
import Foundation
import SignalCore
import TestSupport
import Testing

@Suite struct TabularPipelineTests {
    /// 2024-02-29 23:30:00 UTC, a Thursday.
    static let start = 1_709_249_400.0

    private func pipeline(_ columns: Int, _ options: TabularOptions, start: Double? = start) throws -> TabularPipeline {
        try TabularPipeline(schema: Tables.schema(columns, hop: 60), options: options, startTime: start)
    }

    private func preset(_ preset: TabularPreset) -> TabularOptions {
        var options = TabularOptions()
        options.preset = preset
        return options
    }

    @Test func `Four sensors and a time make 128 columns, each with a name of its own`() throws {
        let full = try pipeline(4, preset(.full))
        let names = full.schema.columns.map(\.name)
        #expect(names.count == 128 && Set(names).count == 128)
        #expect(Array(names[..<4]) == ["pressure", "current", "flow", "temperature"])
        for name in [
            "pressure.mean30", "flow.range5", "current.kurtosis24", "temperature.ewm10", "pressure.lag2",
            "flow.difference1", "flow.change1", "pressure/current", "flow-temperature", "all.std", "hour.sin",
            "minute.cos",
        ] { #expect(names.contains(name)) }
        #expect(names.allSatisfy { !$0.contains(" ") && !$0.contains(",") })
        #expect(full.schema.feature == "table" && full.schema.isCausal && full.schema.hopSeconds == 60)
        #expect(full.schema.frameSeconds == 29 * 60)
    }

    @Test(arguments: [1, 2, 8, 9, 55])
    func `Other numbers of sensors scale`(columns: Int) throws {
        let pairs = columns == 1 ? 0 : columns <= 8 ? columns * (columns - 1) / 2 : columns - 1
        let across = columns == 1 ? 0 : 2 * pairs + 4
        #expect(try pipeline(columns, preset(.full)).schema.columns.count == 26 * columns + across + 8)
        #expect(try pipeline(columns, preset(.full), start: nil).schema.columns.count == 26 * columns + across)
        #expect(try pipeline(columns, preset(.statistics)).schema.columns.count == 17 * columns)
        #expect(try pipeline(columns, preset(.raw)).schema == Tables.schema(columns, hop: 60))
    }

    @Test func `Lists of the options replace those of the preset`() throws {
        let set = try TabularOptions().setting([("windows", "5+10+30"), ("statistics", "mean+std")])
        let names = try pipeline(1, set).schema.columns.map(\.name)
        #expect(
            names == ["pressure"] + [5, 10, 30].flatMap { ["pressure.mean\($0)", "pressure.std\($0)"] })
        let other = try TabularOptions().setting([("preset", "statistics"), ("windows", "7"), ("lags", "4")])
        #expect(
            try pipeline(1, other).schema.columns.map(\.name)
                == ["pressure"]
                + ["mean7", "std7", "min7", "max7", "range7", "lag4", "difference1"].map { "pressure.\($0)" })
    }

    @Test(arguments: MissingValueHandling.allCases)
    func `Any cut of the rows gives the same bits`(missing: MissingValueHandling) throws {
        let input = Tables.lively(rows: 700, columns: 3, seed: 5, missing: 0.1)
        var pipeline = try pipeline(3, .everything(missing))
        let whole = try Tables.run(&pipeline, input)
        let isFinite = whole.frames.values.allSatisfy(\.isFinite)
        #expect(whole.rows.count == whole.frames.count && isFinite)
        for seed in 0..<3 {
            pipeline.reset()
            let cut = try Tables.run(&pipeline, input, cutSeed: UInt64(seed))
            #expect(cut.frames == whole.frames && cut.rows == whole.rows)
        }
        #expect(whole.frames.times == whole.rows.map { Double($0) * 60 })
    }

    @Test(arguments: [MissingValueHandling.hold, .drop])
    func `Changing any later row changes nothing earlier`(missing: MissingValueHandling) throws {
        let input = Tables.lively(rows: 300, columns: 2, seed: 6, missing: 0.05)
        var pipeline = try pipeline(2, .everything(missing))
        let whole = try Tables.run(&pipeline, input)
        for changed in [1, 40, 150, 299] {
            var other = Tables.slice(input, 0..<changed)
            for row in changed..<300 {
                other.append(time: Double(row) * 1e4) { span in
                    for column in 0..<2 { span[column] = Float(row * column) - 1e9 }
                }
            }
            pipeline.reset()
            let result = try Tables.run(&pipeline, other)
            let kept = whole.rows.count { $0 < changed }
            let values = kept * pipeline.schema.columns.count
            #expect(result.frames.values[..<values] == whole.frames.values[..<values])
            #expect(result.frames.values != whole.frames.values)
        }
    }

    @Test func `Interpolation is told to be no live computation`() throws {
        #expect(try pipeline(2, .everything(.hold)).schema.isCausal)
        #expect(try !pipeline(2, .everything(.interpolate)).schema.isCausal)
    }

    @Test func `Lags, differences and changes look at the first row before there are earlier ones`() throws {
        var options = TabularOptions()
        (options.lags, options.differences, options.changes) = ([2], [1], [1])
        var pipeline = try pipeline(1, options)
        let output = try Tables.run(&pipeline, Tables.frames([2, 3, 0, 5, 0, 0])).frames
        func column(_ name: String) throws -> [Float] {
            try #require(Tables.column("pressure.\(name)", output, pipeline.schema))
        }
        #expect(try column("lag2") == [2, 2, 2, 3, 0, 5])
        #expect(try column("difference1") == [0, 1, -3, 5, -5, 0])
        #expect(try column("change1") == [0, 50, -100, 1e6, -100, 0])
    }

    @Test func `Relations of columns are those of one row`() throws {
        var options = TabularOptions()
        options.across = CrossFeature.allCases
        var pipeline = try pipeline(3, options)
        let input = FeatureFrames(columnCount: 3, times: [0, 1], values: [1, 2, 6, 0, -4, 0])
        let output = try Tables.run(&pipeline, input).frames
        #expect(
            pipeline.schema.columns.dropFirst(3).map(\.name) == [
                "pressure/current", "pressure/flow", "current/flow", "pressure-current", "pressure-flow",
                "current-flow", "all.mean", "all.std", "all.min", "all.max",
            ])
        let third = Float(2.0 / 6)
        #expect(
            Array(output.values[3..<13])
                == [0.5, Float(1.0 / 6), third, -1, -5, -4, 3, Float(7.0.squareRoot()), 1, 6])
        // 0 / -4, 0 / 0 and -4 / 0.
        #expect(Array(output.values[16..<19]) == [0, 0, -1e6])
    }

    @Test func `The calendar is that of the table's time`() throws {
        var options = TabularOptions()
        options.calendar = CalendarFeature.allCases
        var pipeline = try pipeline(1, options)
        let input = FeatureFrames(columnCount: 1, times: [0, 1800, 1800.5], values: [1, 1, 1])
        let output = try Tables.run(&pipeline, input).frames
        func point(_ position: Double, _ count: Double) -> [Float] {
            [Float(sin(2 * .pi * position / count)), Float(cos(2 * .pi * position / count))]
        }
        let before = point(23, 24) + point(3, 7) + point(1, 12) + point(1410, 1440)
        let after = point(0, 24) + point(4, 7) + point(2, 12) + point(0, 1440)
        for (row, expected) in [before, after, after].enumerated() {
            for (value, reference) in zip(output.values[row * 9 + 1..<row * 9 + 9], expected) {
                #expect(abs(value - reference) < 1e-6)
            }
        }
    }

    @Test func `The calendar agrees with Foundation on any day`() throws {
        var options = TabularOptions()
        options.calendar = CalendarFeature.allCases
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var generator = SeededGenerator(seed: 1)
        var pipeline = try pipeline(1, options, start: 0)
        var input = FeatureFrames(columnCount: 1)
        for _ in 0..<2000 { input.append(time: (generator.uniform() - 0.3) * 1e10, row: [0]) }
        for time in [1e300, -1e300, .infinity] { input.append(time: time, row: [0]) }
        let output = try Tables.run(&pipeline, input).frames
        for row in 0..<2000 {
            let parts = calendar.dateComponents(
                [.hour, .minute, .weekday, .month], from: Date(timeIntervalSince1970: input.times[row]))
            let (hour, minute) = (try #require(parts.hour), try #require(parts.minute))
            let (weekday, month) = (try #require(parts.weekday), try #require(parts.month))
            let readings = [
                (hour, 24), ((weekday + 5) % 7, 7), (month - 1, 12), (hour * 60 + minute, 1440),
            ]
            for (index, (position, count)) in readings.enumerated() {
                let angle = 2 * Double.pi * Double(position) / Double(count)
                #expect(abs(Double(output.values[row * 9 + 1 + 2 * index]) - sin(angle)) < 1e-6)
                #expect(abs(Double(output.values[row * 9 + 2 + 2 * index]) - cos(angle)) < 1e-6)
            }
        }
        let isFinite = output.values.allSatisfy(\.isFinite)
        #expect(isFinite)
    }

    @Test func `Huge and tiny values give finite features`() throws {
        let extremes: [Float] = [
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0, -0.0, 1,
            -.leastNonzeroMagnitude, .infinity, .nan,
        ]
        var generator = SeededGenerator(seed: 2)
        var input = FeatureFrames(columnCount: 3)
        for row in 0..<2000 {
            input.append(time: Double(row)) { span in
                for column in 0..<3 { span[column] = extremes[Int.random(in: 0..<9, using: &generator)] }
            }
        }
        var pipeline = try pipeline(3, .everything())
        #expect(try Tables.run(&pipeline, input).frames.values.allSatisfy(\.isFinite))
    }

    @Test func `Names that clash are numbered`() throws {
        var options = TabularOptions()
        options.lags = [1]
        let schema = FeatureSchema(feature: "table", columns: [FeatureColumn("a"), FeatureColumn("a.lag1")])
        let pipeline = try TabularPipeline(schema: schema, options: options)
        #expect(pipeline.schema.columns.map(\.name) == ["a", "a.lag1", "a.lag1_2", "a.lag1.lag1"])
    }

    @Test func `Options out of range are refused`() throws {
        for (name, text) in [
            ("windows", "1"), ("windows", "5+5"), ("lags", "0"), ("spans", "-1"), ("statistics", "men"),
            ("clipShare", "0.5"), ("longestGap", "0"), ("across", "mean+mean"), ("initialValues", "1e300"),
        ] {
            #expect(throws: SignalError.self, "\(name)=\(text)") { try TabularOptions().setting([(name, text)]) }
        }
        var options = TabularOptions()
        options.calendar = [.hour]
        #expect(throws: SignalError.self) { try pipeline(1, options, start: nil) }
        options = TabularOptions()
        options.lowerLimits = [1, 2]
        #expect(throws: SignalError.self) { try pipeline(1, options) }
        #expect(throws: SignalError.self) { try pipeline(1000, preset(.full)) }
        #expect(throws: SignalError.self) { try pipeline(0, preset(.raw)) }
    }
}
