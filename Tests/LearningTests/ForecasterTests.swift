import SignalCore
import Testing

@testable import Learning

@Suite struct ForecasterTests {
    /// Two columns: a damped oscillation driven by noise, which two frames determine, and its cause.
    private static func data(seed: UInt64, noise: Double, count: Int = 600) -> TrainingData {
        var generator = SeededGenerator(seed: seed)
        var frames = FeatureFrames(columnCount: 2)
        var (last, before) = (1.0, 0.5)
        for frame in 0..<count {
            let push = noise * (2 * generator.uniform() - 1)
            (last, before) = (1.6 * last - 0.9 * before + push, last)
            frames.append(time: Double(frame), row: [Float(last * 5 + 20), Float(3 * last - 2 * before)])
        }
        let schema = FeatureSchema(feature: "table", columns: [FeatureColumn("a"), FeatureColumn("b")])
        return TrainingData(schema: schema, frames: frames, segments: [0..<300, 300..<count])
    }

    /// Fits small.
    private static func fit(
        _ name: String, on data: TrainingData, _ settings: [(name: String, text: String)] = []
    ) throws -> any Forecaster {
        func fit<Algorithm: Forecaster>(_ type: Algorithm.Type) throws -> any Forecaster {
            let small =
                name == "lstm"
                ? [
                    ("sequenceLength", "4"), ("units", "12"), ("epochs", "20"), ("dropout", "0"),
                    ("learningRate", "0.01"),
                ]
                : name == "linear" ? [("sequenceLength", "4"), ("period", "1")] : []
            return try Algorithm.fit(data, options: Algorithm.Options().setting(small + settings), context: .init())
        }
        return try fit(ModelRegistry.forecaster(named: name))
    }

    private static func error(_ forecaster: any Forecaster, _ frames: FeatureFrames) throws -> Double {
        let forecasts = try forecaster.forecasts(frames)
        var (sum, count) = (0.0, 0)
        let (context, horizon, targets) = (forecaster.contextLength, forecaster.horizon, forecaster.targetCount)
        for window in 0..<frames.count - context - horizon + 1 {
            for step in 0..<horizon {
                for target in 0..<targets {
                    let actual = frames.values[(window + context + step) * frames.columnCount + target]
                    sum += Double(abs(actual - forecasts[(window * horizon + step) * targets + target]))
                    count += 1
                }
            }
        }
        return sum / Double(count)
    }

    @Test(arguments: ["linear", "lstm"]) func `What was learnt beats the last value`(name: String) throws {
        let training = Self.data(seed: 1, noise: 1)
        let test = Self.data(seed: 2, noise: 1).frames
        for horizon in ["1", "3"] {
            let learnt = try Self.fit(name, on: training, [("horizon", horizon)])
            let last = try Self.fit("last-value", on: training, [("horizon", horizon)])
            #expect(try Self.error(learnt, test) < 0.75 * Self.error(last, test))
        }
    }

    @Test func `A linear recurrence without noise is forecast exactly`() throws {
        // Undamped, so that it does not die away: every value is twice a cosine times the last, less the one before.
        var wave = FeatureFrames(columnCount: 1)
        var (last, before) = (1.0, 0.0)
        for index in 0..<300 {
            wave.append(time: Double(index), row: [Float(40 + 10 * last)])
            (last, before) = (2 * 0.955336489125606 * last - before, last)
        }
        let data = TrainingData(
            schema: FeatureSchema(feature: "table", columns: [FeatureColumn("a")]), frames: wave, segments: [0..<300])
        let forecaster = try Self.fit("linear", on: data, [("ridge", "0"), ("horizon", "2")])
        #expect(try Self.error(forecaster, wave) < 1e-3)
    }

    @Test func `Ridge weights fulfil the normal equations`() throws {
        let data = Self.data(seed: 3, noise: 1, count: 400)
        let input = NetworkInput(scaler: FrameScaler(data.frames), clip: 0)
        let starts = try data.windowStarts(length: 4, stride: 1, fewest: 1, for: "linear")
        let examples = try ForecastNetwork.examples(
            data, starts: starts, input: input, contextLength: 3, horizon: 1, targetCount: 2)
        let ridge = 0.1
        let (weights, bias) = try RidgeRegression.solve(examples, ridge: ridge)
        let values = try input.scaled(data.frames)
        // The gradient of mean squared error / 2 + ridge / 2 |w|^2 is zero.
        for target in 0..<2 {
            var gradient = (0..<6).map { ridge * Double(weights[target * 6 + $0]) }
            var mean = 0.0
            for start in starts {
                var residual = Double(bias[target]) - Double(values[(start + 3) * 2 + target])
                for element in 0..<6 { residual += Double(weights[target * 6 + element] * values[start * 2 + element]) }
                for element in 0..<6 {
                    gradient[element] += residual * Double(values[start * 2 + element]) / Double(starts.count)
                }
                mean += residual / Double(starts.count)
            }
            #expect(abs(mean) < 1e-5)
            #expect(gradient.allSatisfy { abs($0) < 1e-5 })
        }
    }

    @Test func `Errors are relative to usual, smoothed and of the last frame`() throws {
        let data = Self.data(seed: 1, noise: 1)
        let options = try ForecastErrorOptions().setting(
            [("forecaster", "last-value"), ("smoothing", "3"), ("scoreRule", "mean")])
        let detector = try ForecastErrorDetector.fit(data, options: options, context: .init())
        #expect(detector.contextLength == 4)
        let frames = Self.data(seed: 2, noise: 1).frames.frames(in: 0..<30)
        let scores = try detector.scores(frames)
        #expect(scores.count == 27)
        for window in scores.indices {
            let columns = (0..<2).map { column in
                let errors = (1...3).map { step -> Double in
                    let place = (window + step) * 2 + column
                    return Double(abs(frames.values[place] - frames.values[place - 2])) / detector.usual[column]
                }
                return errors[0] * 0.25 + errors[1] * 0.25 + errors[2] * 0.5
            }
            #expect(abs(Double(scores[window]) - (columns[0] + columns[1]) / 2) < 1e-4)
        }
        // In training the errors of a column are 1 in the mean.
        let training = try detector.contributions(data.frames(ofSegment: 0))
        let mean = stride(from: 0, to: training.count, by: 2).reduce(0) { $0 + Double(training[$1]) }
        #expect(abs(mean / Double(training.count / 2) - 1) < 0.1)
    }

    @Test func `Options of the forecaster go to it, and mistakes in them are named`() throws {
        let options = try ForecastErrorOptions().setting(
            [
                ("forecaster", "linear"), ("forecaster.sequenceLength", "7"), ("forecaster.horizon", "2"),
                ("forecaster.period", "1"),
            ])
        let detector = try ForecastErrorDetector.fit(
            Self.data(seed: 1, noise: 1), options: options, context: .init())
        #expect(detector.contextLength == 7 + 2 + 5 - 1)
        for wrong in [
            [("forecaster", "liner")], [("forecaster.unit", "3")], [("member.units", "3")], [("settings", "units=3")],
        ] {
            let error = #expect(throws: SignalError.self) { try ForecastErrorOptions().setting(wrong) }
            #expect(error?.code == .invalidOption)
        }
        let archive = try detector.archived()
        for name in archive.tensors.keys {
            var without = archive
            without.tensors[name] = nil
            let error = #expect(throws: SignalError.self) { try ModelRegistry.detector(archive: without) }
            #expect(error?.place.tensor == name)
        }
    }
}
