extension SymmetricEigendecomposition {
    /// The symmetric inverse square root of the matrix: W with `W * W = A^-1`, so that `|W x|²` is `x' A^-1 x`.
    ///
    /// Of all roots the symmetric one leaves every element of `W x` closest to its element of x (Kessy, Lewin and
    /// Strimmer, "Optimal Whitening and Decorrelation", The American Statistician 72, 2018), so that the squares say
    /// what every element adds to the quadratic form.
    ///
    /// - Parameter least: eigenvalues below are taken for this value, which is above 0.
    public func inverseSquareRoot(least: Double) -> Matrix<Double> {
        precondition(least > 0, "only positive eigenvalues have an inverse root")
        let order = values.count
        // The sum of v v' / sqrt(l) is the product of rows v / l^(1/4) with themselves.
        var rows = vectors.elements
        for (row, value) in values.enumerated() {
            let factor = 1 / max(value, least).squareRoot().squareRoot()
            for index in row * order..<(row + 1) * order { rows[index] *= factor }
        }
        var root = Matrix<Double>(rowCount: order, columnCount: order)
        var sums = root.elements.mutableSpan
        BLAS.addColumnProducts(of: rows.span, rows: order, columns: order, into: &sums)
        for row in 0..<order {
            for column in 0..<row { root[row, column] = root[column, row] }
        }
        return root
    }
}
