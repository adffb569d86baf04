import SignalCore
import Testing

@testable import Learning

@Suite struct ForecasterClosedFormTests {
    private static func data(_ values: [Double], segments: [Range<Int>]? = nil) -> TrainingData {
        TrainingData(
            schema: FeatureSchema(feature: "table", columns: [FeatureColumn("a")]),
            frames: FeatureFrames(
                columnCount: 1, times: values.indices.map(Double.init), values: values.map { Float($0) }),
            segments: segments ?? [0..<values.count])
    }

    @Test(arguments: [false, true]) func `A sine on a line is forecast exactly by past seasons`(isRelative: Bool) throws
    {
        func value(_ frame: Int) -> Double { 5 + 0.02 * Double(frame) + 3 * cosine(Double(frame) / 24) }
        var options = LinearForecasterOptions()
        (options.horizon, options.ridge, options.isRelative) = (30, 0, isRelative)
        let forecaster = try LinearForecaster.fit(
            Self.data((0..<400).map(value)), options: options, context: FittingContext())
        #expect(forecaster.contextLength == 73)
        // Far beyond what was trained on.
        let frames = Self.data((2000..<2073).map(value)).frames
        let forecast = try forecaster.forecasts(frames)
        for step in 0..<30 { #expect(abs(Double(forecast[step]) - value(2073 + step)) < 0.01) }
    }

    private func cosine(_ turns: Double) -> Double {
        // By the recurrence, so that the test needs no mathematics library.
        let table: [Double] = (0..<24).reduce(into: [1, 0.9659258262890683]) { values, _ in
            values.append(2 * 0.9659258262890683 * values[values.count - 1] - values[values.count - 2])
        }
        return table[Int((turns * 24).rounded()) % 24]
    }

    @Test(arguments: [[0..<20_000], [0..<5000, 5000..<20_000]])
    func `The coefficients of a known autoregression are found, over segments too`(segments: [Range<Int>]) throws {
        var generator = SeededGenerator(seed: 3)
        var values = [0.0, 0.0]
        for index in 2..<20_500 {
            let noise = (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() }
            values.append(1.3 * values[index - 1] - 0.6 * values[index - 2] + noise)
        }
        var options = AutoRegressiveForecasterOptions()
        let data = Self.data(values.suffix(20_000).map { $0 + 50 }, segments: segments)
        options.order = 2
        let fitted = try AutoRegressiveForecaster.fit(data, options: options, context: FittingContext())
        #expect(abs(fitted.coefficients[0][0] - 1.3) < 0.02 && abs(fitted.coefficients[0][1] + 0.6) < 0.02)
        #expect(abs(fitted.means[0] - 50) < 0.1)
        options.order = 0
        options.criterion = .bic
        let chosen = try AutoRegressiveForecaster.fit(data, options: options, context: FittingContext())
        #expect(chosen.coefficients[0].count == 2)
        // Far ahead nothing is known but the mean.
        options.horizon = 200
        let far = try AutoRegressiveForecaster.fit(data, options: options, context: FittingContext())
        let forecast = try far.forecasts(data.frames.frames(in: 0..<2))
        #expect(abs(Double(forecast[199]) - far.means[0]) < 1e-3)
        // Two steps by hand.
        let (a, b) = (chosen.coefficients[0][0], chosen.coefficients[0][1])
        let last = data.frames.values[0..<2].map { Double($0) - far.means[0] }
        let first = a * last[1] + b * last[0]
        #expect(abs(Double(forecast[0]) - far.means[0] - first) < 1e-4)
        #expect(abs(Double(forecast[1]) - far.means[0] - (a * first + b * last[1])) < 1e-4)
    }

    @Test func `Differenced twice, a line goes on as a line`() throws {
        var options = AutoRegressiveForecasterOptions()
        (options.horizon, options.differences, options.order) = (5, 2, 1)
        var generator = SeededGenerator(seed: 1)
        let noisy = (0..<100).map { 2 * Double($0) + generator.uniform() }
        let forecaster = try AutoRegressiveForecaster.fit(Self.data(noisy), options: options, context: FittingContext())
        let forecast = try forecaster.forecasts(Self.data([10, 12, 14]).frames)
        for step in 0..<5 { #expect(abs(forecast[step] - Float(16 + 2 * step)) < 1e-4) }
    }

    /// 20 + 0.3 t + season + (7 t² mod 11) / 11, smoothed from a known state by statsmodels 0.15.0:
    /// `ExponentialSmoothing(y, trend="add", damped_trend=True, seasonal=kind, seasonal_periods=4,
    /// initialization_method="known", initial_level=19.5, initial_trend=0.4, initial_seasonal=...)
    /// .fit(smoothing_level=0.3, smoothing_trend=0.1, smoothing_seasonal=0.2, damping_trend=0.95, optimized=False)`.
    /// Its fourth step is left out: it takes the season as it was before the last value, against its own equations.
    @Test(arguments: [SeasonKind.additive, .multiplicative])
    func `Smoothing gives what statsmodels gives`(kind: SeasonKind) throws {
        let season: [Double] = [3, -1, -4, 2]
        let expected =
            kind == .additive
            ? [30.44537417, 26.69852587, 23.64149771, 29.75318344, 31.10530513, 27.32546028]
            : [30.72515296, 26.50711499, 23.18105733, 30.13510307, 31.45791897, 27.1038402]
        var state = HoltWintersState(
            kind: kind, smoothing: .init(level: 0.3, trend: 0.1, season: 0.2, damping: 0.95), level: 19.5, trend: 0.4,
            season: kind == .additive ? season : [1.1, 0.95, 0.85, 1.1])
        var squares = 0.0
        for t in 0..<24 {
            let error = state.take(20 + 0.3 * Double(t) + season[t % 4] + Double((7 * t * t) % 11) / 11)
            squares += error * error
        }
        #expect(abs(squares - (kind == .additive ? 3.75041329 : 6.37025071)) < 1e-7)
        let forecast = state.forecast(6)
        for step in [0, 1, 2, 4, 5] { #expect(abs(forecast[step] - expected[step]) < 1e-7) }
    }

    @Test func `The smoothing found is better than any on a grid`() throws {
        var generator = SeededGenerator(seed: 8)
        var level = 10.0
        let values = (0..<400).map { index in
            level += 0.4 * (generator.uniform() - 0.5)
            return level + [2.0, 0, -1, -1][index % 4] + generator.uniform()
        }
        var options = HoltWintersForecasterOptions()
        options.trend = .none
        let search = SmoothingSearch(series: [values], period: 4, length: 40, options: options)
        let best = search.error(search.best())
        for level in stride(from: 0.05, through: 0.95, by: 0.1) {
            for season in stride(from: 0.05, through: 0.95, by: 0.1) {
                let error = search.error(.init(level: level, trend: 0, season: season, damping: 1))
                #expect(best <= error * (1 + 1e-6))
            }
        }
    }

    @Test func `A season without noise is smoothed exactly`() throws {
        let values = (0..<120).map { 10 + 0.5 * Double($0) + [4.0, 1, -2, -3, 0][$0 % 5] }
        var options = HoltWintersForecasterOptions()
        (options.horizon, options.trend) = (10, .linear)
        let forecaster = try HoltWintersForecaster.fit(Self.data(values), options: options, context: FittingContext())
        #expect(forecaster.periods == [5])
        let forecast = try forecaster.forecasts(Self.data(values).frames).suffix(10)
        for (step, value) in forecast.enumerated() {
            let frame = 120 + step
            let wanted = 10 + 0.5 * Double(frame) + [4.0, 1, -2, -3, 0][frame % 5]
            #expect(abs(Double(value) - wanted) < 1e-3)
        }
    }

    @Test func `A multiplicative season refuses values that are not above zero, and names the column`() throws {
        var options = HoltWintersForecasterOptions()
        options.season = .multiplicative
        let error = #expect(throws: SignalError.self) {
            try HoltWintersForecaster.fit(
                Self.data((0..<100).map { Double($0 % 7) }), options: options, context: FittingContext())
        }
        #expect(error?.code == .malformed && error?.place.column == "a")
    }

    @Test func `A model that needs many frames says how many`() throws {
        let short = Self.data((0..<50).map { Double($0 % 7) })
        var winters = HoltWintersForecasterOptions()
        winters.period = 40
        let first = #expect(throws: SignalError.self) {
            try HoltWintersForecaster.fit(short, options: winters, context: FittingContext())
        }
        #expect(first?.message.contains("81") == true)
        var naive = SeasonalNaiveForecasterOptions()
        naive.period = 60
        let second = #expect(throws: SignalError.self) {
            try SeasonalNaiveForecaster.fit(short, options: naive, context: FittingContext())
        }
        #expect(second?.message.contains("61") == true)
    }
}

@Suite struct SeasonLengthTests {
    private func noise(_ generator: inout SeededGenerator) -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() }
    }

    @Test(arguments: [7, 24, 100]) func `A season is found under noise as large as itself`(period: Int) {
        var generator = SeededGenerator(seed: UInt64(period))
        var shape: [Double] = []
        for _ in 0..<period { shape.append(noise(&generator)) }
        let values = (0..<period * 40).map { shape[$0 % period] + noise(&generator) + 0.01 * Double($0) }
        #expect(SeasonLength.find(in: values) == period)
    }

    @Test func `A week whose days differ is found rather than its days`() {
        var generator = SeededGenerator(seed: 5)
        let values = (0..<24 * 7 * 8).map { hour -> Double in
            let weekend = hour / 24 % 7 >= 5
            return (hour % 24 < 12 ? 3 : -3) * (weekend ? 0.2 : 1) + 0.3 * noise(&generator)
        }
        #expect(SeasonLength.find(in: values) == 168)
    }

    @Test func `Noise, walks, constants and what is too short have no season`() {
        for seed in 0..<10 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let white = (0..<500).map { _ in noise(&generator) }
            #expect(SeasonLength.find(in: white) == 1)
            #expect(SeasonLength.find(in: white.map { $0 > 0 ? 1e6 : 1e6 + 1 }) == 1)
        }
        #expect(SeasonLength.find(in: Array(repeating: 3, count: 100)) == 1)
        #expect(SeasonLength.find(in: [1, 2, 1, 2]) == 1)
        #expect(SeasonLength.find(in: []) == 1)
        var walks = 0
        for seed in 0..<20 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var level = 0.0
            let values = (0..<500).map { _ -> Double in
                level += noise(&generator)
                return level
            }
            if SeasonLength.find(in: values) > 1 { walks += 1 }
        }
        // A walk may look like anything now and then.
        #expect(walks <= 6)
    }
}
