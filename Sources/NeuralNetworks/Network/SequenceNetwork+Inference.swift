internal import SignalCore

extension SequenceNetwork {
    /// Computes the outputs of windows, without dropout.
    ///
    /// - Parameter jobs: the most threads to use. The result does not depend on it.
    /// - Returns: the outputs, window after window. Shape: windows x steps x columns, row-major.
    /// - Throws: `SignalError` with code `mismatch` when the windows have no whole steps.
    public func outputs(of windows: SequenceWindows, jobs: Int = 1) throws -> [Float] {
        let steps = try layout.inputSteps(windows)
        let lanes = LaneKernels.laneCount
        let lanePlan = try NetworkPlan(layout, inputSteps: steps, width: lanes, isTraining: false)
        let singlePlan = try NetworkPlan(layout, inputSteps: steps, width: 1, isTraining: false)
        let valueCount = lanePlan.output.steps * lanePlan.output.rows
        let results = LaneBuffer(count: windows.count * valueCount)
        // A few windows are quicker one by one than in lanes of which most are empty.
        let rest = windows.count % lanes
        let singles = rest <= lanes / 3 ? rest : 0
        let groupCount = (windows.count - singles + lanes - 1) / lanes
        let workers = max(1, min(jobs, groupCount + singles))
        try ConcurrentLoop.run(count: workers, jobs: workers) { worker in
            var lanePass: NetworkPass?
            for group in stride(from: worker, to: groupCount, by: workers) {
                let pass = lanePass ?? NetworkPass(layout: layout, plan: lanePlan, kernels: kernels)
                lanePass = pass
                let indices = group * lanes..<min((group + 1) * lanes, windows.count)
                pass.gather(windows, indices)
                pass.clearStates()
                unsafe pass.forward(packed.start)
                unsafe pass.copyOutputs(
                    count: indices.count, to: results.start + indices.lowerBound * valueCount)
            }
            var singlePass: NetworkPass?
            for index in stride(from: windows.count - singles + worker, to: windows.count, by: workers) {
                let pass = singlePass ?? NetworkPass(layout: layout, plan: singlePlan, kernels: kernels)
                singlePass = pass
                pass.clearStates()
                unsafe windows.values.withUnsafeBufferPointer { table in
                    guard let base = table.baseAddress else { return }
                    let window = unsafe base + windows.starts[index] * windows.columnCount
                    unsafe pass.forward(packed.start, input: window)
                    unsafe pass.copyOutput(of: window, to: results.start + index * valueCount)
                }
            }
        }
        return results.values
    }

    /// The loss of every example by itself, without dropout: its mean over steps and columns.
    ///
    /// - Throws: `SignalError` with code `mismatch` when inputs or targets do not fit the network.
    public func losses(of examples: TrainingExamples, loss: Loss, jobs: Int = 1) throws -> [Double] {
        let steps = try layout.inputSteps(examples.inputs)
        let lanes = LaneKernels.laneCount
        let plan = try NetworkPlan(layout, inputSteps: steps, width: lanes, isTraining: false)
        let columns = loss.targetColumns(outputColumns: outputColumns)
        try Self.check(examples.targets, steps: plan.output.steps, columns: columns)
        let groupCount = (examples.count + lanes - 1) / lanes
        let workers = max(1, min(jobs, groupCount))
        let parts = try ConcurrentLoop.map(count: workers, jobs: workers) { worker in
            let pass = NetworkPass(layout: layout, plan: plan, kernels: kernels)
            var sums: [[Double]] = []
            for group in stride(from: worker, to: groupCount, by: workers) {
                let indices = group * lanes..<min((group + 1) * lanes, examples.count)
                pass.gather(examples.inputs, indices)
                pass.gatherTargets(examples.targets, indices, start: 0, columns: columns)
                pass.clearStates()
                unsafe pass.forward(packed.start)
                var lossSums = Array(repeating: 0.0, count: lanes)
                pass.computeLoss(loss, targetColumns: columns, count: indices.count, scale: 0, sums: &lossSums)
                sums.append(Array(lossSums.prefix(indices.count)))
            }
            return sums
        }
        let scale = Double(plan.output.steps * columns)
        return (0..<groupCount).flatMap { parts[$0 % workers][$0 / workers].map { $0 / scale } }
    }

    static func check(_ targets: SequenceWindows, steps: Int, columns: Int) throws {
        guard targets.valueCount == steps * columns else {
            throw SignalError(
                .mismatch,
                "a target has \(targets.valueCount) values, but the network's output takes \(steps) x \(columns)")
        }
    }
}
