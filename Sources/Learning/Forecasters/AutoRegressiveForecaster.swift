internal import RealModule
public import SignalCore

/// What an order of autoregression is chosen by.
public enum OrderCriterion: String, OptionChoice {
    /// Akaike's information criterion (1974): 2 for every coefficient.
    case aic
    /// The Bayesian information criterion (Schwarz 1978): the logarithm of the number of frames for every coefficient.
    case bic
}

/// Options of ``AutoRegressiveForecaster``.
public struct AutoRegressiveForecasterOptions: AlgorithmOptions {
    /// The number of frames that are forecast, 1 to 1000; default 1.
    public var horizon = 1
    /// The number of first columns that are forecast, 0 (all) to 65536; default 0.
    public var targets = 0
    /// The order, 1 to 1000; default 0, which chooses it for every column by the criterion.
    public var order = 0
    /// The largest order that is chosen, 1 to 1000; default 40. It is lowered to a third of the longest run of frames.
    public var maximumOrder = 40
    /// What the order is chosen by.
    public var criterion = OrderCriterion.aic
    /// How many times the values are differenced before, 0 to 2; default 0. Once makes the forecast move along with a
    /// level that wanders, twice with its slope.
    public var differences = 0

    /// The order and the differences.
    public static let searchSpace = [
        OptionSearch("order", .integers(1...100, isLogarithmic: true)),
        OptionSearch("differences", .integers(0...2, isLogarithmic: false)),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try ForecastHorizon.check(horizon)
        try OptionRange.check("targets", targets, in: 0...65_536)
        try OptionRange.check("order", order, in: 0...1000)
        try OptionRange.check("maximumOrder", maximumOrder, in: 1...1000)
        try OptionRange.check("differences", differences, in: 0...2)
    }
}

/// Forecasts every column by an autoregression on itself: `x(t) - m = sum a(i) (x(t-i) - m)`, step by step, each step on
/// the ones before.
///
/// The coefficients are found by Burg's method (Burg, "Maximum Entropy Spectral Analysis", 1967; as in Box, Jenkins and
/// Reinsel), which makes forward and backward errors small together. Its models are stable: a forecast never runs away.
/// Segments are never joined. Fitting draws no random numbers, so the seed does not matter.
public struct AutoRegressiveForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "auto-regressive"
    /// One line for listings.
    public static let summary = "autoregression of every column on itself by Burg's method, order by AIC or BIC"

    /// The options the model was fitted with.
    public let options: AutoRegressiveForecasterOptions
    let shape: ColumnForecasting
    /// The coefficients of every forecast column, the last value's first; as many for all, the rest is zero.
    let coefficients: [[Double]]
    /// The mean of every forecast column, 0 after differencing.
    let means: [Double]

    /// The number of columns a frame must have.
    public var columnCount: Int { shape.columnCount }
    /// The number of columns that are forecast.
    public var targetCount: Int { shape.targetCount }
    /// The largest order, and one frame more for every difference.
    public var contextLength: Int { (coefficients.first?.count ?? 1) + options.differences }
    /// The number of frames that are forecast.
    public var horizon: Int { options.horizon }

    /// Learns how columns go on.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are too few frames in a row, `malformed` naming
    ///   the frame and column of a value that is not finite, or `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: AutoRegressiveForecasterOptions, context: FittingContext
    ) throws -> AutoRegressiveForecaster {
        try options.validate()
        let shape = try ColumnForecasting(
            data, targets: options.targets, horizon: options.horizon,
            fewestFrames: options.differences + max(options.order + 10, 10, options.horizon + 1), for: name)
        let largest =
            options.order > 0
            ? options.order : min(options.maximumOrder, max(1, (data.longestSegment - options.differences) / 3))
        var fitted: [(coefficients: [Double], mean: Double)] = []
        for column in 0..<shape.targetCount {
            let series = data.series(column).map { Self.differenced($0, options.differences) }
                .filter { $0.count > largest }
            let count = series.reduce(0) { $0 + $1.count }
            // The drift of a level that wanders is mostly chance, and a forecast would go on with it for ever.
            let sum = series.reduce(0) { $0 + $1.reduce(0, +) }
            let mean = options.differences > 0 ? 0 : sum / Double(max(count, 1))
            let recursion = BurgRecursion(series.map { $0.map { $0 - mean } }, maximumOrder: largest)
            let order =
                options.order > 0 ? options.order : recursion.order(by: options.criterion, frames: count)
            fitted.append((recursion.coefficients(order: order), mean))
        }
        let width = max(fitted.map(\.coefficients.count).max() ?? 1, 1)
        return AutoRegressiveForecaster(
            options: options, shape: shape,
            coefficients: fitted.map { $0.coefficients + Array(repeating: 0, count: width - $0.coefficients.count) },
            means: fitted.map(\.mean))
    }

    static func differenced(_ values: [Double], _ times: Int) -> [Double] {
        (0..<times).reduce(values) { values, _ in zip(values.dropFirst(), values).map { $0 - $1 } }
    }

    /// The forecast after every window. Shape: windows x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] {
        try shape.forecasts(frames, contextLength: contextLength) { window, column in
            forecast(Array(window), coefficients[column], mean: means[column])
        }
    }

    private func forecast(_ window: [Double], _ coefficients: [Double], mean: Double) -> [Double] {
        // The last value of every difference, to sum up the forecasts again.
        var levels: [Double] = []
        var values = window
        for _ in 0..<options.differences {
            levels.append(values[values.count - 1])
            values = Self.differenced(values, 1)
        }
        let first = values.count
        for step in 0..<options.horizon {
            var value = mean
            for lag in coefficients.indices { value += coefficients[lag] * (values[first + step - 1 - lag] - mean) }
            values.append(value)
        }
        var forecast = Array(values[first...])
        for level in levels.reversed() {
            var sum = level
            for step in forecast.indices {
                sum += forecast[step]
                forecast[step] = sum
            }
        }
        return forecast
    }
}

extension AutoRegressiveForecaster {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(AutoRegressiveForecasterOptions.self)
        let shape = try ColumnForecasting(archive: archive, targets: options.targets, horizon: options.horizon)
        let all = try archive.float64("coefficients", shape: [shape.targetCount, nil], within: -1e6...1e6)
        let width = all.count / shape.targetCount
        guard (1...1000).contains(width) else {
            throw SignalError(.malformed, "\(width) coefficients a column are not 1 to 1000").at(tensor: "coefficients")
        }
        self.init(
            options: options, shape: shape,
            coefficients: (0..<shape.targetCount).map { Array(all[$0 * width..<($0 + 1) * width]) },
            means: try archive.float64("mean", shape: [shape.targetCount]))
    }

    /// The fitted model: its options, the entry `columns`, and the tensors `coefficients` (columns x order) and `mean`.
    public func archived() throws -> ModelArchive {
        let width = coefficients.first?.count ?? 0
        var archive = ModelArchive(tensors: [
            "coefficients": Tensor(shape: [coefficients.count, width], .float64(coefficients.flatMap { $0 })),
            "mean": Tensor(shape: [means.count], .float64(means)),
        ])
        shape.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}

/// Burg's recursion over several series at once: the models of all orders up to one.
struct BurgRecursion {
    /// The coefficients of every order, from 0.
    private var models: [[Double]] = [[]]
    /// The variance that is left over by every order.
    private(set) var variances: [Double]

    /// - Parameter series: values with mean 0, each longer than the order.
    init(_ series: [[Double]], maximumOrder: Int) {
        let count = series.reduce(0) { $0 + $1.count }
        let power = series.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } }
        variances = [power / Double(max(count, 1))]
        var (forward, backward) = (series, series)
        for order in 1...max(maximumOrder, 1) {
            var (product, energy) = (0.0, 0.0)
            for index in forward.indices {
                for time in stride(from: order, to: forward[index].count, by: 1) {
                    let (ahead, behind) = (forward[index][time], backward[index][time - 1])
                    product += ahead * behind
                    energy += ahead * ahead + behind * behind
                }
            }
            // What is left is rounding: higher orders would be made of it.
            guard energy > 1e-20 * power, power > 0 else { break }
            let reflection = 2 * product / energy
            let last = models[order - 1]
            models.append(
                last.indices.map { last[$0] - reflection * last[order - 2 - $0] } + [reflection])
            variances.append(variances[order - 1] * (1 - reflection * reflection))
            for index in forward.indices {
                for time in stride(from: forward[index].count - 1, through: order, by: -1) {
                    let (ahead, behind) = (forward[index][time], backward[index][time - 1])
                    forward[index][time] = ahead - reflection * behind
                    backward[index][time] = behind - reflection * ahead
                }
            }
        }
    }

    /// The order that a criterion likes best.
    func order(by criterion: OrderCriterion, frames: Int) -> Int {
        let penalty = criterion == .aic ? 2 : Double.log(Double(max(frames, 2)))
        let scores = variances.indices.map { order in
            Double(frames) * Double.log(max(variances[order], 1e-300)) + penalty * Double(order)
        }
        return scores.indices.min { scores[$0] < scores[$1] } ?? 0
    }

    /// The coefficients of an order, the last value's first; of the largest there is, where that is lower.
    func coefficients(order: Int) -> [Double] { models[min(order, models.count - 1)] }
}
