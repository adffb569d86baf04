internal import SignalCore

/// How densely points lie around each of the training windows.
struct LocalDensities: Sendable {
    /// The distance of every training window to its last neighbour among the others.
    let distances: [Double]
    /// The local reachability density of every training window.
    let densities: [Double]

    /// Measures the densities around windows whose neighbours among each other are given.
    init(_ lists: NeighbourLists) {
        let count = lists.indices.count / lists.capacity
        let distances = (0..<count).map { lists.bound(of: $0).squareRoot() }
        self.distances = distances
        densities = (0..<count).map { Self.density(of: $0, lists, distances) }
    }

    /// The inverse of the mean reachability distance to the neighbours. As in scikit-learn a ten-billionth keeps it finite
    /// where all neighbours are duplicates.
    private static func density(of list: Int, _ lists: NeighbourLists, _ distances: [Double]) -> Double {
        var sum = 0.0
        for place in lists.range(of: list) {
            sum += max(lists.squaredDistances[place].squareRoot(), distances[Int(lists.indices[place])])
        }
        return 1 / (sum / Double(lists.capacity) + 1e-10)
    }

    /// The local outlier factor of a query whose neighbours are given: their mean density over its own.
    func factor(of list: Int, _ lists: NeighbourLists) -> Float {
        let own = Self.density(of: list, lists, distances)
        var sum = 0.0
        for place in lists.range(of: list) { sum += densities[Int(lists.indices[place])] }
        return Float(min(sum / Double(lists.capacity) / own, Double(Float.greatestFiniteMagnitude)))
    }
}

extension LocalDensities {
    /// Reads the densities of `count` points.
    ///
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen, not finite or out of range.
    init(archive: ModelArchive, count: Int) throws {
        distances = try archive.float64("neighbour_distance", shape: [count])
        densities = try archive.float64("density", shape: [count])
        // Between points of single precision no distance is greater, and the density of duplicates is 1e10.
        try archive.require("neighbour_distance", distances, within: 0...1e45)
        try archive.require("density", densities, within: 1e-46...1.000_001e10)
    }

    /// The tensors `neighbour_distance` and `density`.
    var tensors: [String: Tensor] {
        [
            "neighbour_distance": Tensor(shape: [distances.count], .float64(distances)),
            "density": Tensor(shape: [densities.count], .float64(densities)),
        ]
    }
}
