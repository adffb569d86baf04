/// Writes frequencies for the names of columns.
enum FrequencyLabel {
    /// `@200-400Hz`; a fraction of a hertz is shown with one digit.
    static func suffix(_ band: ClosedRange<Double>) -> String {
        "@\(text(band.lowerBound))-\(text(band.upperBound))Hz"
    }

    /// `200` or `62.5`.
    static func text(_ frequency: Double) -> String {
        let tenths = (min(frequency, 1e12) * 10).rounded() / 10
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }
}
