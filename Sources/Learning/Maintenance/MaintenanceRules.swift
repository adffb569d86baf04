/// How urgent the maintenance of a unit is.
public enum MaintenanceRisk: String, Sendable, Encodable, CaseIterable {
    case low = "LOW"
    case medium = "MEDIUM"
    case high = "HIGH"
}

/// The rules by which a failure probability and a remaining life become a risk and the moment of the next check.
///
/// HIGH: the probability is at least ``highProbability``, or the remaining life at most ``highLife``. MEDIUM: the
/// probability is at least ``mediumProbability``, or the remaining life at most ``mediumLife``. Else LOW.
///
/// The next check: at once for HIGH; after a quarter of the lower end of the remaining life's interval for MEDIUM and half
/// of it for LOW; where there is no remaining life, the same of ``usualInterval``.
public struct MaintenanceRules: Sendable, Equatable {
    /// From this probability on the risk is HIGH.
    public var highProbability: Double
    /// From this probability on the risk is at least MEDIUM.
    public var mediumProbability: Double
    /// Up to this remaining life, in the unit of the model, the risk is HIGH.
    public var highLife: Double
    /// Up to this remaining life, in the unit of the model, the risk is at least MEDIUM.
    public var mediumLife: Double
    /// What stands in for the remaining life, in its unit, where there is none.
    public var usualInterval: Int

    /// The rules of a model: HIGH from its decision threshold on, MEDIUM from half of it; a remaining life of up to half
    /// the model's horizon is HIGH and of up to the horizon MEDIUM (10 % and 25 % of the cap, or 10 and 25 rows, where there
    /// is no horizon).
    public init(_ model: TrainedPredictor) {
        highProbability = model.failure?.threshold ?? 0.5
        mediumProbability = highProbability / 2
        if let horizon = model.failure?.horizon {
            (highLife, mediumLife) = (Double(horizon) / 2, Double(horizon))
        } else {
            let cap = model.life?.cap ?? 100
            (highLife, mediumLife) = (0.1 * cap, 0.25 * cap)
        }
        usualInterval = model.failure?.horizon ?? 100
    }

    /// The risk, and which rules it comes from.
    public func risk(probability: Double?, life: Double?) -> (risk: MaintenanceRisk, byProbability: Bool, byLife: Bool)
    {
        func level(_ value: Bool, _ other: Bool) -> MaintenanceRisk { value ? .high : other ? .medium : .low }
        let first = level(
            probability.map { $0 >= highProbability } ?? false, probability.map { $0 >= mediumProbability } ?? false)
        let second = level(life.map { $0 <= highLife } ?? false, life.map { $0 <= mediumLife } ?? false)
        let order: [MaintenanceRisk] = [.low, .medium, .high]
        let risk = order[max(order.firstIndex(of: first) ?? 0, order.firstIndex(of: second) ?? 0)]
        return (risk, risk != .low && first == risk, risk != .low && second == risk)
    }

    /// How long until the next check, in the unit of remaining lives; rows are whole, and at least one.
    public func nextCheck(_ risk: MaintenanceRisk, lower: Double?, unit: LifeUnit = .rows) -> Double {
        let life = lower ?? Double(usualInterval)
        let share =
            switch risk {
            case .high: 0.0
            case .medium: life / 4
            case .low: life / 2
            }
        return unit == .rows && risk != .high ? max(1, share.rounded(.down)) : share
    }
}
