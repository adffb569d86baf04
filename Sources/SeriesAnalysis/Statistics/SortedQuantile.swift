/// The quantile of values in ascending order, linear between neighbours (NumPy's default, type 7 of Hyndman and Fan 1996).
///
/// - Precondition: there is a value.
func quantile(ofSorted sorted: [Double], _ share: Double) -> Double {
    let position = share * Double(sorted.count - 1)
    let lower = min(Int(position), sorted.count - 1)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
}
