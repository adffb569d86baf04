internal import RealModule
internal import SignalCore

/// A loss over rows: its derivatives, its size, and where to start from.
enum BoostingObjective: Sendable {
    /// Half the squared difference.
    case squaredError
    /// The pinball loss of a quantile; half the absolute difference for 0.5.
    case quantile(Double)
    /// The negative log-likelihood of two classes, in the log odds of the second.
    case logistic
    /// The negative log-likelihood of several classes, in as many scores.
    case softmax(Int)

    /// What the loss is called, for people.
    var name: String {
        switch self {
        case .squaredError: "half the mean squared error"
        case .quantile: "mean pinball loss"
        case .logistic, .softmax: "mean negative log-likelihood"
        }
    }

    /// The numbers that are summed for a row.
    var sumCount: Int {
        if case .softmax(let count) = self { count } else { 1 }
    }

    /// What all rows start from: the best constant.
    func start(_ targets: [Float], weights: [Double]) -> [Double] {
        let total = weights.reduce(0, +)
        switch self {
        case .squaredError:
            return [zip(targets, weights).reduce(0.0) { $0 + Double($1.0) * $1.1 } / total]
        case .quantile(let level):
            return [Quantile.linear(of: targets, level)]
        case .logistic:
            let share = zip(targets, weights).reduce(0.0) { $0 + Double($1.0) * $1.1 } / total
            return [.log(share / (1 - share))]
        case .softmax(let count):
            var shares = Array(repeating: 0.0, count: count)
            for (target, weight) in zip(targets, weights) { shares[Int(target)] += weight / total }
            return shares.map { .log($0) }
        }
    }

    /// Writes 1, the negative first and the second derivative by one of the sums, for every row.
    func derivatives(
        _ sums: [Double], _ targets: [Float], weights: [Double], output: Int, into items: inout [SIMD4<Double>]
    ) {
        switch self {
        case .squaredError:
            for row in targets.indices {
                items[row] = SIMD4(1, weights[row] * (Double(targets[row]) - sums[row]), weights[row], 0)
            }
        case .quantile(let level):
            for row in targets.indices {
                let slope = Double(targets[row]) > sums[row] ? level : level - 1
                items[row] = SIMD4(1, weights[row] * slope, weights[row], 0)
            }
        case .logistic:
            for row in targets.indices {
                let probability = Self.sigmoid(sums[row])
                items[row] = SIMD4(
                    1, weights[row] * (Double(targets[row]) - probability),
                    weights[row] * probability * (1 - probability), 0)
            }
        case .softmax(let count):
            for row in targets.indices {
                let first = row * count
                let largest = (0..<count).reduce(-Double.infinity) { max($0, sums[first + $1]) }
                let total = (0..<count).reduce(0.0) { $0 + Double.exp(sums[first + $1] - largest) }
                let probability = Double.exp(sums[first + output] - largest) / total
                let target: Double = Int(targets[row]) == output ? 1 : 0
                items[row] = SIMD4(
                    1, weights[row] * (target - probability), weights[row] * probability * (1 - probability), 0)
            }
        }
    }

    /// The weighted mean loss.
    func loss(_ sums: [Double], _ targets: [Float], weights: [Double]) -> Double {
        var (total, weight) = (0.0, 0.0)
        for row in targets.indices {
            let target = Double(targets[row])
            let loss: Double
            switch self {
            case .squaredError:
                loss = (target - sums[row]) * (target - sums[row]) / 2
            case .quantile(let level):
                let difference = target - sums[row]
                loss = difference > 0 ? level * difference : (level - 1) * difference
            case .logistic:
                // log(1 + exp(-z)) for the score z towards the row's own class.
                let towards = target > 0.5 ? sums[row] : -sums[row]
                loss = max(0, -towards) + .log(onePlus: .exp(-abs(towards)))
            case .softmax(let count):
                let scores = sums[row * count..<(row + 1) * count]
                let largest = scores.max() ?? 0
                loss = largest + .log(scores.reduce(0.0) { $0 + .exp($1 - largest) }) - sums[row * count + Int(target)]
            }
            total += weights[row] * loss
            weight += weights[row]
        }
        return total / weight
    }

    /// The probabilities of the classes that the sums of rows amount to.
    func probabilities(_ sums: [Double]) -> [Float] {
        switch self {
        case .softmax(let count):
            var probabilities: [Float] = []
            probabilities.reserveCapacity(sums.count)
            for first in stride(from: 0, to: sums.count, by: count) {
                let scores = sums[first..<first + count]
                let largest = scores.max() ?? 0
                let exponentials = scores.map { Double.exp($0 - largest) }
                let total = exponentials.reduce(0, +)
                for value in exponentials { probabilities.append(Float(value / total)) }
            }
            return probabilities
        default:
            return sums.flatMap { sum in
                let probability = Self.sigmoid(sum)
                return [Float(1 - probability), Float(probability)]
            }
        }
    }

    static func sigmoid(_ value: Double) -> Double { 1 / (1 + .exp(-value)) }
}
