import ArgumentParser
import FeatureExtraction
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// Says which machines need maintenance, why, and when.
struct Maintain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain",
        abstract: "Failure probability, risk, remaining useful life and next check of every machine in a table.",
        discussion: """
            The model is one of train random-forest or gradient-boosting; what it does not tell stays empty. The columns are \
            time,unit,failure_probability,risk,remaining_useful_life,lower,upper,next_check,reason; remaining life is in rows \
            of the table, or in what --target-unit of train said. Without a unit column every row is a unit of its own.

            Risk: HIGH when the probability is at least --high (default: the model's decision threshold) or the remaining \
            life at most --high-life (default: half the horizon of the model, without one 10 % of its cap); MEDIUM from \
            --medium (half of --high) or --medium-life (the horizon, 25 % of the cap) on; else LOW. The next check is at \
            once for HIGH, after a quarter of the life's lower end for MEDIUM and half of it for LOW.

            The cost table weighs a planned maintenance after so many rows against a failure before it; the best moment is \
            where the expected cost per row of service is lowest.

            Example: auscult maintain --model fleet.safetensors --input running.csv --planned-cost 800 --unplanned-cost 6000
            """)

    /// What one row of the result is about.
    enum Unit: String, ExpressibleByArgument, CaseIterable {
        case unit, row
    }

    @Option(help: ArgumentHelp("The model file.", valueName: "file"))
    var model: String

    @Option(help: ArgumentHelp("The sensor table of the machines.", valueName: "csv"))
    var input: String

    @Option(help: "A row for the last row of every unit, or for every row of the table.")
    var per = Unit.unit

    @Option(help: ArgumentHelp("The column that tells the machine (default: that of training).", valueName: "name"))
    var unit: String?

    @Option(help: ArgumentHelp("The probability from which on the risk is HIGH.", valueName: "p"))
    var high: Double?

    @Option(help: ArgumentHelp("The probability from which on the risk is MEDIUM.", valueName: "p"))
    var medium: Double?

    @Option(help: ArgumentHelp("The remaining life up to which the risk is HIGH.", valueName: "life"))
    var highLife: Double?

    @Option(help: ArgumentHelp("The remaining life up to which the risk is MEDIUM.", valueName: "life"))
    var mediumLife: Double?

    @Option(
        help: ArgumentHelp(
            "The time to a usual check, counted as lives are, where the model tells no life.", valueName: "life"))
    var checkEvery: Int?

    @Option(help: ArgumentHelp("The probability that the interval holds the remaining life.", valueName: "share"))
    var level = 0.9

    @Option(help: ArgumentHelp("The price of a planned maintenance.", valueName: "price"))
    var plannedCost = 1.0

    @Option(help: ArgumentHelp("The price of a failure.", valueName: "price"))
    var unplannedCost = 5.0

    @Option(help: ArgumentHelp("Also write a report with figures (index.html) to this folder.", valueName: "dir"))
    var report: String?

    @OptionGroup var jobs: JobOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "One JSON document, with costs and health.")
    var json = false

    func run() async throws {
        let console = common.console
        let file = try PredictorFile(path: model)
        let rules = try rules(file.model)
        let table = try file.read(input, unit: unit)
        if file.model.lifeUnit != .rows, !table.hasTime {
            throw SignalError(
                .mismatch,
                "has no time column, which the next check of a life in \(file.model.lifeUnit.rawValue) is reckoned from; name "
                    + "it in training with --time-column"
            ).at(path: input)
        }
        for warning in table.content.warnings { console.warn("\(input.escapingControlCharacters): \(warning)") }
        if file.model.failure == nil { console.note("the model tells no failure probability; that column stays empty") }
        if file.model.life == nil { console.note("the model tells no remaining life; its columns stay empty") }
        let made = try table.features(file.options)
        let probabilities = try file.model.failure.map { _ in try file.model.failureProbabilities(made.frames) }
        let lives = try file.model.life.map { _ in try file.model.remainingLives(made.frames) }
        let judge = Judge(
            file: file, rules: rules, table: table, frames: made.frames, probabilities: probabilities, lives: lives,
            level: level, planned: plannedCost, unplanned: unplannedCost)
        var advices: [MaintenanceAdvice] = []
        var first = 0
        for index in table.rows.indices {
            try Interruption.check()
            let count = table.rows[index].count
            let positions = per == .row ? Array(0..<count) : [count - 1]
            advices += try judge.advices(unit: index, first: first, positions: positions)
            first += count
        }
        let result = try ResultOutput(path: output.output)
        if json {
            try result.write(JSONText.document(advices))
        } else {
            try result.write(CSVText.row(MaintenanceAdvice.header))
            for advice in advices { try result.write(CSVText.row(advice.fields)) }
        }
        try result.finish()
        if !console.isQuiet { console.note(summary(advices, file.model)) }
        if let report {
            try await ReportMaker.write(
                MaintenanceReport(file: file, advices: advices, level: level).report(input), to: report,
                jobs: try jobs.count(), console)
        }
        if table.content.isIncomplete {
            throw SignalError(.malformed, "the last row is cut off and was left out").at(path: input)
        }
    }

    private func rules(_ model: TrainedPredictor) throws -> MaintenanceRules {
        var rules = MaintenanceRules(model)
        for (name, value) in [("--high", high), ("--medium", medium)] {
            if let value, !(value > 0 && value <= 1) {
                throw SignalError(.invalidOption, "\(name) is a probability above 0 and up to 1, not \(value)")
            }
        }
        for (name, value) in [("--high-life", highLife), ("--medium-life", mediumLife)] {
            if let value, !(value >= 0 && value.isFinite) {
                throw SignalError(.invalidOption, "\(name) is a number from 0, not \(value)")
            }
        }
        if let high { (rules.highProbability, rules.mediumProbability) = (high, high / 2) }
        if let medium { rules.mediumProbability = medium }
        if let highLife { (rules.highLife, rules.mediumLife) = (highLife, max(rules.mediumLife, highLife)) }
        if let mediumLife { rules.mediumLife = mediumLife }
        if let checkEvery { rules.usualInterval = checkEvery }
        guard rules.mediumProbability <= rules.highProbability else {
            throw SignalError(
                .invalidOption,
                "--medium is at most --high, not \(rules.mediumProbability) above \(rules.highProbability)")
        }
        guard rules.highLife <= rules.mediumLife else {
            throw SignalError(
                .invalidOption, "--high-life is at most --medium-life, not \(rules.highLife) above \(rules.mediumLife)")
        }
        guard (1...1_000_000).contains(rules.usualInterval) else {
            throw SignalError(.invalidOption, "--check-every is 1 to 1000000, not \(rules.usualInterval)")
        }
        guard level > 0, level < 1 else {
            throw SignalError(.invalidOption, "--level is a share above 0 and below 1, not \(level)")
        }
        guard plannedCost > 0, plannedCost.isFinite, unplannedCost.isFinite, unplannedCost >= plannedCost else {
            throw SignalError(
                .invalidOption,
                "--planned-cost is above 0, and --unplanned-cost not below it; a failure that costs less needs no plan")
        }
        return rules
    }

    /// The tables for people: what waiting costs, and the health index beside the model.
    private func summary(_ advices: [MaintenanceAdvice], _ model: TrainedPredictor) -> String {
        var lines: [String] = []
        let counts = MaintenanceRisk.allCases.reversed().map { risk in
            "\(advices.count { $0.risk == risk }) \(risk.rawValue)"
        }
        lines.append(
            "\(advices.count) \(per == .row ? "rows" : "units"): \(counts.joined(separator: ", "))")
        let order: [MaintenanceRisk] = [.high, .medium, .low]
        let shown = advices.enumerated().filter { $0.element.costs != nil }.sorted {
            let left = (order.firstIndex(of: $0.element.risk) ?? 0, $0.element.remainingUsefulLife ?? 0, $0.offset)
            let right = (order.firstIndex(of: $1.element.risk) ?? 0, $1.element.remainingUsefulLife ?? 0, $1.offset)
            return left < right
        }.prefix(12).map(\.element)
        guard !shown.isEmpty else { return lines[0] }
        lines.append(
            "Planned maintenance \(MaintenanceReason.short(plannedCost)), failure \(MaintenanceReason.short(unplannedCost)). "
                + "Cost of waiting: expected, with the probability of failing first; the \(shown.count) most urgent:")
        var table = TextTable(
            ["unit", "risk", "now"]
                + (model.life == nil
                    ? ["waiting", "better"]
                    : [
                        "in 10", "in 30", "in 60", "best in \(model.lifeUnit.rawValue)", "cost there", "health",
                        "life by health",
                    ]))
        for advice in shown {
            guard let costs = advice.costs else { continue }
            func cost(_ wait: Int) -> String {
                costs.choices.first { $0.wait == wait }.map {
                    "\(MaintenanceReason.short($0.expectedCost)) (\(Text.number(100 * $0.failureProbability, digits: 0)) %)"
                } ?? ""
            }
            if model.life == nil {
                table.append([
                    advice.unit, advice.risk.rawValue, MaintenanceReason.short(costs.planned),
                    MaintenanceReason.short(costs.choices.last?.expectedCost ?? 0),
                    costs.bestWait == 0 ? "act now" : "wait",
                ])
            } else {
                table.append([
                    advice.unit, advice.risk.rawValue, cost(0), cost(10), cost(30), cost(60),
                    "\(costs.bestWait)\(costs.isBestAtEnd ? " or later" : "")", cost(costs.bestWait),
                    advice.health.map { Text.number($0.index, digits: 2) } ?? "",
                    advice.health.map { $0.remainingUsefulLife.map { Text.number($0, digits: 0) } ?? "no trend" } ?? "",
                ])
            }
        }
        return lines.joined(separator: "\n") + "\n" + table.rendered()
    }
}
