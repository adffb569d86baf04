internal import SignalCore

/// Finds the nearest of many points, exactly.
///
/// Distances are Euclidean, computed in double precision from coordinates in single precision, always in the same
/// order. Whatever leaves points out (a tree for few columns, products of matrices for many) leaves out only such as
/// cannot be among the nearest, rounding included. Hence neighbours and distances are the same to the bit by whichever
/// way, on whichever processor, and however queries are put together.
struct NeighbourSearch: Sendable {
    /// The coordinates, point after point. Shape: ``count`` x ``width``.
    let points: [Float]
    /// The number of coordinates of a point.
    let width: Int
    /// The number of points.
    let count: Int
    private let method: Method

    /// How points are left out.
    enum Method: Sendable {
        case tree(NeighbourTree)
        case products(NeighbourProducts)
    }

    /// The most columns for which a tree is faster: with more, most of its leaves have to be looked at.
    static let mostTreeColumns = 5
    /// The queries that are worked on together.
    static let blockLength = 64

    /// Makes ready to search.
    ///
    /// - Parameter usesTree: which way to take; by default it follows from the number of columns.
    /// - Precondition: there are fewer than 2^31 points, all finite.
    init(points: [Float], width: Int, usesTree: Bool? = nil) {
        precondition(width > 0 && points.count.isMultiple(of: width), "a point has `width` coordinates")
        self.points = points
        self.width = width
        count = points.count / width
        if usesTree ?? (width <= Self.mostTreeColumns) {
            method = .tree(NeighbourTree(points: points, width: width))
        } else {
            method = .products(NeighbourProducts(points: points, width: width))
        }
    }

    /// The nearest points of some queries.
    ///
    /// - Parameters:
    ///   - neighbours: how many points to find for each; at most as many as there are.
    ///   - queries: where in `values` the queries begin.
    ///   - values: what the queries' coordinates are part of.
    func nearest(_ neighbours: Int, to queries: some Collection<Int>, in values: [Float]) -> NeighbourLists {
        precondition(neighbours <= count, "no more neighbours than points")
        return search(neighbours, queries.map { Query(start: $0, own: -1) }, in: values)
    }

    /// The nearest other points of some of the points themselves, on several threads.
    ///
    /// - Precondition: `neighbours` is less than the number of points.
    func nearestOthers(_ neighbours: Int, of chosen: [Int], jobs: Int) throws -> NeighbourLists {
        precondition(neighbours < count, "fewer neighbours than points")
        let blocks = (chosen.count + Self.blockLength - 1) / Self.blockLength
        let parts = try ConcurrentLoop.map(count: blocks, jobs: jobs) { block in
            let part = chosen[block * Self.blockLength..<min((block + 1) * Self.blockLength, chosen.count)]
            return search(neighbours, part.map { Query(start: $0 * width, own: $0) }, in: points)
        }
        var lists = NeighbourLists(count: 0, capacity: neighbours)
        for part in parts { lists.append(part) }
        return lists
    }

    /// One query.
    struct Query {
        /// Where its coordinates begin.
        var start: Int
        /// The point that is the query itself and does not count, or -1.
        var own: Int
    }

    private func search(_ neighbours: Int, _ queries: [Query], in values: [Float]) -> NeighbourLists {
        precondition(
            queries.allSatisfy { $0.start >= 0 && $0.start + width <= values.count }, "queries lie within the values")
        var lists = NeighbourLists(count: queries.count, capacity: neighbours)
        switch method {
        case .tree(let tree):
            for (list, query) in queries.enumerated() { tree.search(query, in: values, list: list, of: &lists) }
        case .products(let products):
            for start in stride(from: 0, to: queries.count, by: Self.blockLength) {
                let block = start..<min(start + Self.blockLength, queries.count)
                products.search(queries, block, in: values, points: points, lists: &lists)
            }
        }
        return lists
    }

    /// The squared distance of two points, in double precision.
    ///
    /// Four sums side by side, in an order that depends on the width alone.
    @inline(__always)
    static func squaredDistance(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, width: Int) -> Double {
        @inline(__always) func square(_ index: Int) -> Double {
            let difference = unsafe Double(left[index]) - Double(right[index])
            return difference * difference
        }
        var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
        var index = 0
        while index + 4 <= width {
            a += square(index)
            b += square(index + 1)
            c += square(index + 2)
            d += square(index + 3)
            index += 4
        }
        while index < width {
            a += square(index)
            index += 1
        }
        return (a + c) + (b + d)
    }
}
