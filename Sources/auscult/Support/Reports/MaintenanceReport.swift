import Learning
import Reporting
import SignalCore

/// A report on the maintenance of machines: who is at risk, why, what waiting costs, and what the model rests on.
struct MaintenanceReport {
    let file: PredictorFile
    let advices: [MaintenanceAdvice]
    /// The probability that the intervals hold.
    let level: Double

    /// The report on the machines of a table.
    func report(_ input: String) -> Report {
        var report = ReportMaker.report("Maintenance of the machines of \(input)")
        let counts = MaintenanceRisk.allCases.reversed().map { risk in
            "\(advices.count { $0.risk == risk }) \(risk.rawValue)"
        }
        report.summary = ["Of \(advices.count) rows judged: \(counts.joined(separator: ", ")) risk."]
        var risks = Report.Section("Who needs maintenance")
        if file.model.life != nil {
            risks.show(
                MaintenanceRiskFigure(
                    units: advices.map(\.unit), risks: advices.map(\.risk.rawValue),
                    probabilities: advices.map { $0.failureProbability ?? .nan },
                    remainingLife: advices.map { $0.remainingUsefulLife ?? .nan },
                    lower: advices.map { $0.lower ?? .nan }, upper: advices.map { $0.upper ?? .nan },
                    lifeUnit: file.model.lifeUnit.rawValue,
                    level: level))
        }
        let order: [MaintenanceRisk] = [.high, .medium, .low]
        let urgent = advices.indices.sorted {
            (order.firstIndex(of: advices[$0].risk) ?? 0, $0) < (order.firstIndex(of: advices[$1].risk) ?? 0, $1)
        }.map { advices[$0] }
        risks.show(
            NumberTable([
                .init("unit", urgent.map(\.unit)), .init("time", urgent.map(\.time.description)),
                .init("risk", urgent.map(\.risk.rawValue)),
                .init("failure probability", unit: "share", urgent.map { $0.failureProbability ?? .nan }),
                .init(
                    "remaining useful life", unit: file.model.lifeUnit.rawValue,
                    urgent.map { $0.remainingUsefulLife ?? .nan }),
                .init("lower", unit: file.model.lifeUnit.rawValue, urgent.map { $0.lower ?? .nan }),
                .init("upper", unit: file.model.lifeUnit.rawValue, urgent.map { $0.upper ?? .nan }),
                .init("next check", urgent.map(\.nextCheck.description)), .init("reason", urgent.map(\.reason)),
            ]), caption: "Every judged row, the highest risk first.")
        report.sections = [risks]
        let priced = urgent.filter { $0.costs != nil }
        if !priced.isEmpty {
            var costs = Report.Section("What waiting costs")
            costs.show(
                NumberTable([
                    .init("unit", priced.map(\.unit)),
                    .init("planned", unit: "price", priced.map { $0.costs?.planned ?? .nan }),
                    .init("failure", unit: "price", priced.map { $0.costs?.unplanned ?? .nan }),
                    .init(
                        "best wait", unit: file.model.lifeUnit.rawValue, priced.map { Double($0.costs?.bestWait ?? 0) }),
                    .init(
                        "cost there", unit: "price a \(file.model.lifeUnit.singular)",
                        priced.map { $0.costs?.bestCostPerRow ?? .nan }),
                ]),
                caption:
                    "The best moment is where the expected cost per \(file.model.lifeUnit.singular) of service is lowest."
            )
            report.sections.append(costs)
        }
        if let basis = Self.basis(file.model) { report.sections.append(basis) }
        if let training = ReportMaker.training(file.model.provenance.histories) { report.sections.append(training) }
        report.sections.append(ReportMaker.howToReproduce())
        return report
    }

    /// Which readings the model rests on; `nil` where it tells none.
    static func basis(_ model: TrainedPredictor) -> Report.Section? {
        let importances = model.importances()
        guard !importances.isEmpty else { return nil }
        var basis = Report.Section("What the model rests on")
        basis.show(
            FeatureImportanceFigure(
                columns: importances.map(\.source), importance: importances.map(\.share),
                measure: Axis("Share of the gain of all splits", unit: "share")))
        for part in HeldOutImportance.Part.allCases {
            let own = model.heldOutImportances.filter { $0.part == part }
            guard !own.isEmpty else { continue }
            let measure = HeldOutImportance.measure(of: part, lifeUnit: model.lifeUnit)
            basis.show(
                FeatureImportanceFigure(
                    name: "permutation-importance-\(part.rawValue)",
                    title: "What is missed when a reading is dealt anew: \(part.rawValue)",
                    columns: own.map(\.source),
                    importance: own.map(\.rise), deviation: own.map(\.deviation),
                    measure: Axis(measure.quantity, unit: measure.unit)))
        }
        return basis
    }
}
