import FeatureExtraction
import Foundation
import Learning
import SignalCore

/// What is said of one row of one unit.
struct MaintenanceAdvice: Encodable {
    let time: RowTime
    let unit: String
    let failureProbability: Double?
    let risk: MaintenanceRisk
    let remainingUsefulLife: Double?
    let lower: Double?
    let upper: Double?
    let nextCheck: RowTime
    /// How long until then, in ``lifeUnit``.
    let nextCheckAfter: Double
    /// What remaining lives and waits are counted in.
    let lifeUnit: LifeUnit
    let reason: String
    let age: Int
    let health: Health?
    let costs: Costs?

    /// The health index, for comparison.
    struct Health: Encodable {
        let index: Double
        let remainingUsefulLife: Double?
    }

    /// What waiting costs.
    struct Costs: Encodable {
        let planned: Double
        let unplanned: Double
        /// How long to wait until the best moment, in the unit of lives, and whether it lies at the end of what the model can tell.
        let bestWait: Int
        let isBestAtEnd: Bool
        let bestCostPerRow: Double
        let choices: [MaintenanceCosts.Choice]
    }

    static let header = [
        "time", "unit", "failure_probability", "risk", "remaining_useful_life", "lower", "upper", "next_check",
        "reason",
    ]

    /// The row of the CSV.
    var fields: [String] {
        func text(_ value: Double?, _ digits: Int) -> String { value.map { Text.number($0, digits: digits) } ?? "" }
        return [
            time.description, unit, text(failureProbability, 4), risk.rawValue, text(remainingUsefulLife, 1),
            text(lower, 1), text(upper, 1), nextCheck.description, reason,
        ]
    }
}

/// Words for what drives a verdict.
struct MaintenanceReason {
    let model: TrainedPredictor
    let rules: MaintenanceRules

    /// The reason of a verdict in words: the rule, then the readings that drive it with their trends.
    func words(
        _ frame: FeatureFrames, probability: Double?, life: Double?,
        verdict: (risk: MaintenanceRisk, byProbability: Bool, byLife: Bool)
    ) throws -> String {
        var parts: [String] = []
        func number(_ value: Double) -> String { Self.short(value) }
        if verdict.risk == .low {
            if let probability {
                parts.append("failure probability \(number(probability)) is below \(number(rules.mediumProbability))")
            }
            if let life {
                parts.append(
                    "remaining life \(number(life)) is above \(number(rules.mediumLife)) \(model.lifeUnit.rawValue)")
            }
            return parts.joined(separator: " and ")
        }
        let isHigh = verdict.risk == .high
        if verdict.byProbability, let probability {
            let limit = isHigh ? rules.highProbability : rules.mediumProbability
            parts.append("failure probability \(number(probability)) is at least \(number(limit))")
        }
        if verdict.byLife, let life {
            let limit = isHigh ? rules.highLife : rules.mediumLife
            parts.append("remaining life \(number(life)) is at most \(number(limit)) \(model.lifeUnit.rawValue)")
        }
        var text = parts.joined(separator: " and ")
        let limit = (probability: 0.05 * (probability ?? 0), life: 0.02 * (model.life?.cap ?? 100))
        let blames = try model.blame(frame).prefix(2).filter {
            $0.probability > max(0.01, limit.probability) || $0.life > max(1, limit.life)
        }
        if blames.isEmpty { return text + "; no single parameter drives it" }
        text += "; " + blames.map { trend($0.source, frame) }.joined(separator: "; ")
        if let first = blames.first {
            var without: [String] = []
            if let probability, first.probability > 0.01 {
                without.append("the probability would be \(number(max(0, probability - first.probability)))")
            }
            if let life, first.life > 1 {
                without.append("the life \(number(life + first.life)) \(model.lifeUnit.rawValue)")
            }
            if !without.isEmpty { text += "; with usual \(first.source) \(without.joined(separator: " and "))" }
        }
        return text
    }

    /// Where a reading stands: its value, its change since the unit was new, and its slope.
    private func trend(_ source: String, _ frame: FeatureFrames) -> String {
        let columns = model.recipe.schema.columns
        func value(_ kind: String) -> (value: Double, window: String)? {
            let prefix = kind.isEmpty ? source : "\(source).\(kind)"
            let found = columns.indices.filter { index in
                guard model.sources[index] == source, columns[index].name.hasPrefix(prefix) else { return false }
                let rest = columns[index].name.dropFirst(prefix.count)
                return kind.isEmpty ? rest.isEmpty : rest.allSatisfy(\.isNumber)
            }
            guard let index = found.last, !frame.values[index].isNaN else { return nil }
            return (Double(frame.values[index]), String(columns[index].name.dropFirst(prefix.count)))
        }
        if source == "age" { return "age \(Self.short(value("")?.value ?? 0)) rows" }
        let unit = columns.indices.first { columns[$0].name == source }.map { columns[$0].unit } ?? ""
        var text = source
        if let now = value("") { text += " \(Self.short(now.value))\(unit.isEmpty ? "" : " \(unit)")" }
        if let change = value("change") {
            text += " is \(Self.short(abs(change.value))) \(change.value < 0 ? "below" : "above") its first readings"
        } else if let usual = model.sources.indices.first(where: { columns[$0].name == source }),
            !model.reference[usual].isNaN
        {
            text += " where \(Self.short(Double(model.reference[usual]))) is usual"
        }
        if let slope = value("slope"), slope.value != 0 {
            text +=
                ", \(slope.value > 0 ? "rising" : "falling") \(Self.short(abs(slope.value))) a row over \(slope.window) rows"
        }
        return text
    }

    /// A number with three digits that count.
    static func short(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "0" }
        let digits = max(0, min(6, 2 - Int(floor(log10(abs(value))))))
        var text = Text.number(value, digits: digits)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text
    }
}
