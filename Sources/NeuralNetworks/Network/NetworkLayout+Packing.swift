internal import CNeuralKernels

extension NetworkLayout {
    /// Packs the weights of one layer for the way forward and, where `isTraining`, the way back.
    func pack(
        layer index: Int, parameters values: UnsafePointer<Float>, isTraining: Bool, kernels: LaneKernels,
        into packed: UnsafeMutablePointer<Float>
    ) {
        let layer = layers[index]
        guard layer.packedRowCount > 0 else { return }
        let first = layer.firstParameter
        let weights = unsafe values + parameters[first].range.lowerBound
        let rows = layer.packedRowCount
        let isRecurrent = !layer.hiddenRows.isEmpty
        let depth = layer.inputs + (isRecurrent ? layer.outputs : 0)
        let panels = unsafe packed + layer.panels
        unsafe kernels.table.pointee.pack(weights, layer.inputs, layer.inputRows, rows, panels, depth, 0)
        let inputBias = unsafe values + parameters[first + (isRecurrent ? 2 : 1)].range.lowerBound
        for row in 0..<rows {
            let from = Int(layer.inputRows[row])
            unsafe packed[layer.bias + row] = from < 0 ? 0 : inputBias[from]
        }
        if isTraining {
            // The rows that fill up a dense layer's last panel have no place in its transpose.
            unsafe kernels.table.pointee.packTransposed(
                weights, layer.inputs, layer.inputRows, isRecurrent ? rows : layer.outputs,
                packed + layer.transposedInput)
        }
        guard isRecurrent else { return }
        let hiddenWeights = unsafe values + parameters[first + 1].range.lowerBound
        unsafe kernels.table.pointee.pack(
            hiddenWeights, layer.outputs, layer.hiddenRows, rows, panels, depth, layer.inputs)
        let hiddenBias = unsafe values + parameters[first + 3].range.lowerBound
        for row in 0..<rows where layer.hiddenRows[row] >= 0 {
            unsafe packed[layer.bias + row] += hiddenBias[Int(layer.hiddenRows[row])]
        }
        if isTraining {
            unsafe kernels.table.pointee.packTransposed(
                hiddenWeights, layer.outputs, layer.hiddenRows, rows, packed + layer.transposedHidden)
        }
    }

    /// The weights of all layers, packed for the way forward.
    func packedForward(_ values: [Float], kernels: LaneKernels) -> LaneBuffer {
        let packed = LaneBuffer(count: forwardCount)
        unsafe values.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            for index in layers.indices {
                unsafe pack(
                    layer: index, parameters: values, isTraining: false, kernels: kernels, into: packed.start)
            }
        }
        return packed
    }
}
