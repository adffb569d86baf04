import FeatureExtraction
import SignalCore
import Testing

@Suite struct CleaningTests {
    private func clean(
        _ values: [Float], columns: Int = 1, _ options: TabularOptions
    ) throws -> (values: [Float], rows: [Int], counts: CleaningCounts) {
        var cleaning = try TableCleaning(schema: Tables.schema(columns), options: options)
        let input = FeatureFrames(
            columnCount: columns, times: (0..<values.count / columns).map(Double.init), values: values)
        let result = try Tables.run(&cleaning, input)
        #expect(result.frames.times == result.rows.map(Double.init))
        return (result.frames.values, result.rows, cleaning.counts)
    }

    private func handling(_ missing: MissingValueHandling) -> TabularOptions {
        var options = TabularOptions()
        options.missing = missing
        return options
    }

    @Test func `Holding repeats the last value and leaves out what has none`() throws {
        let result = try clean([.nan, 1, .nan, .infinity, 4], handling(.hold))
        #expect(result.values == [1, 1, 1, 4] && result.rows == [1, 2, 3, 4])
        #expect(result.counts.rows == 5 && result.counts.rowsLeftOut == 1)
        #expect(result.counts.missing == [3] && result.counts.held == [2])
    }

    @Test func `An initial value stands in before the first one`() throws {
        var options = handling(.hold)
        options.initialValues = [7]
        let result = try clean([.nan, 1, .nan], options)
        #expect(result.values == [7, 1, 1] && result.counts.initial == [1] && result.counts.rowsLeftOut == 0)
    }

    @Test func `Dropping leaves out every row that lacks something`() throws {
        let result = try clean([1, .nan, 2, 3, .nan, 4, 5, 6], columns: 2, handling(.drop))
        #expect(result.values == [2, 3, 5, 6] && result.rows == [1, 3] && result.counts.rowsLeftOut == 2)
    }

    @Test func `Interpolation lays straight lines over gaps of every column`() throws {
        let input: [Float] = [0, 10, .nan, .nan, 2, .nan, .nan, 16, 4, 18]
        let result = try clean(input, columns: 2, handling(.interpolate))
        #expect(result.values == [0, 10, 1, 12, 2, 14, 3, 16, 4, 18])
        #expect(result.counts.interpolated == [2, 2] && result.counts.held == [0, 0])
    }

    @Test func `Interpolation waits no longer than it may, and holds at the end`() throws {
        var options = handling(.interpolate)
        options.longestGap = 2
        let result = try clean([.nan, 0, .nan, .nan, .nan, 8, .nan], options)
        // The first of three is given up before the next value comes; the line starts there.
        #expect(result.rows == [1, 2, 3, 4, 5, 6])
        #expect(result.values[1] == 0 && abs(result.values[2] - 8 / 3) < 1e-6 && abs(result.values[3] - 16 / 3) < 1e-6)
        #expect(result.values[5] == 8 && result.counts.held == [2] && result.counts.interpolated == [2])
    }

    @Test func `Outliers are clipped to limits learnt in training`() throws {
        var options = TabularOptions()
        options.clipShare = 0.1
        let training = Tables.frames((0...10).map(Float.init) + [.nan])
        let learnt = options.learning(from: training)
        #expect(learnt.lowerLimits == [1] && learnt.upperLimits == [9] && learnt.initialValues == [5])
        let result = try clean([.nan, -100, 5, 9.5], learnt)
        #expect(result.values == [5, 1, 5, 9])
        #expect(result.counts.clippedLow == [1] && result.counts.clippedHigh == [1])
        // As it stands in a model file.
        let texts = try learnt.values().entries.map { (name: $0.name, text: $0.value.description) }
        #expect(try TabularOptions().setting(texts) == learnt)
        // What was given is kept.
        options.lowerLimits = [-3]
        #expect(options.learning(from: training).lowerLimits == [-3])
    }

    @Test func `A column without any value learns no limits`() throws {
        var options = TabularOptions()
        options.clipShare = 0.01
        let learnt = options.learning(from: Tables.frames([.nan, .nan]))
        #expect(learnt.initialValues == [0])
        #expect(try clean([.nan, 3e38, -3e38], learnt).values == [0, 3e38, -3e38])
    }
}
