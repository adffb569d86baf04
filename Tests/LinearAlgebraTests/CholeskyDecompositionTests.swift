import LinearAlgebra
import SignalCore
import TestSupport
import Testing

@Suite struct CholeskyDecompositionTests {
    /// A A' + I of random A: positive definite.
    private func matrix(_ order: Int) -> Matrix<Double> {
        let noise = Tone.noise(seed: 3, count: order * order).map(Double.init)
        var product = Matrix<Double>(rowCount: order, columnCount: order)
        for row in 0..<order {
            for column in 0..<order {
                product[row, column] = (0..<order).reduce(row == column ? 1 : 0) {
                    $0 + noise[row * order + $1] * noise[column * order + $1]
                }
            }
        }
        return product
    }

    @Test(arguments: [1, 2, 5, 33]) func `Whitened rows have the length of the quadratic form`(order: Int) throws {
        let matrix = matrix(order)
        let decomposition = try #require(CholeskyDecomposition(of: matrix))
        // x' A^-1 x of x = A y is y' A y.
        let vector = Tone.noise(seed: 4, count: order).map(Double.init)
        let image = (0..<order).map { row in (0..<order).reduce(0) { $0 + matrix[row, $1] * vector[$1] } }
        let expected = zip(vector, image).reduce(0) { $0 + $1.0 * $1.1 }
        var rows = image + image.map { 2 * $0 }
        var span = rows.mutableSpan
        decomposition.whiten(&span, count: 2)
        let lengths = [rows[..<order], rows[order...]].map { $0.reduce(0) { $0 + $1 * $1 } }
        #expect(Closeness.relativeToPeak(lengths, [expected, 4 * expected]) < 1e-12)
        // The symmetric root gives the same length.
        let root = try SymmetricEigendecomposition(of: matrix).inverseSquareRoot(least: 1e-9)
        let whitened = (0..<order).map { row in (0..<order).reduce(0) { $0 + root[row, $1] * image[$1] } }
        #expect(abs(whitened.reduce(0) { $0 + $1 * $1 } / expected - 1) < 1e-12)
    }

    @Test func `The diagonal holds the root of the determinant`() throws {
        let matrix = Matrix<Double>(rowCount: 2, columnCount: 2, elements: [4, 2, 2, 3])
        let diagonal = try #require(CholeskyDecomposition(of: matrix)).diagonal
        #expect(abs(diagonal[0] - 2) < 1e-15 && abs(diagonal[1] - 2.0.squareRoot()) < 1e-15)
    }

    @Test func `A matrix that is not positive definite has none`() {
        #expect(CholeskyDecomposition(of: Matrix<Double>(rowCount: 2, columnCount: 2, elements: [1, 2, 2, 1])) == nil)
        #expect(CholeskyDecomposition(of: Matrix<Double>(rowCount: 1, columnCount: 1, elements: [.nan])) == nil)
    }

    @Test func `Small eigenvalues are taken for the least`() throws {
        let singular = Matrix<Double>(rowCount: 2, columnCount: 2, elements: [1, 1, 1, 1])
        let root = try SymmetricEigendecomposition(of: singular).inverseSquareRoot(least: 0.01)
        // Along (1, 1) the variance is 2, along (1, -1) it is 0.01.
        let along = root[0, 0] + root[0, 1]
        let across = root[0, 0] - root[0, 1]
        #expect(abs(along - 1 / 2.0.squareRoot()) < 1e-12 && abs(across - 10) < 1e-9)
    }
}
