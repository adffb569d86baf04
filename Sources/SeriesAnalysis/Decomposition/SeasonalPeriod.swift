/// Looks for the season of a series.
public enum SeasonalPeriod {
    /// The smallest autocorrelation that counts as a season.
    static let smallestCorrelation = 0.3
    /// Values that the search looks at; of longer series, means of blocks.
    static let mostValues = 4_096

    /// The rows of one season, or `nil` when none stands out.
    ///
    /// It is the smallest lag, beyond the first at which the autocorrelation of the series (a straight line taken off) falls
    /// below 0, with a local maximum of at least nine tenths of the largest; the largest must be ``smallestCorrelation``
    /// or more, and at least two seasons must fit. Missing values are left out of the sums.
    public static func find(_ values: [Double]) -> Int? {
        let block = (values.count + mostValues - 1) / mostValues
        let coarse = block > 1 ? Blocks.means(values, size: block).map(\.value) : values
        let flat = standardised(coarse)
        let longest = flat.count / 2
        guard longest >= 8 else { return nil }
        let correlations = (0...longest).map { correlation(flat, lag: $0) }
        guard let start = correlations.firstIndex(where: { $0 < 0 }), start + 1 < longest else { return nil }
        let peaks = (start + 1..<longest).filter {
            correlations[$0] >= correlations[$0 - 1] && correlations[$0] >= correlations[$0 + 1]
        }
        guard let best = peaks.map({ correlations[$0] }).max(), best >= smallestCorrelation,
            let lag = peaks.first(where: { correlations[$0] >= 0.9 * best })
        else { return nil }
        guard block > 1 else { return lag >= 2 ? lag : nil }
        // To the row: the best lag around the one of the blocks.
        let fine = standardised(values)
        let candidates = max(2, (lag - 1) * block)...min((lag + 1) * block, values.count / 2)
        return candidates.max { correlation(fine, lag: $0) < correlation(fine, lag: $1) }
    }

    /// Without its mean and slope, in units of what is left; 0 for a missing value.
    private static func standardised(_ values: [Double]) -> [Double] {
        let known = values.indices.filter { values[$0].isFinite }
        guard known.count > 2 else { return [] }
        let count = Double(known.count)
        let place = known.reduce(0) { $0 + Double($1) } / count
        let mean = known.reduce(0) { $0 + values[$1] } / count
        let spread = known.reduce(0) { $0 + (Double($1) - place) * (Double($1) - place) }
        let slope = known.reduce(0) { $0 + (Double($1) - place) * (values[$1] - mean) } / spread
        var result = Array(repeating: 0.0, count: values.count)
        for index in known { result[index] = values[index] - mean - slope * (Double(index) - place) }
        let deviation = (result.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
        return deviation > 0 ? result.map { $0 / deviation } : []
    }

    private static func correlation(_ values: [Double], lag: Int) -> Double {
        var sum = 0.0
        let values = values.span
        for index in 0..<values.count - lag { sum += values[index] * values[index + lag] }
        return sum / Double(max(1, values.count - lag))
    }
}
