internal import LinearAlgebra

/// Nearest neighbours among many columns: every query meets every point, by products of matrices in single precision,
/// and those that may be near are measured in double precision.
///
/// For a query a and a point b the product gives `b² - 2 a b`, the squared distance but for the `a²`. Its rounding error
/// is bounded by `n u (b² + 2 |a| |b|)`, with n terms and the unit roundoff u (Higham, "Accuracy and Stability of
/// Numerical Algorithms", section 3.1), in whatever order the library adds up. Points within that bound of the
/// farthest neighbour so far are measured, so the products decide nothing.
struct NeighbourProducts: Sendable {
    private let width: Int
    private let count: Int
    /// Tile after tile: the coordinates of up to ``tileLength`` points, a column a row, then their squared lengths.
    private let tiles: [Float]
    /// The largest length of a point of every tile.
    private let longest: [Double]

    /// The points of a tile: tile and products stay in the processor's cache.
    private static let tileLength = 512

    /// Lays the points out for the products.
    init(points: [Float], width: Int) {
        self.width = width
        count = points.count / width
        var tiles = Array(repeating: Float(0), count: count * (width + 1))
        var longest: [Double] = []
        for start in stride(from: 0, to: count, by: Self.tileLength) {
            let length = min(Self.tileLength, count - start)
            let tile = start * (width + 1)
            var greatest = 0.0
            for point in 0..<length {
                var square = 0.0
                for column in 0..<width {
                    let value = points[(start + point) * width + column]
                    tiles[tile + column * length + point] = value
                    square += Double(value) * Double(value)
                }
                tiles[tile + width * length + point] = Float(square)
                greatest = max(greatest, square)
            }
            longest.append(greatest.squareRoot())
        }
        self.tiles = tiles
        self.longest = longest
    }

    /// Finds the neighbours of a block of queries; each has the list of its number.
    func search(
        _ queries: [NeighbourSearch.Query], _ block: Range<Int>, in values: [Float], points: [Float],
        lists: inout NeighbourLists
    ) {
        let inner = width + 1
        var left = Array(repeating: Float(1), count: block.count * inner)
        var squares = Array(repeating: 0.0, count: block.count)
        for (row, query) in block.enumerated() {
            let start = queries[query].start
            for column in 0..<width {
                let value = values[start + column]
                left[row * inner + column] = -2 * value
                squares[row] += Double(value) * Double(value)
            }
        }
        var products = Array(repeating: Float(0), count: block.count * min(Self.tileLength, count))
        for (number, start) in stride(from: 0, to: count, by: Self.tileLength).enumerated() {
            let length = min(Self.tileLength, count - start)
            var all = products.mutableSpan
            var result = all._mutatingExtracting(0..<block.count * length)
            BLAS.multiply(
                left.span, tiles.span.extracting(start * inner..<(start + length) * inner), rows: block.count,
                inner: inner, columns: length, into: &result)
            for (row, query) in block.enumerated() {
                unsafe products.withUnsafeBufferPointer { products in
                    let products = unsafe UnsafeBufferPointer(rebasing: products[row * length..<(row + 1) * length])
                    unsafe measure(
                        products, from: start, square: squares[row], longest: longest[number], queries[query],
                        in: values, points: points, list: query, of: &lists)
                }
            }
        }
    }

    /// Measures the points of a tile that may be near.
    private func measure(
        _ products: UnsafeBufferPointer<Float>, from start: Int, square: Double, longest: Double,
        _ query: NeighbourSearch.Query, in values: [Float], points: [Float], list: Int, of lists: inout NeighbourLists
    ) {
        let margin = self.margin(square: square, longest: longest)
        var limit = Self.limit(bound: lists.bound(of: list), square: square, margin: margin)
        unsafe values.withUnsafeBufferPointer { values in
            unsafe points.withUnsafeBufferPointer { points in
                guard let values = values.baseAddress, let points = points.baseAddress else { return }
                let length = products.count
                var point = 0
                while point < length {
                    // Sixteen at a time, without a branch, for hardly any is near; what is not a number may be.
                    let end = min(point + 16, length)
                    if end - point == 16 {
                        var near: Int32 = 0
                        var index = point
                        while index < end {
                            near |= unsafe products[index] > limit ? 0 : 1
                            index &+= 1
                        }
                        if near == 0 {
                            point = end
                            continue
                        }
                    }
                    while point < end {
                        if unsafe !(products[point] > limit), start + point != query.own {
                            let distance = unsafe NeighbourSearch.squaredDistance(
                                values + query.start, points + (start + point) * width, width: width)
                            lists.insert(start + point, squaredDistance: distance, into: list)
                            limit = Self.limit(bound: lists.bound(of: list), square: square, margin: margin)
                        }
                        point += 1
                    }
                }
            }
        }
    }

    /// How far a product can be off.
    private func margin(square: Double, longest: Double) -> Double {
        let length = square.squareRoot()
        // Sums that might overflow say nothing: everything is measured.
        guard max(square, longest * longest, 2 * length * longest) < 1e37 else { return .infinity }
        // Terms, the rounding of the squared length and of the limit; products that underflow.
        let terms = Double(width + 8)
        return terms * 0x1p-24 * 1.01 * (longest * longest + 2 * length * longest) + terms * 0x1p-125
    }

    /// The largest product of a point that may be nearer than `bound`.
    private static func limit(bound: Double, square: Double, margin: Double) -> Float {
        Float(bound - square + margin).nextUp
    }
}
