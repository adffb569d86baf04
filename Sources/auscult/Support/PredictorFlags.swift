import ArgumentParser
import Foundation
import Learning
import SignalCore

/// What failures and remaining life are learnt from.
struct PredictorFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The column of numbers to predict, such as the remaining useful life (random-forest, gradient-boosting).",
            valueName: "name"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "What --target is counted in, and so --cap, --fails-within and all that maintain tells: "
                + "\(LifeUnit.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "unit"))
    var targetUnit: String?

    @Option(
        help: ArgumentHelp(
            "Columns that are not to be learnt from, separated by commas (random-forest, gradient-boosting).",
            valueName: "names"))
    var exclude: String?

    @Flag(
        help:
            "The last row of every unit is its failure: learn the remaining useful life in rows, and whether it ends soon."
    )
    var runToFailure = false

    @Option(
        help: ArgumentHelp(
            "The longest remaining life that is told apart, in rows or --target-unit.", valueName: "life"))
    var cap: Double?

    @Option(
        help: ArgumentHelp(
            "Learn the probability of a failure within so many rows or --target-unit (with --run-to-failure: 30; with "
                + "--target: none).", valueName: "life"))
    var failsWithin: Int?

    @Option(
        help: ArgumentHelp(
            "A column of text as numbers in the order given, such as Type:L,M,H; may be repeated.",
            valueName: "name:values"))
    var ordinal: [String] = []

    @Option(
        help: ArgumentHelp(
            "Columns of text of which every value becomes a column, separated by commas.", valueName: "names"))
    var oneHot: String?

    @Option(help: ArgumentHelp("The time column of a table, where its name does not tell.", valueName: "name"))
    var timeColumn: String?

    @Option(
        help: ArgumentHelp(
            "The detector behind the health index of units that ran to failure; none for no index.", valueName: "name"))
    var healthDetector = "mahalanobis"

    /// How importances are measured.
    enum Importance: String, ExpressibleByArgument, CaseIterable {
        /// By the gain of the splits in training.
        case impurity
        /// Also by dealing readings anew on held-out units.
        case permutation
    }

    @Option(
        help: ArgumentHelp(
            "How it is measured what the model rests on: impurity, the gain of splits in training, or permutation, also how "
                + "much worse it becomes on held-out units when the features of a reading are dealt anew (slower).",
            valueName: "measure"))
    var importance = Importance.impurity

    /// Whether a flag is set that only these models know.
    var isUsed: Bool {
        target != nil || targetUnit != nil || exclude != nil || runToFailure || cap != nil || failsWithin != nil
            || !ordinal.isEmpty
            || oneHot != nil || timeColumn != nil || importance != .impurity
    }

    /// Checks ranges.
    func validated() throws {
        if let cap, !(cap.isFinite && cap >= 1) {
            throw SignalError(.invalidOption, "--cap is a number from 1, not \(cap)")
        }
        if let failsWithin, !(1...1_000_000).contains(failsWithin) {
            throw SignalError(.invalidOption, "--fails-within is 1 to 1000000, not \(failsWithin)")
        }
        if runToFailure, target != nil {
            throw SignalError(
                .invalidOption, "--run-to-failure derives the remaining life, --target reads it; give one of them")
        }
        if targetUnit != nil, target == nil {
            throw SignalError(
                .invalidOption,
                "--target-unit is for --target NAME; with --run-to-failure the remaining life is counted in rows")
        }
        if failsWithin != nil, target == nil, !runToFailure {
            throw SignalError(
                .invalidOption, "--fails-within needs the remaining life: give --target NAME or --run-to-failure")
        }
        if cap != nil, target == nil, !runToFailure {
            throw SignalError(
                .invalidOption, "--cap is for the remaining life: give --target NAME or --run-to-failure")
        }
    }

    /// What remaining lives are counted in.
    func lifeUnit() throws -> LifeUnit {
        guard let targetUnit else { return .rows }
        guard let unit = LifeUnit(rawValue: targetUnit) else {
            throw SignalError(
                .invalidOption,
                "--target-unit: " + NearestName.unknown("unit", targetUnit, among: LifeUnit.allCases.map(\.rawValue)))
        }
        return unit
    }

    /// Names separated by commas.
    static func names(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// The ordinal columns with their values.
    func ordinals() throws -> [CategoryColumn] {
        try ordinal.map { text in
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            let values = Self.names(parts.last)
            guard parts.count == 2, values.count > 1, Set(values).count == values.count else {
                throw SignalError(
                    .invalidOption,
                    "--ordinal takes a column and at least two different values in order, as in Type:L,M,H, not '\(text.escapingControlCharacters)'"
                )
            }
            return CategoryColumn(name: parts[0], values: values, isOneHot: false)
        }
    }
}
