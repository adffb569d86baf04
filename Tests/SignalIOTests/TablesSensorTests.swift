import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

@Suite struct TablesSensorTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func read(_ text: String, _ options: SensorTableOptions = SensorTableOptions()) throws -> SensorTableContent
    {
        try SensorTable.read(path: try folder.write("table.csv", text: text), options: options)
    }

    private func error(_ text: String, _ options: SensorTableOptions = SensorTableOptions()) throws -> SignalError {
        let path = try folder.write("table.csv", text: text)
        return try #require(throws: SignalError.self) { try SensorTable.read(path: path, options: options) }
    }

    private func isSame(_ values: [Float], _ expected: [Float]) -> Bool {
        values.count == expected.count && zip(values, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    }

    @Test(arguments: [
        "time,a,b,anomaly\n0,1,2,0\n10,3,,1\n20,5,6,0\n",
        "\u{FEFF}timestamp;a;b;anomaly\r\n2024-01-01T00:00:00Z;1;2;0.0\r\n\r\n2024-01-01T00:00:10Z;3;NaN;1.0\r\n2024-01-01T00:00:20Z;5;6;0.0",
        "datetime\ta\tb\tanomaly\n2024-01-01 00:00:00\t1\t2\tfalse\n2024-01-01 00:00:10\t3\t-\ttrue\n2024-01-01 00:00:20\t5\t6\tfalse\n",
        "a,epoch,b,Anomaly\n1,1700000000,2,normal\n3,1700000010,null,anomaly\n5,1700000020,6,\n",
        "t,a,anomaly,b\n1700000000000,1,0,2\n1700000010000,3,1, NA \n1700000020000,5,0,6\n",
        "Datum,a,b,\"anomaly\"\n2024-02-28 23:59:50,1,\"2\",0\n2024-02-29 00:00:00,\"3\",\"\",1\n2024-02-29 00:00:10,5,6,0\n",
        ",a,b,ANOMALY,\n2024-01-01 00:00:00,1,2,0,\n2024-01-01 00:00:10,3,nan,1,\n2024-01-01 00:00:20,5,6,0,\n",
    ])
    func `a table is read however it is written`(text: String) throws {
        let table = try read(text)
        #expect(table.schema.columns.map(\.name) == ["a", "b"] && table.schema.feature == "table")
        #expect(table.schema.hopSeconds == 10 && table.frames.times == [0, 10, 20] && table.hasTime)
        #expect(isSame(table.frames.values, [1, 2, 3, .nan, 5, 6]))
        #expect(table.labels.map { $0.name.lowercased() } == ["anomaly"] && table.labels[0].values == [0, 1, 0])
        #expect(table.missingCells == [0, 1] && !table.isIncomplete)
        #expect(table.warnings.contains("missing values, of 3 rows: b 1"))
    }

    @Test func `the time of the first row is kept apart`() throws {
        #expect(try read("time,a\n2024-01-01 00:00:00,1\n2024-01-01 00:00:01,1\n").startTime == 1_704_067_200)
        #expect(try read("time,a\n2024-01-01T01:00:00+01:00,1\n").startTime == 1_704_067_200)
        #expect(try read("time,a\n1704067200000,1\n").startTime == 1_704_067_200)
        #expect(try read("time,a\n5,1\n6,1\n").startTime == nil)
        #expect(try read("time_ms,a\n5,1\n25,1\n").frames.times == [0, 0.02])
        let untimed = try read("a,b\n1,2\n3,4\n")
        #expect(!untimed.hasTime && untimed.frames.times == [0, 1] && untimed.schema.hopSeconds == 1)
        // A temperature is no time.
        #expect(try read("T,a\n20,2\n21,4\n").schema.columns.map(\.name) == ["T", "a"])
    }

    @Test func `columns are chosen, labels and units declared by name`() throws {
        let text = "time,Volume Flow,Torque [Nm],broken,machine\n0,1,2,0,A\n1,3,4,2,A\n0,5,6,,B\n"
        var options = SensorTableOptions()
        (options.labels, options.unit) = (["Broken"], "machine")
        let table = try read(text, options)
        #expect(
            table.schema.columns == [FeatureColumn("Volume_Flow"), FeatureColumn("Torque", unit: "Nm")])
        #expect(table.labels[0].name == "broken" && table.labels[0].values == [0, 1, 0])
        #expect(table.units == ["A", "A", "B"] && table.segments == [0..<2, 2..<3])
        #expect(
            table.warnings == [
                "labels that are missing were taken as 0: broken 1",
                "labels other than 0 and 1 were taken as 1: broken 1",
            ])
        options.columns = ["torque", "volume flow"]
        let chosen = try read(text, options)
        #expect(chosen.schema.columns.map(\.name) == ["Torque", "Volume_Flow"])
        #expect(chosen.frames.values == [2, 1, 4, 3, 6, 5])
        for (columns, part) in [
            (["torqe"], "did you mean 'Torque'"), (["broken"], "cannot be a value"), (["time"], "cannot be a value"),
            (["torque", "Torque [Nm]"], "twice"),
        ] {
            options.columns = columns
            let error = try error(text, options)
            #expect(error.code == .invalidOption && error.message.contains(part))
        }
        options = SensorTableOptions()
        options.columns = ["machine"]
        #expect(try error(text, options).code == .unsupported)
        options = SensorTableOptions()
        options.time = "machine"
        #expect(try error(text, options).message == "'A' is no time")
    }

    @Test func `what is left out is told`() throws {
        let table = try read("id,type,x,empty,outlier,x\n7,M,1,,0,2\n8,L,2,,0,3\n")
        #expect(table.schema.columns.map(\.name) == ["x", "outlier", "x_2"])
        #expect(
            table.warnings == [
                "left out, being text: type", "left out, being no measurement by its name: id",
                "left out, having no value in the first 2 rows: empty",
                "read as sensors, but named like labels: outlier", "columns of the same name were numbered: x",
            ])
    }

    @Test func `times that repeat, go back, jitter or leave gaps are counted`() throws {
        let times = [0, 1, 2, 2, 3, 1, 2, 3, 4, 5, 6, 7, 7.5, 8.5, 20, 21]
        let table = try read("time,a\n" + times.map { "\($0),1\n" }.joined())
        #expect(table.frames.times == times)
        #expect(
            table.warnings == [
                "the times do not advance: 1 of 15 steps repeat a time and 1 go back, first in line 5; rows were taken in the order they stand in",
                "the times are irregular: 1 of 15 steps are off by more than 10 % of 1 s; windows count rows",
                "the times have 1 gap of more than 1.5 times 1 s, the largest 11.5 s before line 16",
            ])
    }

    @Test(
        arguments: [
            ("1,2\n3,4\n", "begins with numbers", 1, nil),
            ("a,b\n", "no rows", nil, nil),
            ("", "is empty", nil, nil),
            ("\n \n", "blank lines", nil, nil),
            ("time,anomaly\n0,1\n", "labels are not learnt from", nil, nil),
            ("name,kind\nx,y\n", "no column of numbers", nil, nil),
            ("a,b\n1,2\n3\n4,5\n", "columns where the first has 2", 3, nil),
            ("a,b\n1,2\n3,4,5\n", "columns where the first has 2", 3, nil),
            ("a,b\n1,2\n3,1e400\n", "too large", 3, "b"),
            ("a,b\n1,2\n3,1e39\n", "too large", 3, "b"),
            ("a,b\n1,2\n3,inf\n", "not a finite number", 3, "b"),
            ("a,b\n1,-Infinity\n3,2\n", "not a finite number", 2, "b"),
            ("a;b\n1;2,5\n", "decimal comma", 2, "b"),
            ("a,b\n1,2\n3,x\n", "'x' is not a number", 3, "b"),
            ("a,b\n1,2\n3,\u{1B}[31m\n", "'\\u{1b}[31m' is not a number", 3, "b"),
            ("a,b\n1,2\n\"3,4\n", "never closed", 3, nil),
            ("a,b\n1,2\n\"3\"4,4\n", "closing quote", 3, nil),
            ("a,label\n1,0\n2,maybe\n", "is no label", 3, "label"),
            ("time,a\n2024-01-01 00:00:00,1\n2024-13-01 00:00:00,2\n", "is no time", 3, "time"),
            ("time,a\n0,1\n,2\n", "is no time", 3, "time"),
            ("a,b\r1,2\r3,4\r", "carriage returns", nil, nil),
            ("a,b\n1,2\n\0,3\n", "zero byte", 3, nil),
        ] as [(String, String, Int?, String?)])
    func `a damaged table is refused with its place`(text: String, part: String, line: Int?, column: String?) throws {
        let error = try error(text)
        #expect(error.message.contains(part), "\(error)")
        #expect(error.place.path != nil && error.place.line == line && error.place.column == column)
    }

    @Test func `sizes beyond limits are refused`() throws {
        let wide =
            (0..<100_000).map { "c\($0)" }.joined(separator: ",") + "\n"
            + Array(repeating: "1", count: 100_000).joined(separator: ",") + "\n"
        #expect(try error(wide).code == .limitExceeded)
        var options = SensorTableOptions()
        options.columns = ["c99999", "c5"]
        #expect(try read(wide, options).frames.values == [1, 1])
        let long = "a,b\n1,2\n3," + String(repeating: "4", count: 3 << 20) + "\n"
        #expect(try error(long).code == .limitExceeded)
        #expect(try error("a," + String(repeating: "b", count: 1 << 19) + "\ny,x\n").description.utf8.count < 500)
    }

    @Test func `a last row that is cut off is left out and told`() throws {
        let table = try read("a,b\n1,2\n3,4\n5")
        #expect(table.frames.count == 2 && table.isIncomplete)
        #expect(table.warnings == ["the last row is cut off and was left out"])
    }

    @Test func `batches of any size give the same rows`() throws {
        let rows = (0..<500).map {
            "\($0 * 2),\($0 % 7 == 0 ? "" : String($0)),\(Double($0) / 3),\($0 % 2),\($0 / 100)\n"
        }
        let path = try folder.write("table.csv", text: "time,a,b,label,unit\n" + rows.joined())
        var options = SensorTableOptions()
        options.unit = "unit"
        let whole = try SensorTable.read(path: path, options: options)
        #expect(whole.segments == (0..<5).map { $0 * 100..<($0 + 1) * 100 })
        for maximum in [1, 7, 499, 10_000] {
            let table = try SensorTable(path: path, options: options)
            var frames = FeatureFrames(columnCount: 2)
            var labels: [UInt8] = []
            var units: [String] = []
            while try table.nextFrames(maximum: maximum, into: &frames) {
                #expect(table.labels[0].count <= maximum)
                labels += table.labels[0]
                units += table.units
            }
            #expect(isSame(frames.values, whole.frames.values) && frames.times == whole.frames.times)
            #expect(labels == whole.labels[0].values && units == whole.units && table.warnings == whole.warnings)
            #expect(try !table.nextFrames(maximum: 5, into: &frames))
        }
    }

    @Test func `every mutated table is a result or a sentence`() throws {
        let path = folder.path("table.csv")
        let original = Array(
            ("time;a;b;label;unit\r\n"
                + (10..<40).map { "2024-01-01 00:00:\($0);\($0).25;\($0 % 3 == 0 ? "-" : "2e1");0;A\r\n" }.joined())
                .utf8)
        let pieces = [",", ";", "\t", "\n", "\r", "\"", "-", "e", ".", "9", "e999", "\u{0}", "°", ":", "NaN", "inf"]
        var generator = SeededGenerator(seed: 3)
        var options = SensorTableOptions()
        var results = 0
        for round in 0..<1000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) where bytes.count > 20 {
                let index = Int.random(in: 0..<bytes.count - 10, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
                case 1:
                    bytes.insert(contentsOf: Array((pieces.randomElement(using: &generator) ?? ",").utf8), at: index)
                case 2: bytes.removeSubrange(index..<index + Int.random(in: 1...10, using: &generator))
                case 3: bytes.removeSubrange(index...)
                default: bytes.insert(contentsOf: bytes[index..<index + 10], at: index)
                }
            }
            try overwrite(path, bytes)
            options.unit = round % 2 == 0 ? "unit" : nil
            do {
                let table = try SensorTable.read(path: path, options: options)
                #expect(table.labels.allSatisfy { $0.values.count == table.frames.count })
                #expect(table.frames.values.allSatisfy { !$0.isInfinite })
                results += 1
            } catch is SignalError {}
        }
        #expect(results > 100)
    }
}

/// Measurements of others, as they were published.
@Suite(.enabled(if: SharedData.isPresent)) struct TablesSensorRealDataTests {
    private func read(_ path: String, _ options: SensorTableOptions = SensorTableOptions()) throws -> SensorTableContent
    {
        try SensorTable.read(path: SharedData.data(path).path, options: options)
    }

    @Test func `the public tables are read as their descriptions say`() throws {
        let valve = try read("skab/valve1/4.csv")
        #expect(valve.frames.count == 1095 && valve.schema.columns.count == 8 && valve.schema.hopSeconds == 1)
        #expect(valve.schema.columns.last?.name == "Volume_Flow_RateRMS")
        #expect(valve.labels.map(\.name) == ["anomaly", "changepoint"] && valve.labels[0].values.contains(1))
        #expect(valve.startTime != nil)

        let synthetic = try read("synthetic-4-sensors/sensors.csv")
        #expect(synthetic.schema.columns.count == 4 && synthetic.schema.hopSeconds == 60)
        #expect(synthetic.labels.count == 1 && synthetic.warnings.isEmpty)

        let temperature = try read("nab/data/realKnownCause/ambient_temperature_system_failure.csv")
        #expect(temperature.schema.columns.map(\.name) == ["value"] && temperature.schema.hopSeconds == 3600)

        let spacecraft = try read("msl-smap/test/M-6.csv")
        #expect(spacecraft.schema.columns.count == 55 && !spacecraft.hasTime)

        var options = SensorTableOptions()
        options.labels = ["Machine failure", "TWF", "HDF", "PWF", "OSF", "RNF"]
        let milling = try read("ai4i2020/ai4i2020_train8000.csv", options)
        #expect(milling.frames.count == 8000 && milling.labels.count == 6)
        #expect(milling.schema.columns.contains(FeatureColumn("Torque", unit: "Nm")))

        let bearings = try read("ims-bearing/merged_dataset_BearingTest_2.csv")
        #expect(bearings.schema.columns.map(\.name) == (1...4).map { "Bearing_\($0)" })
        #expect(bearings.schema.hopSeconds == 600)
    }
}
