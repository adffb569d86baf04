import Learning
import SignalCore
import Testing

/// What every registered forecaster promises.
@Suite struct ForecasterContractTests {
    private static let settings = [("horizon", "3"), ("targets", "1")].map { (name: $0.0, text: $0.1) }

    @Test(arguments: ForecasterCase.names) func `Forecasts are finite, and as many as the protocol says`(
        name: String
    ) throws {
        let forecaster = try ForecasterCase.fit(name, Self.settings)
        #expect(forecaster.targetCount == 1 && forecaster.horizon == 3 && forecaster.columnCount == 2)
        let frames = ForecasterCase.frames(seed: 2, count: 200)
        let forecasts = try forecaster.forecasts(frames)
        #expect(forecasts.count == (200 - forecaster.contextLength + 1) * 3)
        #expect(forecasts.allSatisfy { $0.isFinite })
        var huge = FeatureFrames(columnCount: 2)
        for frame in 0..<forecaster.contextLength {
            huge.append(time: Double(frame), row: [frame % 2 == 0 ? 3e38 : -3e38, 1])
        }
        #expect(try forecaster.forecasts(huge).allSatisfy { $0.isFinite })
        #expect(try forecaster.forecasts(FeatureFrames(columnCount: 2)).isEmpty)
        #expect(!type(of: forecaster).summary.contains("\n") && type(of: forecaster).summary.count < 120)
    }

    @Test(arguments: ForecasterCase.names) func `The same seed gives the same archive, on any number of threads`(
        name: String
    ) throws {
        let archive = try ForecasterCase.fit(name, Self.settings).archived()
        #expect(try ForecasterCase.fit(name, Self.settings, context: FittingContext(jobs: 2)).archived() == archive)
    }

    @Test(arguments: ForecasterCase.names) func `An archive gives the same forecasts again`(name: String) throws {
        let forecaster = try ForecasterCase.fit(name, Self.settings)
        let archive = try forecaster.archived()
        let back = try ModelRegistry.forecaster(archive: archive)
        let frames = ForecasterCase.frames(seed: 3, count: 150)
        #expect(try back.forecasts(frames) == forecaster.forecasts(frames))
        #expect(try back.archived() == archive)
        #expect(back.contextLength == forecaster.contextLength)
        for tensor in archive.tensors.keys {
            var without = archive
            without.tensors[tensor] = nil
            let error = #expect(throws: SignalError.self) { try ModelRegistry.forecaster(archive: without) }
            #expect(error?.place.tensor == tensor || error?.message.contains(tensor) == true)
        }
    }

    @Test(arguments: ForecasterCase.names) func `Forecasts do not depend on how the frames are cut, to the bit`(
        name: String
    ) throws {
        let forecaster = try ForecasterCase.fit(name, Self.settings)
        let frames = ForecasterCase.frames(seed: 4, count: forecaster.contextLength + 40)
        let whole = try forecaster.forecasts(frames)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5 {
            let start = Int(generator.uniform() * 30)
            let end = min(start + forecaster.contextLength + Int(generator.uniform() * 10), frames.count)
            let part = try forecaster.forecasts(frames.frames(in: start..<end))
            #expect(part == Array(whole[3 * start..<3 * start + part.count]))
        }
    }

    @Test(arguments: ForecasterCase.names) func `Data and frames that do not fit are refused with a reason`(
        name: String
    ) throws {
        let data = ForecasterCase.data()
        let forecaster = try ForecasterCase.fit(name, on: data)
        let columns = #expect(throws: SignalError.self) { try forecaster.forecasts(FeatureFrames(columnCount: 3)) }
        #expect(columns?.code == .mismatch)
        var gap = ForecasterCase.frames(seed: 6, count: forecaster.contextLength)
        gap.append(time: 0, row: [.nan, 1])
        #expect(throws: SignalError.self) { try forecaster.forecasts(gap) }
        let hole = TrainingData(schema: data.schema, frames: gap, segments: [0..<gap.count])
        let unfit = #expect(throws: SignalError.self) { try ForecasterCase.fit(name, on: hole) }
        #expect(unfit?.code == .malformed || unfit?.code == .insufficientData)
        let targets = #expect(throws: SignalError.self) { try ForecasterCase.fit(name, [("targets", "3")]) }
        #expect(targets?.code == .invalidOption)
        let horizon = #expect(throws: SignalError.self) { try ForecasterCase.fit(name, [("horizon", "0")]) }
        #expect(horizon?.code == .invalidOption)
        let few = #expect(throws: SignalError.self) { try ForecasterCase.fit(name, on: data.selecting([])) }
        #expect(few?.code == .insufficientData && few?.message.contains("at least") == true)
    }

    @Test(arguments: ["linear", "holt-winters", "seasonal-naive"])
    func `A season is found, and worth more than the mean`(
        name: String
    ) throws {
        let test = ForecasterCase.frames(seed: 7, count: 300)
        func error(_ name: String) throws -> Double {
            let forecaster = try ForecasterCase.fit(name, [("horizon", "8")])
            let forecasts = try forecaster.forecasts(test)
            var (sum, count) = (0.0, 0)
            for window in 0..<300 - forecaster.contextLength - 7 {
                for step in 0..<8 {
                    for column in 0..<2 {
                        let actual = test.values[(window + forecaster.contextLength + step) * 2 + column]
                        sum += Double(abs(actual - forecasts[(window * 8 + step) * 2 + column]))
                        count += 1
                    }
                }
            }
            return sum / Double(count)
        }
        let (own, mean) = (try error(name), try error("mean"))
        #expect(own < 0.2 * mean)
    }
}
