import Learning
import SignalCore
import SignalIO

extension Maintain {
    /// Judges rows of a table by a model.
    struct Judge {
        let file: PredictorFile
        let rules: MaintenanceRules
        let table: UnitTable
        /// The features, unit after unit.
        let frames: FeatureFrames
        let probabilities: [Double]?
        let lives: [Double]?
        let level: Double
        let planned: Double
        let unplanned: Double

        /// The longest wait that is weighed where remaining lives have no cap.
        private static let longestWait = 1000

        /// The advice on rows of one unit.
        ///
        /// - Parameters:
        ///   - first: where the unit's rows begin among the features.
        ///   - positions: the rows of the unit that are asked about.
        func advices(unit: Int, first: Int, positions: [Int]) throws -> [MaintenanceAdvice] {
            let rows = table.rows[unit]
            let spacing = spacing(of: rows)
            // Seconds of a row, or of the unit of lives.
            let lifeUnit = file.model.lifeUnit
            let step = lifeUnit.seconds ?? spacing
            let health = try health(of: unit)
            return try positions.map { position in
                let index = first + position
                let (probability, life) = (probabilities?[index], lives?[index])
                let interval = life.flatMap { file.model.life?.interval(around: $0, level: level) }
                let verdict = rules.risk(probability: probability, life: life)
                let wait = rules.nextCheck(verdict.risk, lower: interval?.lowerBound, unit: lifeUnit)
                let frame = frames.frames(in: index..<index + 1)
                let time = table.hasTime ? frame.times[0] : Double(position)
                return MaintenanceAdvice(
                    time: rowTime(time), unit: table.names[unit], failureProbability: probability, risk: verdict.risk,
                    remainingUsefulLife: life, lower: interval?.lowerBound, upper: interval?.upperBound,
                    nextCheck: rowTime(time + wait * step), nextCheckAfter: wait, lifeUnit: lifeUnit,
                    reason: try MaintenanceReason(model: file.model, rules: rules).words(
                        frame, probability: probability, life: life, verdict: verdict),
                    age: position, health: advice(health, at: position),
                    costs: costs(
                        life: life, probability: probability,
                        age: max(
                            1, Int((Double(position + 1) * (lifeUnit.seconds.map { spacing / $0 } ?? 1)).rounded()))))
            }
        }

        private func rowTime(_ time: Double) -> RowTime { table.hasAbsoluteTimes ? .date(time) : .seconds(time) }

        /// Seconds from one row of the unit to the next, the usual of the table where it has one row.
        private func spacing(of rows: [Int]) -> Double {
            guard table.hasTime else { return 1 }
            let steps = zip(rows, rows.dropFirst()).map { table.frames.times[$1] - table.frames.times[$0] }.sorted()
            guard !steps.isEmpty, steps[steps.count / 2] > 0 else { return max(0, table.content.schema.hopSeconds) }
            return steps[steps.count / 2]
        }

        /// The health of every row of a unit; empty without an index or with readings missing.
        private func health(of unit: Int) throws -> [Double] {
            guard let health = file.model.health else { return [] }
            let readings = table.readings(of: unit, columns: file.model.table.columns.count)
            guard readings.values.allSatisfy(\.isFinite) else { return [] }
            return try health.health(readings)
        }

        private func advice(_ health: [Double], at position: Int) -> MaintenanceAdvice.Health? {
            let last = position - (table.rows.isEmpty ? 0 : (file.model.health?.detector.contextLength ?? 1) - 1)
            guard health.indices.contains(last) else { return nil }
            let life = HealthIndex.remainingLife(Array(health[...last]))
            return MaintenanceAdvice.Health(
                index: health[last],
                remainingUsefulLife: life.map { min($0, file.model.life?.cap ?? .infinity) })
        }

        private func costs(life: Double?, probability: Double?, age: Int) -> MaintenanceAdvice.Costs? {
            if let life, let model = file.model.life {
                let outcomes = model.outcomes(of: life)
                // At the cap the model says "at least so many", so nothing is known of a longer wait.
                let end = Int(min(Double(Self.longestWait), model.cap.map { $0 - 1 } ?? outcomes.last ?? 0))
                let costs = MaintenanceCosts(
                    outcomes: outcomes, age: age, longestWait: max(0, end), planned: planned, unplanned: unplanned)
                let kept = costs.choices.filter { $0.wait % 10 == 0 || $0.wait == costs.best.wait }
                return MaintenanceAdvice.Costs(
                    planned: planned, unplanned: unplanned, bestWait: costs.best.wait,
                    isBestAtEnd: costs.best.wait == max(0, end), bestCostPerRow: costs.best.costPerRow, choices: kept)
            }
            guard let probability else { return nil }
            let wait = file.model.failure?.horizon ?? 1
            func choice(_ wait: Int, _ cost: Double, _ failure: Double) -> MaintenanceCosts.Choice {
                MaintenanceCosts.Choice(
                    wait: wait, failureProbability: failure, expectedCost: cost,
                    costPerRow: cost / Double(age + wait))
            }
            // Without a remaining life: act now for the planned price, or wait and pay for a failure with its probability.
            let waiting = choice(wait, probability * unplanned, probability)
            let isBetter = waiting.expectedCost < planned
            return MaintenanceAdvice.Costs(
                planned: planned, unplanned: unplanned, bestWait: isBetter ? wait : 0, isBestAtEnd: isBetter,
                bestCostPerRow: isBetter ? waiting.costPerRow : planned / Double(age),
                choices: [choice(0, planned, 0), waiting])
        }
    }
}
