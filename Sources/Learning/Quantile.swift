/// Quantiles of samples.
enum Quantile {
    /// The quantile of values in ascending order, linear between its neighbours (NumPy's default, type 7 of Hyndman
    /// and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50, 1996).
    ///
    /// - Parameter share: from 0, the smallest, to 1, the largest.
    /// - Precondition: there is at least one value.
    static func linear<Value: BinaryFloatingPoint>(ofSorted sorted: [Value], _ share: Double) -> Double {
        let position = share * Double(sorted.count - 1)
        let lower = min(max(Int(position), 0), sorted.count - 1)
        let upper = min(lower + 1, sorted.count - 1)
        let fraction = position - Double(lower)
        return Double(sorted[lower]) * (1 - fraction) + Double(sorted[upper]) * fraction
    }

    /// The quantile of values in any order; as ``linear(ofSorted:_:)``.
    static func linear<Value: BinaryFloatingPoint>(of values: [Value], _ share: Double) -> Double {
        linear(ofSorted: values.sorted(), share)
    }
}
