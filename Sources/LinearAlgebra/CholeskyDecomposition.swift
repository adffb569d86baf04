internal import COpenBLAS

/// The lower triangular root L of a symmetric positive definite matrix, `L * L' = A`, by LAPACK's `dpotrf`.
public struct CholeskyDecomposition: Sendable {
    /// L; what stands above the diagonal has no meaning. Shape: order x order.
    private let factor: Matrix<Double>

    /// Decomposes a matrix.
    ///
    /// - Parameter matrix: a square matrix of which the elements on and above the diagonal are read.
    /// - Returns: `nil` when the matrix is not positive definite within rounding, or an element is not finite.
    public init?(of matrix: Matrix<Double>) {
        let order = matrix.rowCount
        precondition(matrix.columnCount == order, "only a square matrix has a root")
        guard matrix.elements.allSatisfy(\.isFinite) else { return nil }
        BLAS.useOneThread()
        // Upper by rows is lower by columns, which is how Fortran reads it. Its L lies, by our rows, transposed.
        var columns = matrix.elements
        var size = Int32(order)
        var information = Int32(0)
        if order > 0 { unsafe dpotrf_("L", &size, &columns, &size, &information, 1) }
        precondition(information >= 0, "every argument of dpotrf is legal")
        guard information == 0 else { return nil }
        factor = Matrix(rowCount: order, columnCount: order, elements: columns)
    }

    /// The diagonal of L; the logarithms of its elements sum up to half that of the determinant.
    public var diagonal: [Double] { (0..<factor.rowCount).map { factor[$0, $0] } }

    /// Replaces every row x by `L^-1 x`, whose squared length is `x' A^-1 x` (`dtrsm`).
    ///
    /// - Parameter rows: shape `count` x order.
    public func whiten(_ rows: inout MutableSpan<Double>, count: Int) {
        let order = factor.rowCount
        precondition(rows.count == count * order, "rows are as wide as the matrix")
        guard count > 0, order > 0 else { return }
        BLAS.useOneThread()
        unsafe factor.elements.withUnsafeBufferPointer { factor in
            unsafe rows.withUnsafeMutableBufferPointer { rows in
                unsafe cblas_dtrsm(
                    CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, Int32(count), Int32(order), 1,
                    factor.baseAddress, Int32(order), rows.baseAddress, Int32(order))
            }
        }
    }

    /// Replaces every row x by `A^-1 x` (`dtrsm`, twice).
    ///
    /// - Parameter rows: shape `count` x order.
    public func solve(_ rows: inout MutableSpan<Double>, count: Int) {
        whiten(&rows, count: count)
        let order = factor.rowCount
        guard count > 0, order > 0 else { return }
        unsafe factor.elements.withUnsafeBufferPointer { factor in
            unsafe rows.withUnsafeMutableBufferPointer { rows in
                unsafe cblas_dtrsm(
                    CblasRowMajor, CblasRight, CblasUpper, CblasTrans, CblasNonUnit, Int32(count), Int32(order), 1,
                    factor.baseAddress, Int32(order), rows.baseAddress, Int32(order))
            }
        }
    }
}
