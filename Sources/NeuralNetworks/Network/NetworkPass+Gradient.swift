internal import CNeuralKernels

extension NetworkPass {
    /// Computes the loss of the first `count` lanes against the targets that were gathered, and its derivatives by the
    /// outputs times `scale`.
    ///
    /// - Parameters:
    ///   - targetColumns: the columns of a target: those of the output, or 1 for cross-entropy.
    ///   - sums: sixteen sums over steps and columns, to which the losses are added.
    func computeLoss(_ loss: Loss, targetColumns: Int, count: Int, scale: Float, sums: inout [Double]) {
        let output = plan.output
        guard let offset = output.offset else { return }
        let stride = gradientStride(output.rows)
        unsafe kernels.table.pointee.loss(
            loss.kernel, loss.parameter, workspace.start + offset, output.stride, workspace.start + plan.target,
            targetStride(targetColumns), output.rows, output.steps, count, scale, workspace.start + plan.gradients[0],
            stride, &sums)
        if output.stride == 0, output.steps > 1 {
            unsafe kernels.table.pointee.stepSums(
                workspace.start + plan.gradients[0], stride, output.rows, output.steps,
                workspace.start + plan.gradients[0])
        }
    }

    func gradientStride(_ rows: Int) -> Int { ((rows + 3) / 4 * 4 + 1) * plan.width }

    /// Adds the derivatives of the loss by all parameters to `gradients`, from those by the outputs on.
    ///
    /// - Returns: where the derivatives by the input stand in the workspace, in lanes, if they were asked for.
    @discardableResult
    func backward(
        _ packed: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, includingInput: Bool = false
    ) -> Int? {
        // Derivatives by the output of the layer at hand, and by its input; the places change roles from layer to layer.
        var above = plan.gradients[0]
        var below = plan.gradients[1]
        for index in layout.layers.indices.reversed() {
            let layer = layout.layers[index]
            let planned = plan.layers[index]
            let isNeeded = index > 0 || includingInput
            switch layer.operation {
            case .lstm, .gru:
                unsafe recurrentBackward(
                    layer, planned, packed, above: above, below: isNeeded ? below : nil, gradients: gradients)
                swap(&above, &below)
            case .dense(_, let activation):
                unsafe denseBackward(
                    layer, planned, activation, packed, above: above, below: isNeeded ? below : nil,
                    gradients: gradients)
                swap(&above, &below)
            case .dropout(let rate):
                dropoutBackward(planned, rate: rate, at: above)
            case .repeatVector:
                break
            }
        }
        return includingInput ? above : nil
    }

    private func recurrentBackward(
        _ layer: NetworkLayout.Layer, _ planned: NetworkPlan.Layer, _ packed: UnsafePointer<Float>, above: Int,
        below: Int?, gradients: UnsafeMutablePointer<Float>
    ) {
        guard let recurrent = layer.recurrent else { return }
        let base = unsafe workspace.start
        let table = unsafe kernels.table
        let rows = layer.packedRowCount
        let input = unsafe UnsafePointer(base + (planned.input.offset ?? 0))
        var forward = unsafe recurrence(layer, planned, recurrent.cell, packed, input: input)
        let isLast = recurrent.output == .lastStep
        var way = unsafe neural_recurrence_gradient(
            output: isLast ? nil : base + above, outputStride: gradientStride(layer.outputs),
            lastOutput: isLast ? base + above : nil, inputWeights: packed + layer.transposedInput,
            hiddenWeights: packed + layer.transposedHidden, input: below.map { unsafe base + $0 },
            inputStride: gradientStride(layer.inputs), hidden: base + plan.hiddenGradient,
            cell: base + plan.cellGradient)
        unsafe table.pointee.recurrenceGradient(&forward, &way)
        let gates = unsafe UnsafePointer(base + planned.gates)
        let isConstant = planned.input.stride == 0
        if isConstant {
            let sums = unsafe base + planned.summedGates
            unsafe table.pointee.stepSums(gates, planned.gateStride, rows, planned.input.steps, sums)
            unsafe table.pointee.outerProduct(
                sums, 0, layer.inputRows, rows, input, 0, layer.inputs, 1, tensor(0, of: layer, in: gradients))
            if let below {
                unsafe table.pointee.dense(
                    packed + layer.transposedInput, nil, layer.inputs, rows, sums, 0, 1, NEURAL_LINEAR, base + below, 0)
            }
        } else {
            unsafe table.pointee.outerProduct(
                gates, planned.gateStride, layer.inputRows, rows, input, planned.input.stride, layer.inputs,
                planned.input.steps, tensor(0, of: layer, in: gradients))
        }
        unsafe table.pointee.outerProduct(
            gates, planned.gateStride, layer.hiddenRows, rows, base + planned.hidden, planned.hiddenStride,
            layer.outputs, planned.input.steps, tensor(1, of: layer, in: gradients))
        unsafe table.pointee.rowSums(
            gates, planned.gateStride, layer.inputRows, rows, planned.input.steps, tensor(2, of: layer, in: gradients))
        unsafe table.pointee.rowSums(
            gates, planned.gateStride, layer.hiddenRows, rows, planned.input.steps, tensor(3, of: layer, in: gradients))
    }

    private func denseBackward(
        _ layer: NetworkLayout.Layer, _ planned: NetworkPlan.Layer, _ activation: Activation,
        _ packed: UnsafePointer<Float>, above: Int, below: Int?, gradients: UnsafeMutablePointer<Float>
    ) {
        guard let output = planned.output.offset else { return }
        let base = unsafe workspace.start
        let table = unsafe kernels.table
        let slopes = unsafe base + above
        let stride = gradientStride(layer.outputs)
        let steps = planned.input.distinctSteps
        let input = unsafe UnsafePointer(base + (planned.input.offset ?? 0))
        unsafe table.pointee.activationGradient(
            activation.kernel, base + output, planned.output.stride, layer.outputs, steps, slopes, stride)
        unsafe table.pointee.outerProduct(
            slopes, stride, layer.inputRows, layer.outputs, input, planned.input.stride, layer.inputs, steps,
            tensor(0, of: layer, in: gradients))
        unsafe table.pointee.rowSums(
            slopes, stride, layer.inputRows, layer.outputs, steps, tensor(1, of: layer, in: gradients))
        if let below {
            unsafe table.pointee.dense(
                packed + layer.transposedInput, nil, layer.inputs, layer.outputs, slopes, stride, steps, NEURAL_LINEAR,
                base + below, gradientStride(layer.inputs))
        }
    }

    private func tensor(
        _ index: Int, of layer: NetworkLayout.Layer, in gradients: UnsafeMutablePointer<Float>
    ) -> UnsafeMutablePointer<Float> {
        unsafe gradients + layout.parameters[layer.firstParameter + index].range.lowerBound
    }

    private func dropoutBackward(_ planned: NetworkPlan.Layer, rate: Double, at place: Int) {
        let slopes = unsafe workspace.start + place
        let stride = gradientStride(planned.output.rows)
        unsafe masks.withUnsafeBufferPointer { masks in
            guard let masks = masks.baseAddress else { return }
            unsafe kernels.table.pointee.applyMasks(
                masks + planned.masks, Self.dropoutScale(rate), slopes, stride, planned.output.rows,
                planned.output.steps, slopes, stride)
        }
        if planned.input.stride == 0, planned.output.steps > 1 {
            unsafe kernels.table.pointee.stepSums(slopes, stride, planned.output.rows, planned.output.steps, slopes)
        }
    }
}
