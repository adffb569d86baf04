internal import LinearAlgebra
internal import NeuralNetworks
internal import SignalCore

/// Ridge regression of the frames to come on the last frames of all columns and, for every step, on the frames of the
/// column itself that lie whole seasons before it.
///
/// All steps share one table of moments, of which each takes its own rows and columns; so the season costs little.
struct SeasonalRegression {
    /// The last frames that are looked at, of all columns.
    let sequenceLength: Int
    let horizon: Int
    let columns: Int
    let targetCount: Int
    /// The frames of a season of every column to forecast.
    let periods: [Int]
    /// The seasons that are looked back.
    let seasons: Int
    let ridge: Double
    /// Whether all is counted from the last frame of a window on.
    let isRelative: Bool

    /// A value of a window: how many frames before the last, of which column.
    private struct Place: Hashable {
        var age: Int
        var column: Int
    }

    /// The number of frames that a forecast looks at.
    var contextLength: Int {
        periods.reduce(sequenceLength) { longest, period in
            period == 1 ? longest : max(longest, seasonalAges(step: 1, period).reduce(0, max) + 1, seasons * period + 1)
        }
    }

    /// How many frames before the last of a window lie the frames whole seasons before a step, from 1.
    private func seasonalAges(step: Int, _ period: Int) -> [Int] {
        let first = (step + period - 1) / period
        return (first..<first + seasons).map { $0 * period - step }
    }

    /// The places that all steps of a column look at: the last frames of all, and the seasonal counterparts of the last.
    private func commonPlaces(_ target: Int) -> [Place] {
        var places = (0..<columns).flatMap { column in
            ((isRelative ? 1 : 0)..<sequenceLength).map { Place(age: $0, column: column) }
        }
        if periods[target] > 1 {
            for season in 1...seasons where season * periods[target] >= sequenceLength {
                places.append(Place(age: season * periods[target], column: target))
            }
        }
        return places
    }

    /// Weights (outputs x values of a window) and what is added to each output (step by step, column by column).
    ///
    /// - Parameter values: the scaled frames. Shape: frames x columns.
    /// - Parameter starts: the first frames of windows with what follows them.
    func solve(values: [Float], starts: [Int]) throws -> (weights: [Float], bias: [Float]) {
        let width = contextLength * columns
        var weights = Array(repeating: Float(0), count: horizon * targetCount * width)
        var bias = Array(repeating: Float(0), count: horizon * targetCount)
        for target in 0..<targetCount {
            let common = commonPlaces(target)
            let own = (1...horizon).map { step -> [Place] in
                guard periods[target] > 1 else { return [] }
                let known = Set(common)
                return seasonalAges(step: step, periods[target]).filter { $0 >= (isRelative ? 1 : 0) }
                    .map { Place(age: $0, column: target) }.filter { !known.contains($0) }
            }
            // The last frame of every column first, then all else that any step looks at, then what is to be forecast.
            var places = (0..<columns).map { Place(age: 0, column: $0) }
            var index = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
            for place in common + own.flatMap({ $0 }) where index[place] == nil {
                index[place] = places.count
                places.append(place)
            }
            let inputs = places.count
            places += (1...horizon).map { Place(age: -$0, column: target) }
            let moments = Moments(
                values: values, starts: starts, columns: columns,
                offsets: places.map { (contextLength - 1 - $0.age) * columns + $0.column })
            for step in 0..<horizon {
                let chosen = (common + own[step]).map { index[$0, default: 0] }
                let solved = try solve(
                    moments, inputs: chosen, origins: chosen.map { places[$0].column }, target: inputs + step,
                    origin: target)
                let output = step * targetCount + target
                bias[output] = Float(solved.bias)
                var row = Array(repeating: 0.0, count: width)
                let last = (contextLength - 1) * columns
                for (place, weight) in zip(chosen, solved.weights) {
                    row[(contextLength - 1 - places[place].age) * columns + places[place].column] += weight
                    if isRelative { row[last + places[place].column] -= weight }
                }
                if isRelative { row[last + target] += 1 }
                for element in 0..<width { weights[output * width + element] = Float(row[element]) }
            }
        }
        return (weights, bias)
    }

    /// The weights of one step. Where all is relative, `origins` and `origin` are the places of the last frames that
    /// inputs and target are counted from.
    private func solve(
        _ moments: Moments, inputs: [Int], origins: [Int], target: Int, origin: Int
    ) throws -> (weights: [Double], bias: Double) {
        func covariance(_ first: Int, _ second: Int, _ firstOrigin: Int, _ secondOrigin: Int) -> Double {
            guard isRelative else { return moments[first, second] }
            return moments[first, second] - moments[first, secondOrigin] - moments[firstOrigin, second]
                + moments[firstOrigin, secondOrigin]
        }
        func mean(_ place: Int, _ origin: Int) -> Double {
            moments.means[place] - (isRelative ? moments.means[origin] : 0)
        }
        let count = inputs.count
        var square = Matrix<Double>(rowCount: count, columnCount: count)
        var weights = Array(repeating: 0.0, count: count)
        var trace = 0.0
        for row in 0..<count {
            for column in row..<count {
                square[row, column] = covariance(inputs[row], inputs[column], origins[row], origins[column])
            }
            trace += square[row, row]
            weights[row] = covariance(inputs[row], target, origins[row], origin)
        }
        // Frames that repeat themselves exactly leave directions without spread, which need a little to be solved.
        var least = max(1e-11 * trace / Double(max(count, 1)), 1e-30)
        while true {
            var raised = square
            for row in 0..<count { raised[row, row] += ridge + least }
            if let root = CholeskyDecomposition(of: raised) {
                var solution = weights.mutableSpan
                root.solve(&solution, count: 1)
                break
            }
            guard least < trace else {
                throw SignalError(.malformed, "the values are too large for a linear forecaster; scale them")
            }
            least *= 100
        }
        let bias = zip(inputs, origins).enumerated().reduce(mean(target, origin)) { sum, place in
            sum - weights[place.offset] * mean(place.element.0, place.element.1)
        }
        return (weights, bias)
    }

    /// Means and covariances (divisor n) of some places of all windows; only what lies on and above the diagonal is
    /// computed.
    private struct Moments {
        private(set) var means: [Double]
        private var products: Matrix<Double>

        subscript(first: Int, second: Int) -> Double { products[min(first, second), max(first, second)] }

        init(values: [Float], starts: [Int], columns: Int, offsets: [Int]) {
            let width = offsets.count
            let blockLength = 256
            var block = Array(repeating: 0.0, count: min(blockLength, starts.count) * width)
            func fill(_ first: Int, _ count: Int, _ means: [Double]) {
                for row in 0..<count {
                    let start = starts[first + row] * columns
                    for element in 0..<width {
                        block[row * width + element] = Double(values[start + offsets[element]]) - means[element]
                    }
                }
            }
            let zero = Array(repeating: 0.0, count: width)
            var sums = zero
            for first in stride(from: 0, to: starts.count, by: blockLength) {
                let count = min(blockLength, starts.count - first)
                fill(first, count, zero)
                for row in 0..<count { for element in 0..<width { sums[element] += block[row * width + element] } }
            }
            means = sums.map { $0 / Double(starts.count) }
            products = Matrix<Double>(rowCount: width, columnCount: width)
            for first in stride(from: 0, to: starts.count, by: blockLength) {
                let count = min(blockLength, starts.count - first)
                fill(first, count, means)
                var sums = products.elements.mutableSpan
                BLAS.addColumnProducts(
                    of: block.span.extracting(0..<count * width), rows: count, columns: width, into: &sums)
            }
            products.elements = products.elements.map { $0 / Double(starts.count) }
        }
    }
}
