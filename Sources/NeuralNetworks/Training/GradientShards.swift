internal import CNeuralKernels
internal import SignalCore

/// Computes gradients of batches, in shards of sixteen examples that do not know of each other: the sum over the shards
/// has a fixed order, so the result is the same on any number of threads.
final class GradientShards {
    let layout: NetworkLayout
    let kernels: LaneKernels
    let loss: Loss
    let jobs: Int
    let plan: NetworkPlan
    /// The weights as the kernels read them, for both ways.
    let packed: LaneBuffer
    /// One gradient a shard; the sum of all in the first, after ``addShards(count:)``.
    let gradients: LaneBuffer
    let stride: Int
    private let passes: [UnsafePass]
    private let lossSums: LossSums

    /// One worker's pass. Different threads use different ones.
    private struct UnsafePass: @unchecked Sendable { let pass: NetworkPass }

    /// The losses of shards, each written by the thread that computes it.
    @safe
    private final class LossSums: @unchecked Sendable {
        let sums: UnsafeMutablePointer<Double>
        init(count: Int) { unsafe sums = .allocate(capacity: count) }
        deinit { unsafe sums.deallocate() }
    }

    /// - Parameter steps: the steps of a sequence that are computed at once.
    init(layout: NetworkLayout, kernels: LaneKernels, loss: Loss, steps: Int, batchSize: Int, jobs: Int) throws {
        self.layout = layout
        self.kernels = kernels
        self.loss = loss
        plan = try NetworkPlan(layout, inputSteps: steps, width: LaneKernels.laneCount, isTraining: true)
        let shardCount = Self.shardCount(batchSize)
        self.jobs = max(1, min(jobs, shardCount))
        packed = LaneBuffer(count: layout.packedCount)
        stride = (layout.parameterCount + 15) / 16 * 16
        gradients = LaneBuffer(count: stride * shardCount)
        passes = (0..<self.jobs).map { [plan] _ in
            UnsafePass(pass: NetworkPass(layout: layout, plan: plan, kernels: kernels))
        }
        lossSums = LossSums(count: shardCount)
    }

    static func shardCount(_ examples: Int) -> Int {
        (examples + LaneKernels.laneCount - 1) / LaneKernels.laneCount
    }

    /// A piece of the sequences, and the states that are carried from piece to piece.
    struct Piece {
        var firstStep = 0
        var states: ShardStates?
    }

    /// The states of all shards between two pieces of their sequences.
    final class ShardStates: @unchecked Sendable {
        fileprivate var values: [LaneBuffer?]
        init(shardCount: Int) { values = Array(repeating: nil, count: shardCount) }
    }

    /// Computes the gradient of every shard of a batch.
    ///
    /// - Parameters:
    ///   - order: the examples of the batch.
    ///   - dropoutSeed: the seed of the batch's masks; `nil` to take those that are set.
    /// - Returns: the mean loss of the batch.
    func compute(
        _ examples: TrainingExamples, _ order: ArraySlice<Int>, dropoutSeed: UInt64?, piece: Piece = Piece()
    ) throws -> Double {
        let shardCount = Self.shardCount(order.count)
        let columns = loss.targetColumns(outputColumns: plan.output.rows)
        let elementCount = order.count * plan.output.steps * columns
        let scale = Float(1 / Double(elementCount))
        let (firstStep, states) = (piece.firstStep, piece.states)
        let workers = min(jobs, shardCount)
        try ConcurrentLoop.run(count: workers, jobs: workers) {
            [self = UnsafeShards(shards: self)] worker in
            let shards = self.shards
            let pass = shards.passes[worker].pass
            for shard in Swift.stride(from: worker, to: shardCount, by: workers) {
                let first = order.startIndex + shard * LaneKernels.laneCount
                let indices = order[first..<min(first + LaneKernels.laneCount, order.endIndex)]
                pass.gather(examples.inputs, indices, firstStep: firstStep)
                pass.gatherTargets(
                    examples.targets, indices, start: firstStep * columns, columns: columns)
                if let dropoutSeed {
                    pass.drawMasks(seed: dropoutSeed &+ UInt64(shard) &* 0xBF58_476D_1CE4_E5B9)
                }
                pass.restore(states?.values[shard])
                unsafe pass.forward(shards.packed.start)
                let gradient = unsafe shards.gradients.start + shard * shards.stride
                unsafe gradient.update(repeating: 0, count: shards.stride)
                let total = pass.lossSum(shards.loss, targetColumns: columns, count: indices.count, scale: scale)
                unsafe shards.lossSums.sums[shard] = total
                unsafe pass.backward(shards.packed.start, gradients: gradient)
                if let states { states.store(shard, of: pass) }
            }
        }
        return (0..<shardCount).reduce(0) { unsafe $0 + lossSums.sums[$1] } / Double(elementCount)
    }

    /// The shards as their threads see them: each writes its own part.
    private struct UnsafeShards: @unchecked Sendable { let shards: GradientShards }

    /// Sets the masks of all dropout layers, for tests with given ones.
    func setMasks(_ masks: [UInt16]) {
        for entry in passes { entry.pass.masks = masks }
    }

    /// Calls `body` with stretches of all parameters, on several threads. Each stretch begins on a multiple of sixteen.
    func forEachStretch(_ body: @escaping (Range<Int>) -> Void) throws {
        let count = jobs == 1 ? 1 : jobs
        let length = (stride / 16 + count - 1) / count * 16
        let call = UnsafeCall(body: body)
        try ConcurrentLoop.run(count: count, jobs: jobs) { [parameterCount = layout.parameterCount] part in
            let range = min(part * length, parameterCount)..<min((part + 1) * length, parameterCount)
            if !range.isEmpty { call.body(range) }
        }
    }

    private struct UnsafeCall: @unchecked Sendable { let body: (Range<Int>) -> Void }

    /// Packs all weights anew, each layer on one thread.
    func pack(_ parameters: LaneBuffer) throws {
        let (layout, kernels, packed) = (layout, kernels, packed)
        try ConcurrentLoop.run(count: layout.layers.count, jobs: jobs) { layer in
            unsafe layout.pack(
                layer: layer, parameters: parameters.start, isTraining: true, kernels: kernels, into: packed.start)
        }
    }
}

extension GradientShards.ShardStates {
    fileprivate func store(_ shard: Int, of pass: NetworkPass) {
        pass.carryStates()
        values[shard] = LaneBuffer(pass.states)
    }
}

extension NetworkPass {
    /// Sets the states before the first step, to zero where there are none.
    fileprivate func restore(_ states: LaneBuffer?) {
        if let states { setStates(states.values) } else { clearStates() }
    }

    /// The loss of all lanes, added up in their order.
    fileprivate func lossSum(_ loss: Loss, targetColumns: Int, count: Int, scale: Float) -> Double {
        var sums = Array(repeating: 0.0, count: LaneKernels.laneCount)
        computeLoss(loss, targetColumns: targetColumns, count: count, scale: scale, sums: &sums)
        return sums.reduce(0, +)
    }
}
