internal import CNeuralKernels

/// The way of up to sixteen sequences through a network, and back: a workspace that one thread uses at a time.
@safe
final class NetworkPass {
    let layout: NetworkLayout
    let plan: NetworkPlan
    let kernels: LaneKernels
    let workspace: LaneBuffer
    /// One mask a row of lanes, sixteen bits each, for the dropout layers.
    var masks: [UInt16]
    private var offsets: [Int64]

    init(layout: NetworkLayout, plan: NetworkPlan, kernels: LaneKernels) {
        self.layout = layout
        self.plan = plan
        self.kernels = kernels
        workspace = LaneBuffer(count: plan.count, zeroed: true)
        masks = Array(repeating: 0, count: plan.maskCount)
        offsets = Array(repeating: 0, count: plan.width)
    }

    /// Copies windows into the lanes of the input, from `firstStep` of each on.
    func gather(_ windows: SequenceWindows, _ indices: some Collection<Int>, firstStep: Int = 0) {
        guard let offset = plan.input.offset else { return }
        gather(
            windows, indices, start: firstStep * plan.input.rows, steps: plan.inputSteps, columns: plan.input.rows,
            to: offset, stride: plan.input.stride)
    }

    /// Copies targets into lanes, from the value `start` of each on.
    func gatherTargets(_ windows: SequenceWindows, _ indices: some Collection<Int>, start: Int, columns: Int) {
        gather(
            windows, indices, start: start, steps: plan.output.steps, columns: columns, to: plan.target,
            stride: targetStride(columns))
    }

    func targetStride(_ columns: Int) -> Int { columns * plan.width }

    private func gather(
        _ windows: SequenceWindows, _ indices: some Collection<Int>, start: Int, steps: Int, columns: Int,
        to place: Int,
        stride: Int
    ) {
        var count = 0
        for index in indices {
            offsets[count] = Int64(windows.starts[index] * windows.columnCount + start)
            count += 1
        }
        unsafe windows.values.withUnsafeBufferPointer { table in
            unsafe kernels.table.pointee.gather(
                table.baseAddress, offsets, count, steps, columns, workspace.start + place, stride)
        }
    }

    /// Where a table begins; `input` is that of a single sequence.
    private func pointer(_ view: NetworkPlan.View, input: UnsafePointer<Float>?) -> UnsafePointer<Float>? {
        if let offset = view.offset { unsafe UnsafePointer(workspace.start + offset) } else { unsafe input }
    }

    /// Sets the states of recurrent layers before the first step to zero.
    func clearStates() {
        for (layer, planned) in zip(layout.layers, plan.layers) where layer.recurrent != nil {
            let count = layer.outputs * plan.width
            unsafe (workspace.start + planned.hidden).update(repeating: 0, count: count)
            unsafe (workspace.start + planned.cells).update(repeating: 0, count: count)
        }
    }

    /// The number of values of all states.
    var stateCount: Int {
        layout.layers.reduce(0) { $0 + ($1.recurrent == nil ? 0 : 2 * $1.outputs * plan.width) }
    }

    /// Sets the states before the first step: hidden and cell state of every recurrent layer.
    func setStates(_ states: [Float]) {
        var taken = 0
        for (layer, planned) in zip(layout.layers, plan.layers) where layer.recurrent != nil {
            for place in [planned.hidden, planned.cells] {
                for index in 0..<layer.outputs * plan.width {
                    unsafe workspace.start[place + index] = states[taken + index]
                }
                taken += layer.outputs * plan.width
            }
        }
    }

    /// The states before the first step, as ``setStates(_:)`` takes them.
    var states: [Float] {
        var states: [Float] = []
        for (layer, planned) in zip(layout.layers, plan.layers) where layer.recurrent != nil {
            for place in [planned.hidden, planned.cells] {
                for index in 0..<layer.outputs * plan.width {
                    unsafe states.append(workspace.start[place + index])
                }
            }
        }
        return states
    }

    /// Makes the states after the last step those before the first.
    func carryStates() {
        for (layer, planned) in zip(layout.layers, plan.layers) where layer.recurrent != nil {
            let count = layer.outputs * plan.width
            let steps = planned.input.steps
            let hidden = unsafe workspace.start + planned.hidden
            unsafe hidden.update(from: hidden + steps * planned.hiddenStride, count: count)
            guard planned.cellStride > 0 else { continue }
            let cells = unsafe workspace.start + planned.cells
            unsafe cells.update(from: cells + steps * planned.cellStride, count: count)
        }
    }

    /// Draws the dropout masks of one shard.
    func drawMasks(seed: UInt64) {
        unsafe masks.withUnsafeMutableBufferPointer { masks in
            guard let base = masks.baseAddress else { return }
            for (index, (layer, planned)) in zip(layout.layers, plan.layers).enumerated() {
                guard case .dropout(let rate) = layer.operation else { continue }
                let threshold = UInt32((rate * 65536).rounded())
                unsafe kernels.table.pointee.drawMasks(
                    seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15, threshold,
                    planned.output.rows * planned.output.steps, base + planned.masks)
            }
        }
    }

    /// Computes all layers. `packed` are the weights of the whole network; `input` a single sequence.
    func forward(_ packed: UnsafePointer<Float>, input: UnsafePointer<Float>? = nil) {
        for (layer, planned) in zip(layout.layers, plan.layers) {
            let from = unsafe pointer(planned.input, input: input)
            let isSingle = plan.width == 1
            if let recurrent = layer.recurrent {
                var arguments = unsafe recurrence(layer, planned, recurrent.cell, packed, input: from)
                if isSingle {
                    unsafe kernels.table.pointee.singleRecurrence(&arguments, arguments.projection)
                } else {
                    unsafe kernels.table.pointee.recurrence(&arguments)
                }
                continue
            }
            guard let offset = planned.output.offset else { continue }
            let output = unsafe workspace.start + offset
            switch layer.operation {
            case .dense(_, let activation):
                let function = unsafe isSingle ? kernels.table.pointee.singleDense : kernels.table.pointee.dense
                unsafe function(
                    packed + layer.panels, packed + layer.bias, layer.outputs, layer.inputs, from, planned.input.stride,
                    planned.input.distinctSteps, activation.kernel, output, planned.output.stride)
            case .dropout(let rate) where plan.isTraining:
                unsafe masks.withUnsafeBufferPointer { masks in
                    guard let base = masks.baseAddress else { return }
                    unsafe kernels.table.pointee.applyMasks(
                        base + planned.masks, Self.dropoutScale(rate), from, planned.input.stride,
                        planned.output.rows, planned.output.steps, output, planned.output.stride)
                }
            default: break
            }
        }
    }

    static func dropoutScale(_ rate: Double) -> Float { Float(1 / (1 - (rate * 65536).rounded() / 65536)) }

    /// The arguments of the kernels for a recurrent layer.
    func recurrence(
        _ layer: NetworkLayout.Layer, _ planned: NetworkPlan.Layer, _ cell: neural_cell,
        _ packed: UnsafePointer<Float>, input: UnsafePointer<Float>?
    ) -> neural_recurrence {
        let base = unsafe workspace.start
        return unsafe neural_recurrence(
            cell: cell, steps: planned.input.steps, inputs: layer.inputs, units: layer.outputs,
            weights: packed + layer.panels, bias: packed + layer.bias, input: input,
            inputStride: planned.input.stride, hidden: base + planned.hidden, hiddenStride: planned.hiddenStride,
            cells: base + planned.cells, cellStride: planned.cellStride, projection: base + planned.projection,
            gates: plan.isTraining ? base + planned.gates : nil, gateStride: planned.gateStride,
            cellTangents: plan.isTraining ? base + planned.tangents : nil)
    }

    /// Copies the output of a single sequence, of which the input is given.
    func copyOutput(of input: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        let output = plan.output
        guard let from = unsafe pointer(output, input: input) else { return }
        for step in 0..<output.steps {
            unsafe (target + step * output.rows).update(from: from + step * output.stride, count: output.rows)
        }
    }

    /// The output of a single sequence, of which the input is given.
    func output(of input: UnsafePointer<Float>) -> [Float] {
        let output = plan.output
        return unsafe Array(unsafeUninitializedCapacity: output.steps * output.rows) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            unsafe copyOutput(of: input, to: base)
            count = output.steps * output.rows
        }
    }

    /// Copies the outputs of the first `count` lanes to sequences one after another.
    func copyOutputs(count: Int, to target: UnsafeMutablePointer<Float>) {
        let output = plan.output
        guard let offset = output.offset else { return }
        unsafe kernels.table.pointee.scatter(
            workspace.start + offset, output.stride, output.steps, output.rows, count, target)
    }
}

extension Activation {
    /// The function's name in C.
    var kernel: neural_activation {
        switch self {
        case .linear: NEURAL_LINEAR
        case .relu: NEURAL_RELU
        case .tanh: NEURAL_TANH
        case .sigmoid: NEURAL_SIGMOID
        }
    }
}
