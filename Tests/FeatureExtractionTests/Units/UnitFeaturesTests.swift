import FeatureExtraction
import SignalCore
import Testing

@Suite struct UnitFeaturesTests {
    private func options(_ change: (inout UnitFeatureOptions) -> Void = { _ in }) -> UnitFeatureOptions {
        var options = UnitFeatureOptions()
        options.windows = [3, 7]
        options.baselineRows = 4
        options.age = true
        change(&options)
        return options
    }

    private func run(
        _ values: [Float], _ options: UnitFeatureOptions
    ) throws -> (_ name: String) throws -> [Float] {
        var features = try UnitFeatures(schema: Tables.schema(1), options: options)
        let made = try Tables.run(&features, Tables.frames(values)).frames
        let schema = features.schema
        return { name in try #require(Tables.column(name, made, schema)) }
    }

    @Test func `Means, slopes and changes are those worked out by hand`() throws {
        let column = try run([2, 4, 9, 1, 5], options())
        #expect(try column("pressure") == [2, 4, 9, 1, 5])
        func isClose(_ name: String, _ expected: [Float]) throws -> Bool {
            let found = try column(name)
            return found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 }
        }
        #expect(try isClose("pressure.mean3", [2, 3, 5, 14 / 3.0, 5]))
        // Slopes of (2, 4), (2, 4, 9), (4, 9, 1), (9, 1, 5): over three rows half the difference of the ends.
        #expect(try isClose("pressure.slope3", [0, 2, 3.5, -1.5, -2]))
        // The baseline is the mean of the first rows, up to four: 2, 3, 5, 4, 4.
        #expect(try isClose("pressure.change3", [0, 0, 0, 14 / 3.0 - 4, 1]))
        #expect(try isClose("pressure.change7", [0, 0, 0, 0, 21 / 5.0 - 4]))
        #expect(try column("age") == [0, 1, 2, 3, 4])
        let deviation = try column("pressure.std3")
        #expect(deviation[0] == 0 && abs(deviation[2] - Float(13.0.squareRoot())) < 1e-6)
    }

    @Test func `Without windows the change is that of the reading`() throws {
        let column = try run([2, 4, 9], options { $0.windows = [] })
        #expect(try column("pressure.change") == [0, 1, 4])
    }

    @Test func `A row's features know nothing of later rows, and do not depend on the cuts`() throws {
        let input = Tables.lively(rows: 500, columns: 3, seed: 5, missing: 0.05)
        let chosen = options {
            $0.products = ["pressure*flow"]
            $0.ratios = ["pressure / Current"]
            $0.differences = ["flow-current"]
            $0.statistics = RollingStatistic.allCases
        }
        var features = try UnitFeatures(schema: Tables.schema(3), options: chosen)
        let whole = try Tables.run(&features, input)
        #expect(whole.rows == Array(0..<500) && features.sources.count == features.schema.columns.count)
        func bits(_ frames: FeatureFrames) -> [UInt32] { frames.values.map(\.bitPattern) }
        for seed in 1...3 as ClosedRange<UInt64> {
            features.reset()
            #expect(bits(try Tables.run(&features, input, cutSeed: seed).frames) == bits(whole.frames))
        }
        for end in [1, 2, 37, 499] {
            features.reset()
            let prefix = try Tables.run(&features, Tables.slice(input, 0..<end)).frames
            #expect(bits(prefix) == Array(bits(whole.frames).prefix(end * prefix.columnCount)))
        }
    }

    @Test func `A unit after another gets the features it has alone`() throws {
        let (first, second) = (
            Tables.lively(rows: 80, columns: 2, seed: 1), Tables.lively(rows: 60, columns: 2, seed: 2)
        )
        var features = try UnitFeatures(schema: Tables.schema(2), options: options())
        let alone = try Tables.run(&features, second).frames
        features.reset()
        _ = try Tables.run(&features, first)
        features.reset()
        #expect(try Tables.run(&features, second).frames.values == alone.values)
    }

    @Test func `Missing values are held, and before the first one nothing is known`() throws {
        let column = try run([.nan, 3, .nan, 6], options())
        #expect(try column("pressure").dropFirst() == [3, 3, 6])
        #expect(try column("pressure.mean3").dropFirst() == [3, 3, 4])
        #expect(try column("pressure")[0].isNaN && column("pressure.change7")[0].isNaN)
        #expect(try column("pressure.change3").dropFirst() == [0, 0, 0])
        #expect(try column("age") == [0, 1, 2, 3])
    }

    @Test func `Products, quotients and differences come before the windows`() throws {
        let frames = FeatureFrames(columnCount: 2, times: [0, 1], values: [6, 2, 8, 0])
        var features = try UnitFeatures(
            schema: Tables.schema(2),
            options: options {
                $0.products = ["pressure*current"]
                $0.ratios = ["pressure/current"]
                $0.differences = ["pressure-current"]
            })
        let made = try Tables.run(&features, frames).frames
        func column(_ name: String) throws -> [Float] {
            try #require(Tables.column(name, made, features.schema))
        }
        #expect(try column("pressure*current") == [12, 0] && column("pressure*current.mean3") == [12, 6])
        #expect(try column("pressure/current") == [3, 1e6] && column("pressure-current.slope3") == [0, 4])
    }

    @Test func `Fixed columns stand as they are`() throws {
        var features = try UnitFeatures(schema: Tables.schema(2), options: options { $0.fixed = ["current"] })
        let frames = FeatureFrames(columnCount: 2, times: [0, 1], values: [6, .nan, 8, 3])
        let made = try Tables.run(&features, frames).frames
        let column = try #require(Tables.column("current", made, features.schema))
        #expect(column[0].isNaN && column[1] == 3)
        #expect(!features.schema.columns.contains { $0.name == "current.mean3" })
    }

    @Test func `Wrong options are refused with what would be right`() throws {
        func message(_ change: (inout UnitFeatureOptions) -> Void) -> String {
            do {
                _ = try UnitFeatures(schema: Tables.schema(2), options: options(change))
                return ""
            } catch { return "\(error)" }
        }
        #expect(message { $0.products = ["pressure*curent"] }.contains("current"))
        #expect(message { $0.products = ["pressure"] }.contains("two columns"))
        #expect(message { $0.windows = [1] }.contains("2 to 10000"))
        #expect(message { $0.windows = [5, 5] }.contains("twice"))
        #expect(message { $0.fixed = ["speed"] }.contains("column"))
        #expect(
            message {
                $0.keepsReadings = false
                $0.windows = []
                $0.baselineRows = 0
            }.contains("leaves no features"))
    }
}
