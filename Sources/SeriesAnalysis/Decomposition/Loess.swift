import RealModule

/// Local regression (Cleveland, "Robust Locally Weighted Regression and Smoothing Scatterplots", Journal of the American
/// Statistical Association 74, 1979) of values at the places 0, 1, 2, …, as STL uses it.
///
/// At a place, the `length` nearest values are weighted by the tricube of their distance over that of the farthest of
/// them, and by weights of their own; a constant or a straight line is fitted to them. Where there are fewer values than
/// `length`, the farthest distance grows by half of what lacks (Cleveland et al. 1990, section 3.1, in the form of its
/// published program).
struct Loess {
    /// How many values one fit looks at, 3 or more and odd.
    var length: Int
    /// 0 for a constant, 1 for a straight line.
    var degree: Int
    /// Every how many places a fit is made; between them lies a straight line.
    var jump = 1

    /// The smoothed values at all places.
    ///
    /// - Parameters:
    ///   - weights: of the values, 0 for one to be left out; empty for all equal.
    func smoothed(_ values: [Double], weights: [Double] = []) -> [Double] {
        let count = values.count
        guard count > 1 else { return values }
        let step = min(jump, count - 1)
        var result = Array(repeating: 0.0, count: count)
        var places = Array(stride(from: 0, to: count, by: step))
        if places[places.count - 1] != count - 1 { places.append(count - 1) }
        var known: [Int] = []
        for place in places {
            if let fit = fit(at: Double(place), in: window(around: place, count: count), values, weights) {
                result[place] = fit
                known.append(place)
            }
        }
        Self.join(known, in: &result)
        return result
    }

    /// The value at one place, which may lie beside the values; `nil` where all weights are 0.
    func value(at place: Double, _ values: [Double], weights: [Double] = []) -> Double? {
        let nearest = min(max(Int(place), 0), values.count - 1)
        return fit(at: place, in: window(around: nearest, count: values.count), values, weights)
    }

    /// The nearest values.
    private func window(around place: Int, count: Int) -> Range<Int> {
        guard length < count else { return 0..<count }
        let start = min(max(place - (length - 1) / 2, 0), count - length)
        return start..<start + length
    }

    private func fit(at place: Double, in window: Range<Int>, _ values: [Double], _ weights: [Double]) -> Double? {
        let values = values.span
        let own = weights.span
        var reach = max(place - Double(window.lowerBound), Double(window.upperBound - 1) - place)
        if length > values.count { reach += Double((length - values.count) / 2) }
        // Weights at the very edge and in the very middle, as the published program has them.
        let (far, near) = (0.999 * reach, 0.001 * reach)
        // Moments about the place: they need no second pass over the window.
        var (sum, first, second, level, slope) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for index in window {
            let offset = Double(index) - place
            let distance = abs(offset)
            guard distance <= far else { continue }
            var weight = 1.0
            if distance > near {
                let ratio = distance / reach
                let rest = 1 - ratio * ratio * ratio
                weight = rest * rest * rest
            }
            if !own.isEmpty { weight *= own[index] }
            guard weight > 0 else { continue }
            sum += weight
            first += weight * offset
            second += weight * offset * offset
            level += weight * values[index]
            slope += weight * offset * values[index]
        }
        guard sum > 0 else { return nil }
        let centre = first / sum
        let mean = level / sum
        let spread = max(0, second / sum - centre * centre)
        guard degree > 0, reach > 0, spread.squareRoot() > 0.001 * Double(values.count - 1) else { return mean }
        return mean - centre * (slope / sum - centre * mean) / spread
    }

    /// Straight lines between known places, levels beyond the outermost.
    private static func join(_ known: [Int], in values: inout [Double]) {
        guard let first = known.first, let last = known.last else { return }
        for place in 0..<first { values[place] = values[first] }
        for place in last..<values.count { values[place] = values[last] }
        for (left, right) in zip(known, known.dropFirst()) where right > left + 1 {
            let step = (values[right] - values[left]) / Double(right - left)
            for place in left + 1..<right { values[place] = values[left] + step * Double(place - left) }
        }
    }
}
