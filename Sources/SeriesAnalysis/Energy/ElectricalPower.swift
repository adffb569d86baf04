/// Active power from current and voltage.
public enum ElectricalPower {
    /// `U I cos phi` in kW for one phase; `sqrt(3) U I cos phi` for three equally loaded ones, U between lines (IEC 60050,
    /// 141-03; any text on three-phase power).
    ///
    /// - Parameters:
    ///   - voltage: in V.
    ///   - current: in A.
    ///   - powerFactor: cos phi, 0 to 1.
    public static func kilowatts(voltage: Double, current: Double, powerFactor: Double, phases: Int) -> Double {
        (phases == 3 ? 3.0.squareRoot() : 1) * voltage * current * powerFactor / 1_000
    }
}
