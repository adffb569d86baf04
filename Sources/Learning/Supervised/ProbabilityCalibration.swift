internal import RealModule
public import SignalCore

/// How scores are turned into probabilities.
public enum CalibrationMethod: String, OptionChoice {
    /// A sigmoid of the score's log odds, two numbers: for few rows.
    case platt
    /// A staircase that only ascends: for some thousand rows.
    case isotonic
}

/// A map from a classifier's probability of one class to how often rows of such a probability were of that class.
///
/// It is fitted on scores of rows that the classifier did not learn from, out-of-bag or out-of-fold; in-sample scores would
/// make it believe the classifier.
public struct ProbabilityCalibration: Sendable, Equatable {
    /// The method.
    public let method: CalibrationMethod
    /// Platt: slope and intercept of the log odds.
    let slope: Double
    let intercept: Double
    /// Isotonic: scores, ascending, and the probabilities at them; straight lines between.
    let knots: [Float]
    let levels: [Float]

    /// Fits a calibration.
    ///
    /// - Parameters:
    ///   - scores: probabilities of the class for rows that were not learnt from, 0 to 1; rows with NaN are left out.
    ///   - isPositive: whether each row is of the class.
    /// - Throws: `SignalError` with code `insufficientData` when there are not at least five rows of the class and five
    ///   others, `malformed` when a score is outside 0 to 1.
    public init(_ method: CalibrationMethod, scores: [Float], isPositive: [Bool]) throws {
        precondition(scores.count == isPositive.count, "a score is of a row that is of the class or not")
        let rows = scores.indices.filter { !scores[$0].isNaN }
        guard rows.allSatisfy({ (0...1).contains(scores[$0]) }) else {
            throw SignalError(.malformed, "a score to calibrate is a probability from 0 to 1")
        }
        let positive = rows.count { isPositive[$0] }
        guard positive >= 5, rows.count - positive >= 5 else {
            throw SignalError(
                .insufficientData,
                "\(positive) rows of the class and \(rows.count - positive) others; probabilities are calibrated on at least 5 "
                    + "of each")
        }
        self.method = method
        switch method {
        case .platt:
            (slope, intercept) = Self.sigmoid(rows.map { (Self.logOdds(scores[$0]), isPositive[$0]) })
            (knots, levels) = ([], [])
        case .isotonic:
            (knots, levels) = Self.staircase(rows.map { (scores[$0], isPositive[$0]) })
            (slope, intercept) = (0, 0)
        }
    }

    /// The calibrated probability of a score.
    public func callAsFunction(_ score: Float) -> Float {
        switch method {
        case .platt:
            return Float(1 / (1 + Double.exp(-(slope * Self.logOdds(score) + intercept))))
        case .isotonic:
            guard let first = knots.first, let last = knots.last, score > first else { return levels.first ?? score }
            guard score < last else { return levels.last ?? score }
            var (low, high) = (0, knots.count - 1)
            while high - low > 1 {
                let middle = (low + high) / 2
                if knots[middle] <= score { low = middle } else { high = middle }
            }
            let share = (score - knots[low]) / (knots[high] - knots[low])
            return levels[low] + share * (levels[high] - levels[low])
        }
    }

    /// The log odds of a probability, kept from infinity.
    private static func logOdds(_ score: Float) -> Double {
        let probability = min(max(Double(score), 1e-6), 1 - 1e-6)
        return .log(probability / (1 - probability))
    }

    /// Maximum likelihood by Newton's method, the targets drawn a little to the middle, as Platt does ("Probabilistic
    /// Outputs for Support Vector Machines", 1999), with the guarded steps of Lin, Lin and Weng (Machine Learning 68, 2007).
    private static func sigmoid(_ rows: [(score: Double, isPositive: Bool)]) -> (slope: Double, intercept: Double) {
        let positive = Double(rows.count { $0.isPositive })
        let negative = Double(rows.count) - positive
        let (high, low) = ((positive + 1) / (positive + 2), 1 / (negative + 2))
        func loss(_ slope: Double, _ intercept: Double) -> Double {
            rows.reduce(0) { sum, row in
                let target = row.isPositive ? high : low
                let value = slope * row.score + intercept
                return sum + max(value, 0) - target * value + .log(onePlus: .exp(-abs(value)))
            }
        }
        var (slope, intercept) = (0.0, Double.log((positive + 1) / (negative + 1)))
        var current = loss(slope, intercept)
        for _ in 0..<100 {
            var (gradientSlope, gradientIntercept) = (0.0, 0.0)
            var (slopes, mixed, intercepts) = (1e-12, 0.0, 1e-12)
            for row in rows {
                let probability = 1 / (1 + Double.exp(-(slope * row.score + intercept)))
                let error = probability - (row.isPositive ? high : low)
                let curvature = probability * (1 - probability)
                gradientSlope += error * row.score
                gradientIntercept += error
                slopes += curvature * row.score * row.score
                mixed += curvature * row.score
                intercepts += curvature
            }
            guard max(abs(gradientSlope), abs(gradientIntercept)) > 1e-7 * Double(rows.count) else { break }
            let determinant = slopes * intercepts - mixed * mixed
            guard determinant > 0 else { break }
            let stepSlope = -(intercepts * gradientSlope - mixed * gradientIntercept) / determinant
            let stepIntercept = -(slopes * gradientIntercept - mixed * gradientSlope) / determinant
            var length = 1.0
            while length > 1e-10 {
                let next = loss(slope + length * stepSlope, intercept + length * stepIntercept)
                if next < current {
                    (slope, intercept) = (slope + length * stepSlope, intercept + length * stepIntercept)
                    current = next
                    break
                }
                length /= 2
            }
            if length <= 1e-10 { break }
        }
        return (slope, intercept)
    }

    /// The ascending staircase with the least squared error, by pooling adjacent violators (Ayer et al., 1955; Zadrozny and
    /// Elkan, KDD, 2002). Equal scores are one step; only its ends are kept.
    private static func staircase(_ rows: [(score: Float, isPositive: Bool)]) -> (knots: [Float], levels: [Float]) {
        struct Step {
            var first: Float
            var last: Float
            var positive: Int
            var count: Int
        }
        var steps: [Step] = []
        for row in rows.sorted(by: { $0.score < $1.score }) {
            if let last = steps.indices.last, steps[last].last == row.score {
                steps[last].positive += row.isPositive ? 1 : 0
                steps[last].count += 1
            } else {
                steps.append(Step(first: row.score, last: row.score, positive: row.isPositive ? 1 : 0, count: 1))
            }
        }
        var pooled: [Step] = []
        for step in steps {
            var step = step
            while let before = pooled.last, before.positive * step.count >= step.positive * before.count {
                step = Step(
                    first: before.first, last: step.last, positive: before.positive + step.positive,
                    count: before.count + step.count)
                pooled.removeLast()
            }
            pooled.append(step)
        }
        var (knots, levels) = ([Float](), [Float]())
        for step in pooled {
            let level = Float(Double(step.positive) / Double(step.count))
            for knot in step.first < step.last ? [step.first, step.last] : [step.first] {
                knots.append(knot)
                levels.append(level)
            }
        }
        return (knots, levels)
    }
}

extension ProbabilityCalibration {
    /// Reads a calibration that ``store(in:prefix:)`` wrote.
    ///
    /// - Throws: `SignalError` naming the entry or tensor that is missing or does not ascend from 0 to 1.
    public init(archive: ModelArchive, prefix: String) throws {
        let text = try archive.text(prefix + "method")
        guard let method = CalibrationMethod(rawValue: text) else {
            throw archive.unusable(prefix + "method", text, "platt or isotonic")
        }
        self.method = method
        switch method {
        case .platt:
            slope = try archive.number(prefix + "slope")
            intercept = try archive.number(prefix + "intercept")
            guard abs(slope) <= 1e6, abs(intercept) <= 1e6 else {
                throw archive.unusable(prefix + "slope", String(slope), "a slope and an intercept up to 1e6")
            }
            (knots, levels) = ([], [])
        case .isotonic:
            knots = try archive.float32(prefix + "knots", shape: [nil], within: 0...1)
            levels = try archive.float32(prefix + "levels", shape: [knots.count], within: 0...1)
            guard !knots.isEmpty, zip(knots, knots.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw SignalError(.malformed, "the knots do not ascend").at(tensor: prefix + "knots")
            }
            guard zip(levels, levels.dropFirst()).allSatisfy({ $0 <= $1 }) else {
                throw SignalError(.malformed, "the levels do not ascend").at(tensor: prefix + "levels")
            }
            (slope, intercept) = (0, 0)
        }
    }

    /// Writes the calibration under names that begin with `prefix`: the entry `method`, and the entries `slope` and
    /// `intercept` or the tensors `knots` and `levels`.
    public func store(in archive: inout ModelArchive, prefix: String) {
        archive.metadata[prefix + "method"] = method.rawValue
        switch method {
        case .platt:
            archive.metadata[prefix + "slope"] = String(slope)
            archive.metadata[prefix + "intercept"] = String(intercept)
        case .isotonic:
            archive.tensors[prefix + "knots"] = Tensor(shape: [knots.count], .float32(knots))
            archive.tensors[prefix + "levels"] = Tensor(shape: [levels.count], .float32(levels))
        }
    }
}
