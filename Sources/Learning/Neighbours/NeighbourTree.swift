/// Nearest neighbours among few columns: a k-d tree (Bentley, "Multidimensional binary search trees used for
/// associative searching", Communications of the ACM 18, 1975), which halves the points at the median of their widest
/// column until few are left.
///
/// The halves follow from the number of points alone, so that there are no links between nodes.
struct NeighbourTree: Sendable {
    private let width: Int
    private let count: Int
    /// The number of levels above the leaves.
    private let levels: Int
    /// The column that every node splits. Shape: 2^levels - 1.
    private var columns: [Int32]
    /// The first value of the upper half of every node.
    private var values: [Float]
    /// The numbers of the points, leaf after leaf.
    private var order: [Int32]
    /// The coordinates in that order.
    private var coordinates: [Float]

    /// The most points of a leaf.
    private static let leafLength = 16

    /// Sorts the points.
    init(points: [Float], width: Int) {
        self.width = width
        count = points.count / width
        var levels = 0
        while (count + 1 << levels - 1) >> levels > Self.leafLength { levels += 1 }
        self.levels = levels
        columns = Array(repeating: 0, count: 1 << levels - 1)
        values = Array(repeating: 0, count: 1 << levels - 1)
        order = (0..<Int32(count)).map { $0 }
        coordinates = []
        split(points, node: 0, level: 0, 0..<count)
        coordinates.reserveCapacity(points.count)
        for point in order { coordinates += points[Int(point) * width..<(Int(point) + 1) * width] }
    }

    private mutating func split(_ points: [Float], node: Int, level: Int, _ range: Range<Int>) {
        guard level < levels else { return }
        var widest = 0
        var spread = -Float.infinity
        for column in 0..<width {
            var least = Float.infinity
            var greatest = -Float.infinity
            for place in range {
                let value = points[Int(order[place]) * width + column]
                least = min(least, value)
                greatest = max(greatest, value)
            }
            if greatest - least > spread { (widest, spread) = (column, greatest - least) }
        }
        var keys = range.map { (value: points[Int(order[$0]) * width + widest], point: order[$0]) }
        keys.sort { ($0.value, $0.point) < ($1.value, $1.point) }
        for (offset, key) in keys.enumerated() { order[range.lowerBound + offset] = key.point }
        columns[node] = Int32(widest)
        values[node] = keys[range.count / 2].value
        let middle = range.lowerBound + range.count / 2
        split(points, node: 2 * node + 1, level: level + 1, range.lowerBound..<middle)
        split(points, node: 2 * node + 2, level: level + 1, middle..<range.upperBound)
    }

    /// Finds the neighbours of one query.
    func search(_ query: NeighbourSearch.Query, in table: [Float], list: Int, of lists: inout NeighbourLists) {
        unsafe table.withUnsafeBufferPointer { table in
            unsafe coordinates.withUnsafeBufferPointer { coordinates in
                guard let table = table.baseAddress, let coordinates = coordinates.baseAddress else { return }
                var visit = unsafe Visit(
                    query: table + query.start, coordinates: coordinates, own: Int32(query.own), list: list,
                    offsets: Array(repeating: 0, count: width))
                unsafe search(node: 0, level: 0, 0..<count, least: 0, &visit, &lists)
            }
        }
    }

    /// One walk through the tree.
    @unsafe private struct Visit {
        let query: UnsafePointer<Float>
        let coordinates: UnsafePointer<Float>
        let own: Int32
        let list: Int
        /// How far the query lies outside the node, by column.
        var offsets: [Double]
    }

    /// Looks into a node whose points are all at least the root of `least` away (Arya and Mount, "Algorithms for fast
    /// vector quantization", Data Compression Conference, 1993).
    private func search(
        node: Int, level: Int, _ range: Range<Int>, least: Double, _ visit: inout Visit, _ lists: inout NeighbourLists
    ) {
        guard level < levels else {
            for place in range where unsafe order[place] != visit.own {
                let distance = unsafe NeighbourSearch.squaredDistance(
                    visit.query, visit.coordinates + place * width, width: width)
                unsafe lists.insert(Int(order[place]), squaredDistance: distance, into: visit.list)
            }
            return
        }
        let column = Int(columns[node])
        let offset = unsafe Double(visit.query[column]) - Double(values[node])
        let middle = range.lowerBound + range.count / 2
        let (lower, upper) = (range.lowerBound..<middle, middle..<range.upperBound)
        let isLower = offset < 0
        unsafe search(
            node: 2 * node + (isLower ? 1 : 2), level: level + 1, isLower ? lower : upper, least: least, &visit, &lists)
        let before = unsafe visit.offsets[column]
        let beyond = least - before * before + offset * offset
        // The sum may be rounded up; a point as far as the last one counts when its number is smaller.
        guard unsafe beyond * (1 - 1e-12) <= lists.bound(of: visit.list) else { return }
        unsafe visit.offsets[column] = offset
        unsafe search(
            node: 2 * node + (isLower ? 2 : 1), level: level + 1, isLower ? upper : lower, least: beyond, &visit,
            &lists)
        unsafe visit.offsets[column] = before
    }
}
