internal import CNeuralKernels
internal import LinearAlgebra
internal import SignalCore

/// The matrix products that training has to do at the least, by themselves: what no computation of the same network
/// can be faster than, with the same products. Benchmarks print it beside the time of training.
public struct MatrixProductFloor {
    private let network: SequenceNetwork
    private let steps: Int
    private let jobs: Int

    /// Prepares the products of one batch.
    ///
    /// - Parameters:
    ///   - steps: the time steps of a window.
    ///   - jobs: the most threads to use.
    public init(_ network: SequenceNetwork, steps: Int, jobs: Int = 1) throws {
        _ = try network.layout.stepCounts(inputSteps: steps)
        self.network = network
        self.steps = steps
        self.jobs = jobs
    }

    /// One product of a weight matrix: its shape and the vectors it is multiplied with, one after another in time.
    private struct Product: Sendable {
        let rows: Int
        let columns: Int
        let steps: Int
        let isFirst: Bool
    }

    private func products() throws -> [Product] {
        var products: [Product] = []
        var columns = steps
        var isConstant = false
        for (index, layer) in network.layout.layers.enumerated() {
            let count = try network.layout.stepCounts(inputSteps: steps)[index]
            if layer.recurrent != nil {
                let rows = layer.packedRowCount
                products.append(
                    Product(rows: rows, columns: layer.inputs, steps: isConstant ? 1 : columns, isFirst: index == 0))
                products.append(Product(rows: rows, columns: layer.outputs, steps: columns, isFirst: false))
                isConstant = count == 1
            } else if case .dense = layer.operation {
                products.append(
                    Product(
                        rows: layer.outputs, columns: layer.inputs, steps: isConstant ? 1 : columns,
                        isFirst: index == 0))
            } else if case .repeatVector = layer.operation {
                isConstant = true
            } else {
                isConstant = isConstant && columns == 1
            }
            columns = count
        }
        return products
    }

    /// Does the products of `batches` batches of `batchSize`, of the way there, the way back, and the gradients of the
    /// weights, with the kernels of ``SequenceNetwork``, in shards as in training.
    public func run(batches: Int, batchSize: Int) throws {
        let products = try products()
        let shardCount = GradientShards.shardCount(batchSize)
        let workers = max(1, min(jobs, shardCount))
        let kernels = network.kernels
        try ConcurrentLoop.run(count: workers, jobs: workers) { worker in
            let scratch = ProductScratch(products.map { ($0.rows, $0.columns, $0.steps) })
            for _ in 0..<batches {
                for _ in stride(from: worker, to: shardCount, by: workers) {
                    for product in products {
                        scratch.run(
                            kernels, rows: product.rows, columns: product.columns, steps: product.steps,
                            isFirst: product.isFirst)
                    }
                }
            }
        }
    }

    /// Does the same products with OpenBLAS, a whole batch side by side, on one thread: what a network written with a
    /// library of matrix products does at the least.
    public func runWithBLAS(batches: Int, batchSize: Int) throws {
        for product in try products() {
            let (rows, columns, steps) = (product.rows, product.columns, product.steps)
            let weights = Array(repeating: Float(0.5), count: rows * columns)
            let inputs = Array(repeating: Float(0.25), count: batchSize * steps * columns)
            let slopes = Array(repeating: Float(0.25), count: batchSize * steps * rows)
            var forward = Array(repeating: Float(0), count: batchSize * rows)
            var back = Array(repeating: Float(0), count: batchSize * columns)
            var gradient = Array(repeating: Float(0), count: rows * columns)
            for _ in 0..<batches {
                for step in 0..<steps {
                    let input = step * batchSize * columns..<(step + 1) * batchSize * columns
                    let slope = step * batchSize * rows..<(step + 1) * batchSize * rows
                    var result = forward.mutableSpan
                    BLAS.multiply(
                        inputs.span.extracting(input), weights.span, rows: batchSize, inner: columns, columns: rows,
                        into: &result)
                    guard !product.isFirst else { continue }
                    var backResult = back.mutableSpan
                    BLAS.multiply(
                        slopes.span.extracting(slope), weights.span, rows: batchSize, inner: rows, columns: columns,
                        into: &backResult)
                }
                var result = gradient.mutableSpan
                BLAS.multiply(
                    slopes.span, transposingLeft: true, inputs.span, rows: rows, inner: batchSize * steps,
                    columns: columns, into: &result)
            }
        }
    }
}

/// Room for the products of one worker, and the products.
private final class ProductScratch {
    private let weights: LaneBuffer
    private let inputs: LaneBuffer
    private let slopes: LaneBuffer
    private let gradient: LaneBuffer
    private let rowMap: [Int32]

    init(_ shapes: [(rows: Int, columns: Int, steps: Int)]) {
        let lanes = LaneKernels.laneCount
        func largest(_ size: (Int, Int, Int) -> Int) -> Int {
            shapes.map { size($0.rows, $0.columns, $0.steps) }.max() ?? 0
        }
        weights = LaneBuffer(
            count: largest { rows, columns, _ in (rows + 15) / 16 * 16 * ((columns + 15) / 16 * 16) }, zeroed: true)
        inputs = LaneBuffer(count: largest { _, columns, steps in (columns + 20) * lanes * steps }, zeroed: true)
        slopes = LaneBuffer(count: largest { rows, _, steps in (rows + 20) * lanes * steps }, zeroed: true)
        gradient = LaneBuffer(count: largest { rows, columns, _ in rows * columns }, zeroed: true)
        rowMap = (0..<largest { rows, _, _ in (rows + 3) / 4 * 4 }).map { Int32($0) }
    }

    func run(_ kernels: LaneKernels, rows: Int, columns: Int, steps: Int, isFirst: Bool) {
        let lanes = LaneKernels.laneCount
        let inputStride = ((columns + 3) / 4 * 4 + 1) * lanes
        let slopeStride = ((rows + 3) / 4 * 4 + 1) * lanes
        let (input, slope) = unsafe (inputs.start, slopes.start)
        unsafe kernels.table.pointee.dense(
            weights.start, nil, rows, columns, input, inputStride, steps, NEURAL_LINEAR, slope, slopeStride)
        if !isFirst {
            unsafe kernels.table.pointee.dense(
                weights.start, nil, columns, rows, slope, slopeStride, steps, NEURAL_LINEAR, input, inputStride)
        }
        let map = Array(rowMap.prefix(rows)) + Array(repeating: -1, count: (4 - rows % 4) % 4)
        unsafe kernels.table.pointee.outerProduct(
            slope, slopeStride, map, rows, input, inputStride, columns, steps, gradient.start)
    }
}
