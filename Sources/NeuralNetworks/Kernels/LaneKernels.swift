internal import CNeuralKernels

/// The vector kernels in C, for one set of instructions.
///
/// `avx512` and `avx2` give the same bits; `plain` rounds products before they are added and differs in the last ones.
@safe
struct LaneKernels: @unchecked Sendable {
    /// The number of sequences that are computed side by side.
    static let laneCount = NEURAL_LANES

    /// The table of functions. It is constant, which is why the value may cross threads.
    let table: UnsafePointer<neural_kernels>

    /// The kernels for the best instructions that the processor has, chosen when the program was loaded.
    static let best = unsafe LaneKernels(table: neural_kernels())

    /// All kernels that the processor can run, the plain ones first.
    static var available: [LaneKernels] {
        (0..<3).compactMap { variant in
            unsafe neural_kernels_variant(Int32(variant)).map { unsafe LaneKernels(table: $0) }
        }
    }

    /// `plain`, `avx2` or `avx512`.
    var name: String { unsafe String(cString: table.pointee.name) }

    /// Replaces values by a function of them.
    func apply(_ activation: Activation, to values: inout [Float]) {
        unsafe table.pointee.activate(activation.kernel, &values, values.count)
    }

    /// Draws masks of sixteen bits, each set with a probability of 1 - threshold / 65536.
    func drawMasks(seed: UInt64, threshold: UInt32, count: Int) -> [UInt16] {
        var masks = Array(repeating: UInt16(0), count: count)
        unsafe table.pointee.drawMasks(seed, threshold, count, &masks)
        return masks
    }
}

/// Numbers at a fixed place in memory, on a boundary that suits vectors. Not initialised.
///
/// Threads write different parts of one buffer at the same time; who writes where is the business of its user.
@safe
final class LaneBuffer: @unchecked Sendable {
    let count: Int
    let start: UnsafeMutablePointer<Float>

    init(count: Int, zeroed: Bool = false) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
        unsafe start = raw.bindMemory(to: Float.self, capacity: max(count, 1))
        if zeroed { unsafe start.update(repeating: 0, count: count) }
    }

    convenience init(_ values: [Float]) {
        self.init(count: values.count)
        copy(from: values)
    }

    deinit { unsafe start.deallocate() }

    func copy(from values: [Float]) {
        precondition(values.count == count, "a buffer is filled as a whole")
        unsafe values.withUnsafeBufferPointer { values in
            if let base = values.baseAddress { unsafe start.update(from: base, count: count) }
        }
    }

    var values: [Float] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }
}
