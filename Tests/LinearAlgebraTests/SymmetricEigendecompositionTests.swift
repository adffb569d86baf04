import LinearAlgebra
import SignalCore
import TestSupport
import Testing

@Suite struct SymmetricEigendecompositionTests {
    private func symmetric(_ order: Int, seed: UInt64) -> Matrix<Double> {
        let noise = Tone.noise(seed: seed, count: order * order).map(Double.init)
        var matrix = Matrix<Double>(rowCount: order, columnCount: order)
        for row in 0..<order {
            for column in 0..<order { matrix[row, column] = noise[min(row, column) * order + max(row, column)] }
        }
        return matrix
    }

    @Test func `The closed form of two by two`() throws {
        let matrix = Matrix(rowCount: 2, columnCount: 2, elements: [2.0, 1, 1, 2])
        let result = try SymmetricEigendecomposition(of: matrix)
        #expect(Closeness.largestDifference(result.values, [3, 1]) < 1e-14)
        let half = 0.5.squareRoot()
        #expect(Closeness.largestDifference(result.vectors.elements, [half, half, half, -half]) < 1e-14)
    }

    @Test(arguments: [1, 2, 5, 64, 150])
    func `Vectors are orthonormal and rebuild the matrix`(order: Int) throws {
        let matrix = symmetric(order, seed: 8)
        let result = try SymmetricEigendecomposition(of: matrix)
        #expect(result.values == result.values.sorted(by: >))
        for row in 0..<order {
            for column in row..<order {
                let product = zip(result.vectors.row(row), result.vectors.row(column)).reduce(0.0) { $0 + $1.0 * $1.1 }
                #expect(abs(product - (row == column ? 1 : 0)) < 1e-12)
                let rebuilt = (0..<order).reduce(0.0) {
                    $0 + result.values[$1] * result.vectors[$1, row] * result.vectors[$1, column]
                }
                #expect(abs(rebuilt - matrix[row, column]) < 1e-11)
            }
        }
    }

    @Test func `Only the upper triangle is read`() throws {
        let matrix = symmetric(9, seed: 9)
        var upper = matrix
        for row in 0..<9 { for column in 0..<row { upper[row, column] = 1e9 } }
        let whole = try SymmetricEigendecomposition(of: matrix)
        let half = try SymmetricEigendecomposition(of: upper)
        #expect(whole.values == half.values && whole.vectors == half.vectors)
    }

    @Test func `The largest loading is positive and the result repeats to the bit`() throws {
        let matrix = symmetric(40, seed: 10)
        let result = try SymmetricEigendecomposition(of: matrix)
        for row in 0..<40 {
            let largest = try #require(result.vectors.row(row).max { abs($0) < abs($1) })
            #expect(largest > 0)
        }
        #expect(try SymmetricEigendecomposition(of: matrix).vectors == result.vectors)
    }

    @Test func `A matrix that is not finite is refused, an empty one has no vectors`() throws {
        var matrix = symmetric(3, seed: 11)
        matrix[0, 2] = .nan
        #expect(throws: SignalError.self) { try SymmetricEigendecomposition(of: matrix) }
        #expect(try SymmetricEigendecomposition(of: Matrix(rowCount: 0, columnCount: 0)).values.isEmpty)
    }
}
