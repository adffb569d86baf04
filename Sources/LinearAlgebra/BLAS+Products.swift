internal import COpenBLAS

extension BLAS {
    /// Multiplies two matrices: `result = scale * A * B + resultScale * result` (`sgemm`).
    ///
    /// - Parameters:
    ///   - left: A, shape `rows` x `inner`; where `transposingLeft`, stored as `inner` x `rows`.
    ///   - right: B, shape `inner` x `columns`.
    ///   - result: shape `rows` x `columns`.
    /// - Precondition: the spans have as many elements as the shapes say, and no length exceeds 2^31 - 1.
    public static func multiply(
        _ left: Span<Float>, transposingLeft: Bool = false, _ right: Span<Float>, rows: Int, inner: Int, columns: Int,
        scale: Float = 1, resultScale: Float = 0, into result: inout MutableSpan<Float>
    ) {
        precondition(left.count == rows * inner, "the left matrix has rows x inner elements")
        precondition(right.count == inner * columns, "the right matrix has inner x columns elements")
        precondition(result.count == rows * columns, "the result has rows x columns elements")
        guard rows > 0, columns > 0, inner > 0 else { return }
        useOneThread()
        unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                unsafe result.withUnsafeMutableBufferPointer { result in
                    unsafe cblas_sgemm(
                        CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans, CblasNoTrans, Int32(rows),
                        Int32(columns), Int32(inner), scale, left.baseAddress,
                        Int32(transposingLeft ? rows : inner), right.baseAddress, Int32(columns), resultScale,
                        result.baseAddress, Int32(columns))
                }
            }
        }
    }

    /// Multiplies a matrix by a vector: `result = A * x` (`sgemv`).
    ///
    /// - Parameters:
    ///   - matrix: A, shape `rows` x `columns`.
    ///   - vector: x, `columns` elements.
    ///   - result: `rows` elements.
    /// - Precondition: as for ``multiply(_:transposingLeft:_:rows:inner:columns:scale:resultScale:into:)``.
    public static func multiply(
        _ matrix: Span<Float>, rows: Int, columns: Int, vector: Span<Float>, into result: inout MutableSpan<Float>
    ) {
        precondition(matrix.count == rows * columns, "the matrix has rows x columns elements")
        precondition(vector.count == columns, "the vector has one element a column")
        precondition(result.count == rows, "the result has one element a row")
        guard rows > 0, columns > 0 else { return }
        useOneThread()
        unsafe matrix.withUnsafeBufferPointer { matrix in
            unsafe vector.withUnsafeBufferPointer { vector in
                unsafe result.withUnsafeMutableBufferPointer { result in
                    unsafe cblas_sgemv(
                        CblasRowMajor, CblasNoTrans, Int32(rows), Int32(columns), 1, matrix.baseAddress,
                        Int32(columns), vector.baseAddress, 1, 0, result.baseAddress, 1)
                }
            }
        }
    }

    /// Adds the products of all pairs of columns: `result += A^T * A` (`dsyrk`), in double precision for statistics.
    ///
    /// - Parameters:
    ///   - matrix: A, shape `rows` x `columns`.
    ///   - result: shape `columns` x `columns`; only the elements on and above the diagonal are read and written.
    /// - Precondition: as for ``multiply(_:transposingLeft:_:rows:inner:columns:scale:resultScale:into:)``.
    public static func addColumnProducts(
        of matrix: Span<Double>, rows: Int, columns: Int, into result: inout MutableSpan<Double>
    ) {
        precondition(matrix.count == rows * columns, "the matrix has rows x columns elements")
        precondition(result.count == columns * columns, "the result has columns x columns elements")
        guard rows > 0, columns > 0 else { return }
        useOneThread()
        unsafe matrix.withUnsafeBufferPointer { matrix in
            unsafe result.withUnsafeMutableBufferPointer { result in
                unsafe cblas_dsyrk(
                    CblasRowMajor, CblasUpper, CblasTrans, Int32(columns), Int32(rows), 1, matrix.baseAddress,
                    Int32(columns), 1, result.baseAddress, Int32(columns))
            }
        }
    }

    /// The sum of the squares of a vector's elements (`ddot`).
    public static func squaredLength(_ vector: Span<Double>) -> Double {
        useOneThread()
        return unsafe vector.withUnsafeBufferPointer { vector in
            unsafe cblas_ddot(Int32(vector.count), vector.baseAddress, 1, vector.baseAddress, 1)
        }
    }
}
