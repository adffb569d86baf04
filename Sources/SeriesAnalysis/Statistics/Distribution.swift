import RealModule

/// How the values of a column are distributed. Missing values are counted and left out.
public struct Distribution: Sendable, Equatable, Codable {
    /// Equal bins from the smallest to the largest value.
    public struct Histogram: Sendable, Equatable, Codable {
        /// Where the first bin begins.
        public let start: Double
        /// The width of a bin, by Freedman and Diaconis ("On the histogram as a density estimator", Zeitschrift für
        /// Wahrscheinlichkeitstheorie 57, 1981): twice the interquartile range over the cube root of the count; at most
        /// 200 bins.
        public let width: Double
        /// Values in every bin; its lower edge belongs to it, of the last one both.
        public let counts: [Int]
    }

    /// Shares of ``quantiles``.
    public static let shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

    /// Values, and missing ones.
    public let count: Int
    /// Missing values.
    public let missingCount: Int
    /// The arithmetic mean.
    public let mean: Double
    /// With divisor n - 1; 0 for a single value.
    public let standardDeviation: Double
    /// The smallest value.
    public let minimum: Double
    /// The largest value.
    public let maximum: Double
    /// The quantiles of ``shares``, linear between neighbours.
    public let quantiles: [Double]
    /// The adjusted Fisher-Pearson skewness and the unbiased excess kurtosis, as pandas and Excel have them; 0 for fewer
    /// than four values or equal ones.
    public let skewness: Double
    /// The unbiased excess kurtosis.
    public let kurtosis: Double
    /// The statistic of Jarque and Bera ("A Test for Normality of Observations and Regression Residuals", International
    /// Statistical Review 55, 1987) and its asymptotic p value: small for values that are not normal. With thousands of
    /// values small departures are found too.
    public let jarqueBera: Double
    /// Its asymptotic p value.
    public let normalityPValue: Double
    /// Counts in equal bins.
    public let histogram: Histogram

    /// Measures values; `nil` when there is none.
    public init?(_ values: [Double]) {
        var sorted = values.filter(\.isFinite)
        guard !sorted.isEmpty else { return nil }
        sorted.sort()
        count = sorted.count
        missingCount = values.count - sorted.count
        let n = Double(sorted.count)
        let mean = sorted.reduce(0, +) / n
        var (second, third, fourth) = (0.0, 0.0, 0.0)
        for value in sorted {
            let square = (value - mean) * (value - mean)
            second += square
            third += square * (value - mean)
            fourth += square * square
        }
        (second, third, fourth) = (second / n, third / n, fourth / n)
        self.mean = mean
        standardDeviation = n > 1 ? (second * n / (n - 1)).squareRoot() : 0
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        quantiles = Self.shares.map { quantile(ofSorted: sorted, $0) }
        let isSpread = n >= 4 && second > 1e-28 * max(mean * mean, Double.leastNormalMagnitude)
        let (plainSkewness, plainKurtosis) =
            isSpread ? (third / (second * second.squareRoot()), fourth / (second * second) - 3) : (0, 0)
        skewness = isSpread ? plainSkewness * (n * (n - 1)).squareRoot() / (n - 2) : 0
        kurtosis = isSpread ? (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * plainKurtosis + 6) : 0
        jarqueBera = n / 6 * (plainSkewness * plainSkewness + plainKurtosis * plainKurtosis / 4)
        // The upper tail of chi-squared with two degrees of freedom.
        normalityPValue = Double.exp(-jarqueBera / 2)
        histogram = Self.histogram(sorted)
    }

    private static func histogram(_ sorted: [Double]) -> Histogram {
        let range = sorted[sorted.count - 1] - sorted[0]
        guard range > 0 else { return Histogram(start: sorted[0], width: 0, counts: [sorted.count]) }
        let quartiles = quantile(ofSorted: sorted, 0.75) - quantile(ofSorted: sorted, 0.25)
        let usual = 2 * quartiles / Double.root(Double(sorted.count), 3)
        let wanted = usual > 0 ? (range / usual).rounded(.up) : 10
        let bins = Int(min(max(wanted, 1), 200))
        let width = range / Double(bins)
        var counts = Array(repeating: 0, count: bins)
        for value in sorted { counts[min(bins - 1, Int((value - sorted[0]) / width))] += 1 }
        return Histogram(start: sorted[0], width: width, counts: counts)
    }
}
