import LinearAlgebra
import SignalCore
import TestSupport
import Testing

@Suite struct ProductTests {
    private func slow(_ left: [Float], _ right: [Float], rows: Int, inner: Int, columns: Int) -> [Double] {
        (0..<rows).flatMap { row in
            (0..<columns).map { column in
                (0..<inner).reduce(0.0) { $0 + Double(left[row * inner + $1]) * Double(right[$1 * columns + column]) }
            }
        }
    }

    @Test(arguments: [(1, 1, 1), (3, 5, 7), (64, 33, 17), (2, 130, 64)])
    func `A product is what the definition says`(rows: Int, inner: Int, columns: Int) {
        let left = Tone.noise(seed: 1, count: rows * inner)
        let right = Tone.noise(seed: 2, count: inner * columns)
        let expected = slow(left, right, rows: rows, inner: inner, columns: columns)
        var result = Array(repeating: Float.nan, count: rows * columns)
        var span = result.mutableSpan
        BLAS.multiply(left.span, right.span, rows: rows, inner: inner, columns: columns, into: &span)
        #expect(Closeness.relativeToPeak(result, expected) < 1e-5)

        var transposed = Array(repeating: Float(0), count: rows * inner)
        for row in 0..<rows { for column in 0..<inner { transposed[column * rows + row] = left[row * inner + column] } }
        var sum = Array(repeating: Float(1), count: rows * columns)
        var sumSpan = sum.mutableSpan
        BLAS.multiply(
            transposed.span, transposingLeft: true, right.span, rows: rows, inner: inner, columns: columns, scale: -2,
            resultScale: 3, into: &sumSpan)
        #expect(Closeness.largestDifference(sum, expected.map { 3 - 2 * $0 }) < 1e-4)
    }

    @Test func `A matrix times a vector is what the definition says`() {
        let matrix = Tone.noise(seed: 3, count: 12 * 31)
        let vector = Tone.noise(seed: 4, count: 31)
        var result = Array(repeating: Float.nan, count: 12)
        var span = result.mutableSpan
        BLAS.multiply(matrix.span, rows: 12, columns: 31, vector: vector.span, into: &span)
        let expected = slow(matrix, vector, rows: 12, inner: 31, columns: 1)
        #expect(Closeness.relativeToPeak(result, expected) < 1e-5)
    }

    @Test func `Column products add up block by block`() {
        let values = Tone.noise(seed: 5, count: 40 * 6).map(Double.init)
        var result = Matrix<Double>(rowCount: 6, columnCount: 6)
        for block in [0..<15, 15..<40] {
            var span = result.elements.mutableSpan
            BLAS.addColumnProducts(
                of: values.span.extracting(block.lowerBound * 6..<block.upperBound * 6), rows: block.count, columns: 6,
                into: &span)
        }
        for row in 0..<6 {
            for column in row..<6 {
                let expected = (0..<40).reduce(0.0) { $0 + values[$1 * 6 + row] * values[$1 * 6 + column] }
                #expect(abs(result[row, column] - expected) < 1e-12)
            }
        }
    }

    @Test(arguments: [(7, 63), (20, 64), (64, 64), (113, 320), (1, 1), (33, 17)])
    func `A vector's product is the same to the bit in every lane`(rows: Int, inner: Int) {
        let matrix = Tone.noise(seed: 6, count: rows * inner)
        let vector = Tone.noise(seed: 7, count: inner)
        var first: [Float]?
        for lane in 0..<16 {
            let company = Tone.noise(seed: UInt64(100 + lane), count: inner * 16)
            var lanes = (0..<inner).map { row in
                SIMD16<Float>(company[row * 16..<(row + 1) * 16].map { lane % 2 == 0 ? $0 * 1e6 : 0 })
            }
            for row in 0..<inner { lanes[row][lane] = vector[row] }
            var result = Array(repeating: SIMD16<Float>(), count: rows)
            var span = result.mutableSpan
            BLAS.multiply(matrix.span, lanes: lanes.span, rows: rows, inner: inner, into: &span)
            let own = result.map { $0[lane] }
            if let first {
                #expect(own == first)
            } else {
                first = own
                #expect(
                    Closeness.relativeToPeak(own, slow(matrix, vector, rows: rows, inner: inner, columns: 1)) < 1e-5)
            }
        }
    }

    @Test func `The library says which kernels it uses`() {
        #expect(!BLAS.coreType.isEmpty && BLAS.coreType != "unknown")
        #expect(BLAS.configuration.contains("OpenBLAS"))
    }
}
