internal import COpenBLAS

extension BLAS {
    /// Multiplies a matrix by sixteen vectors that lie side by side, one in every lane:
    /// `result = scale * A * lanes + resultScale * result` (`sgemm`).
    ///
    /// The result of a vector is the same to the bit in whichever lane it lies and whatever lies in the others, which
    /// the general product does not promise: its kernels treat the rows at the end of a table differently from the
    /// rest, and on some processors neighbouring groups of rows too. Sixteen lanes are one step of every kernel
    /// (checked with OpenBLAS 0.3.21 as Prescott, Core2, Nehalem, Sandybridge, Haswell, Zen, SkylakeX, Cooperlake;
    /// thirty-two are not on Haswell and Zen). This is what makes scores independent of how the frames were cut.
    ///
    /// - Parameters:
    ///   - matrix: A, shape `rows` x `inner`; where `transposing`, stored as `inner` x `rows`.
    ///   - lanes: `inner` elements of sixteen vectors each.
    ///   - result: `rows` elements of sixteen vectors each.
    /// - Precondition: as for ``multiply(_:transposingLeft:_:rows:inner:columns:scale:resultScale:into:)``.
    public static func multiply(
        _ matrix: Span<Float>, transposing: Bool = false, lanes: Span<SIMD16<Float>>, rows: Int, inner: Int,
        scale: Float = 1, resultScale: Float = 0, into result: inout MutableSpan<SIMD16<Float>>
    ) {
        precondition(matrix.count == rows * inner, "the matrix has rows x inner elements")
        precondition(lanes.count == inner && result.count == rows, "the lanes fit the matrix")
        guard rows > 0, inner > 0 else { return }
        useOneThread()
        let laneCount = Int32(SIMD16<Float>.scalarCount)
        unsafe matrix.withUnsafeBufferPointer { matrix in
            unsafe lanes.withUnsafeBytes { lanes in
                unsafe result.withUnsafeMutableBytes { result in
                    unsafe cblas_sgemm(
                        CblasRowMajor, transposing ? CblasTrans : CblasNoTrans, CblasNoTrans, Int32(rows), laneCount,
                        Int32(inner), scale, matrix.baseAddress, Int32(transposing ? rows : inner),
                        lanes.baseAddress?.assumingMemoryBound(to: Float.self), laneCount, resultScale,
                        result.baseAddress?.assumingMemoryBound(to: Float.self), laneCount)
                }
            }
        }
    }
}
