/// Sums of powers over the last rows of a column, from which mean, deviation, skewness, kurtosis and slope follow.
///
/// The sums are of distances from a value near the mean, in double precision, a row enters and the oldest leaves. Such
/// sums lose digits in three ways, and each makes them anew from the window's rows: a number of rows has passed; the
/// mean has moved away from that value by four deviations; or what has left was so much larger than what remains
/// that it left its rounding behind. The last two happen about once a window, so a row costs a constant time on average.
/// Equal values give exactly zero deviation.
struct RollingMoments: Sendable {
    /// The most rows in the window.
    let length: Int
    /// Rows in the window.
    private(set) var count = 0

    private let hasHigherPowers: Bool
    private var shift = 0.0
    private var first = 0.0
    private var second = 0.0
    private var third = 0.0
    private var fourth = 0.0
    private var ranked = 0.0
    private var base = 0
    private var peak = 0.0
    private var age = 0

    init(length: Int, hasHigherPowers: Bool) {
        self.length = length
        self.hasHigherPowers = hasHigherPowers
    }

    /// Takes the row of number `row`, which stands in the column's ring already, beside the one that leaves.
    mutating func take(row: Int, from ring: Span<Float>) {
        let mask = ring.count - 1
        if count < length {
            count += 1
        } else {
            add(Double(ring[(row - length) & mask]), weight: -1, rank: row - length)
        }
        add(Double(ring[row & mask]), weight: 1, rank: row)
        age += 1
        let energy = hasHigherPowers ? fourth : second
        peak = max(peak, energy)
        let isOld = age >= max(256, 8 * length)
        if row == 0 || isOld || energy < 1e-4 * peak || first * first > 16 * Double(count) * squaredDeviations {
            sumAnew(row: row, from: ring)
        }
    }

    mutating func reset() { self = RollingMoments(length: length, hasHigherPowers: hasHigherPowers) }

    private mutating func add(_ value: Double, weight: Double, rank: Int) {
        let distance = value - shift
        let square = distance * distance
        first += weight * distance
        second += weight * square
        ranked += weight * Double(rank - base) * distance
        if hasHigherPowers {
            third += weight * (square * distance)
            fourth += weight * (square * square)
        }
    }

    private mutating func sumAnew(row: Int, from ring: Span<Float>) {
        let mask = ring.count - 1
        let newest = Double(ring[row & mask])
        var sum = 0.0
        for index in row - count + 1...row { sum += Double(ring[index & mask]) - newest }
        // A number of single precision, as the values are: equal values are then at distance 0 from it.
        shift = Double(Float(newest + sum / Double(count)))
        base = row - count + 1
        (first, second, third, fourth, ranked) = (0, 0, 0, 0, 0)
        for index in base...row { add(Double(ring[index & mask]), weight: 1, rank: index) }
        peak = hasHigherPowers ? fourth : second
        age = 0
    }

    /// The sum of squared distances from the mean.
    private var squaredDeviations: Double { max(0, second - first * first / Double(count)) }

    var mean: Double { shift + first / Double(count) }

    var sum: Double { shift * Double(count) + first }

    /// With divisor n - 1; 0 for a single row.
    var standardDeviation: Double { count > 1 ? (squaredDeviations / Double(count - 1)).squareRoot() : 0 }

    /// Adjusted Fisher-Pearson; 0 for fewer than three rows or equal values.
    var skewness: Double {
        let n = Double(count)
        let variance = squaredDeviations / n
        guard count > 2, variance > 0 else { return 0 }
        let mean = first / n
        let central = third / n - 3 * mean * second / n + 2 * mean * mean * mean
        return (n * (n - 1)).squareRoot() / (n - 2) * central / (variance * variance.squareRoot())
    }

    /// Unbiased excess; 0 for fewer than four rows or equal values.
    var kurtosis: Double {
        let n = Double(count)
        let variance = squaredDeviations / n
        guard count > 3, variance > 0 else { return 0 }
        let mean = first / n
        let square = mean * mean
        let central = fourth / n - 4 * mean * third / n + 6 * square * second / n - 3 * square * square
        return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * central / (variance * variance) - 3 * (n - 1))
    }

    /// Of the least-squares line through the values, a row; 0 for a single row.
    func slope(row: Int) -> Double {
        guard count > 1 else { return 0 }
        let n = Double(count)
        let middle = Double(row - base) - (n - 1) / 2
        return (ranked - middle * first) * 12 / (n * (n * n - 1))
    }
}
