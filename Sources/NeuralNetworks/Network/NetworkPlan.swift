internal import CNeuralKernels

/// Where the numbers that layers compute stand in a workspace, for sequences of a given number of steps.
///
/// A workspace serves sixteen sequences side by side (lanes) or a single one. A stretch of lanes has one row more than
/// it needs, so that successive steps do not fall on the same lines of the processor's cache.
struct NetworkPlan: Sendable, Equatable {
    /// A table of steps and rows in the workspace.
    struct View: Sendable, Equatable {
        /// Where it begins; `nil` for the network's input, wherever that is.
        var offset: Int?
        /// The distance of steps; 0 for rows that stay the same.
        var stride: Int
        var rows: Int
        var steps: Int

        /// The steps that differ.
        var distinctSteps: Int { stride == 0 ? 1 : steps }
    }

    struct Layer: Sendable, Equatable {
        var input: View
        var output: View
        /// The hidden states and cell states of a recurrent layer, the initial one first.
        var hidden = 0
        var hiddenStride = 0
        var cells = 0
        var cellStride = 0
        /// Room for a projection of the input: of a constant one, in lanes; of every step, of a single sequence.
        var projection = 0
        /// What the way back needs.
        var gates = 0
        var gateStride = 0
        var tangents = 0
        var summedGates = 0
        /// The first dropout mask.
        var masks = 0
    }

    let width: Int
    let isTraining: Bool
    let inputSteps: Int
    let layers: [Layer]
    /// The input in lanes; the target in lanes; two tables for derivatives; the states' derivatives.
    let input: View
    let target: Int
    let gradients: [Int]
    let hiddenGradient: Int
    let cellGradient: Int
    let count: Int
    let maskCount: Int

    var output: View { layers.last?.output ?? input }

    init(_ layout: NetworkLayout, inputSteps: Int, width: Int, isTraining: Bool) throws {
        var places = Places(width: width)
        let stepCounts = try layout.stepCounts(inputSteps: inputSteps)
        let lanes = places.table(rows: layout.inputColumns, steps: width == 1 ? 0 : inputSteps)
        input = View(
            offset: width == 1 ? nil : lanes,
            stride: width == 1 ? layout.inputColumns : places.stride(layout.inputColumns),
            rows: layout.inputColumns, steps: inputSteps)
        var view = input
        var planned: [Layer] = []
        for (layer, steps) in zip(layout.layers, stepCounts) {
            let entry = places.plan(layer, input: view, steps: steps, isTraining: isTraining)
            planned.append(entry)
            view = entry.output
        }
        layers = planned
        let all = layers.map(\.output) + [input]
        let largest = all.map { places.stride($0.rows) * $0.steps }.max() ?? 0
        let rows = all.map(\.rows).max() ?? 0
        target = width == 1 ? 0 : places.table(rows: view.rows, steps: view.steps)
        if isTraining {
            gradients = [places.place(largest), places.place(largest)]
            hiddenGradient = places.table(rows: rows, steps: 1)
            cellGradient = places.table(rows: rows, steps: 1)
        } else {
            // The loss can be asked for without the way back.
            gradients = width == 1 ? [] : [places.table(rows: view.rows, steps: view.steps)]
            (hiddenGradient, cellGradient) = (0, 0)
        }
        self.width = width
        self.isTraining = isTraining
        self.inputSteps = inputSteps
        count = places.count
        maskCount = places.maskCount
    }
}

extension NetworkPlan {
    /// Hands out places in the workspace.
    private struct Places {
        let width: Int
        var count = 0
        var maskCount = 0

        init(width: Int) { self.width = width }

        func stride(_ rows: Int) -> Int { width == 1 ? (rows + 15) / 16 * 16 : ((rows + 3) / 4 * 4 + 1) * width }

        mutating func place(_ numbers: Int) -> Int {
            let start = count
            count += (numbers + 15) / 16 * 16
            return start
        }

        mutating func table(rows: Int, steps: Int) -> Int { place(stride(rows) * steps) }

        mutating func plan(_ layer: NetworkLayout.Layer, input: View, steps: Int, isTraining: Bool) -> Layer {
            var planned = Layer(input: input, output: input)
            switch layer.operation {
            case .lstm, .gru:
                planRecurrent(layer, input: input, isTraining: isTraining, &planned)
            case .dense:
                let distinct = input.distinctSteps
                planned.output = View(
                    offset: table(rows: layer.outputs, steps: distinct),
                    stride: input.stride == 0 ? 0 : stride(layer.outputs), rows: layer.outputs, steps: steps)
            case .dropout:
                guard isTraining else { break }
                planned.output = View(
                    offset: table(rows: layer.outputs, steps: steps), stride: stride(layer.outputs),
                    rows: layer.outputs, steps: steps)
                planned.masks = maskCount
                maskCount += layer.outputs * steps
            case .repeatVector:
                planned.output.stride = 0
                planned.output.steps = steps
            }
            return planned
        }

        private mutating func planRecurrent(
            _ layer: NetworkLayout.Layer, input: View, isTraining: Bool, _ planned: inout Layer
        ) {
            let rows = layer.packedRowCount
            planned.hiddenStride = stride(layer.outputs)
            planned.hidden = table(rows: layer.outputs, steps: input.steps + 1)
            planned.cellStride = isTraining ? planned.hiddenStride : 0
            planned.cells = table(rows: layer.outputs, steps: isTraining ? input.steps + 1 : 1)
            planned.projection = place(width == 1 ? rows * input.distinctSteps : rows * width)
            if isTraining {
                planned.gateStride = stride(rows)
                planned.gates = table(rows: rows, steps: input.steps)
                planned.tangents = table(rows: layer.outputs, steps: input.steps)
                planned.summedGates = place(rows * width)
            }
            planned.output =
                layer.recurrent?.output == .lastStep
                ? View(
                    offset: planned.hidden + planned.hiddenStride * input.steps, stride: 0, rows: layer.outputs,
                    steps: 1)
                : View(
                    offset: planned.hidden + planned.hiddenStride, stride: planned.hiddenStride, rows: layer.outputs,
                    steps: input.steps)
        }
    }
}
