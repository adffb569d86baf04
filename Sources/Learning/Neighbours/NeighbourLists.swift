/// The nearest points of several queries: a list each, nearest first, points equally far in the order of their numbers.
struct NeighbourLists: Sendable {
    /// The number of neighbours of a list.
    let capacity: Int
    /// Squared distances, list after list; infinite where there is no neighbour yet.
    private(set) var squaredDistances: [Double]
    /// The numbers of the points, list after list.
    private(set) var indices: [Int32]

    /// Makes empty lists.
    init(count: Int, capacity: Int) {
        self.capacity = capacity
        squaredDistances = Array(repeating: .infinity, count: count * capacity)
        indices = Array(repeating: .max, count: count * capacity)
    }

    /// Where the neighbours of a list stand.
    func range(of list: Int) -> Range<Int> { list * capacity..<(list + 1) * capacity }

    /// The squared distance beyond which a point has no place in the list.
    func bound(of list: Int) -> Double { squaredDistances[(list + 1) * capacity - 1] }

    /// Puts a point into a list if it is nearer than the last one there.
    mutating func insert(_ point: Int, squaredDistance: Double, into list: Int) {
        let first = list * capacity
        var place = first + capacity - 1
        let index = Int32(point)
        func isBefore(_ other: Int) -> Bool {
            squaredDistance < squaredDistances[other]
                || (squaredDistance == squaredDistances[other] && index < indices[other])
        }
        guard isBefore(place) else { return }
        while place > first, isBefore(place - 1) {
            squaredDistances[place] = squaredDistances[place - 1]
            indices[place] = indices[place - 1]
            place -= 1
        }
        squaredDistances[place] = squaredDistance
        indices[place] = index
    }

    /// The same lists one shorter: without the first neighbour where it equals the query, else without the last.
    func withoutOneself() -> NeighbourLists {
        var shorter = NeighbourLists(count: 0, capacity: capacity - 1)
        for list in 0..<indices.count / capacity {
            let all = range(of: list)
            let kept = squaredDistances[all.lowerBound] == 0 ? all.dropFirst() : all.dropLast()
            shorter.squaredDistances += squaredDistances[kept]
            shorter.indices += indices[kept]
        }
        return shorter
    }

    /// Appends the lists of another part of the queries.
    mutating func append(_ other: NeighbourLists) {
        squaredDistances += other.squaredDistances
        indices += other.indices
    }
}
