internal import COpenBLAS
internal import SignalCore

/// The eigenvalues and eigenvectors of a real symmetric matrix, by LAPACK's divide and conquer (`dsyevd`).
///
/// The largest eigenvalue comes first. An eigenvector is determined but for its sign; here its largest loading is
/// positive (the first of those that are equally large within rounding), so that the same matrix always gives the same
/// vectors.
public struct SymmetricEigendecomposition: Sendable {
    /// The eigenvalues, descending.
    public let values: [Double]
    /// The eigenvectors, of length 1, as rows in the order of ``values``. Shape: order x order.
    public let vectors: Matrix<Double>

    /// Decomposes a matrix.
    ///
    /// - Parameter matrix: a square matrix of which the elements on and above the diagonal are read.
    /// - Throws: `SignalError` with code `malformed` when an element is not finite, `limitExceeded` when the iteration
    ///   does not converge or the matrix has more than 16,384 rows (2 GiB and an hour of work).
    public init(of matrix: Matrix<Double>) throws {
        let order = matrix.rowCount
        precondition(matrix.columnCount == order, "only a square matrix has eigenvectors")
        guard order <= 16_384 else {
            throw SignalError(
                .limitExceeded,
                "\(order) columns are too many for an eigendecomposition; use at most 16384 columns in all stacked frames"
            )
        }
        guard order > 0 else {
            values = []
            vectors = matrix
            return
        }
        guard matrix.elements.allSatisfy(\.isFinite) else {
            throw SignalError(.malformed, "a matrix with a value that is not finite has no eigenvectors")
        }
        // Upper by rows is lower by columns, which is how Fortran reads it; the vectors come back as our rows.
        var columns = matrix.elements
        var ascending = Array(repeating: 0.0, count: order)
        try Self.decompose(&columns, order: order, values: &ascending)
        values = ascending.reversed()
        var oriented = Matrix<Double>(rowCount: order, columnCount: order)
        for row in 0..<order {
            let start = (order - 1 - row) * order
            let vector = columns[start..<start + order]
            let sign = Self.sign(of: vector)
            for (column, loading) in vector.enumerated() { oriented[row, column] = sign * loading }
        }
        vectors = oriented
    }

    private static func decompose(_ columns: inout [Double], order: Int, values: inout [Double]) throws {
        BLAS.useOneThread()
        let workCount = 1 + 6 * order + 2 * order * order
        let indexCount = 3 + 5 * order
        var work = Array(repeating: 0.0, count: workCount)
        var indices = Array(repeating: Int32(0), count: indexCount)
        var size = Int32(order)
        var workSize = Int32(workCount)
        var indexSize = Int32(indexCount)
        var information = Int32(0)
        unsafe dsyevd_(
            "V", "L", &size, &columns, &size, &values, &work, &workSize, &indices, &indexSize, &information, 1, 1)
        precondition(information >= 0, "every argument of dsyevd is legal")
        guard information == 0 else {
            throw SignalError(
                .limitExceeded, "the eigenvalues of a matrix of \(order) rows did not converge (dsyevd: \(information))"
            )
        }
    }

    private static func sign(of vector: ArraySlice<Double>) -> Double {
        let largest = vector.reduce(0) { max($0, abs($1)) }
        let deciding = vector.first { abs($0) >= largest * (1 - 1e-9) } ?? 1
        return deciding < 0 ? -1 : 1
    }
}
