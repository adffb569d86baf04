internal import SignalCore

/// Sorts points into clusters around their means, by Lloyd's iterations from a start after Arthur and Vassilvitskii
/// ("k-means++: The Advantages of Careful Seeding", Symposium on Discrete Algorithms 2007): every next centre is drawn
/// with a probability that grows with the squared distance to the nearest one before.
struct KMeans {
    /// Rows of ``width`` values.
    let points: [Double]
    /// The number of values of a point.
    let width: Int

    /// The most iterations; a start for another method need not be exact.
    static let iterations = 30

    /// The cluster of every point.
    func assignment(clusters: Int, generator: inout SeededGenerator) -> [Int] {
        let count = points.count / width
        guard clusters > 1 else { return Array(repeating: 0, count: count) }
        var centres = Array(points[row(Int(generator.uniform() * Double(count)))])
        var nearest = Array(repeating: Double.infinity, count: count)
        var assignment = Array(repeating: 0, count: count)
        for cluster in 1...clusters {
            for point in 0..<count {
                let distance = squaredDistance(point, centres, cluster - 1)
                if distance < nearest[point] {
                    nearest[point] = distance
                    assignment[point] = cluster - 1
                }
            }
            guard cluster < clusters else { break }
            centres += points[row(drawn(by: nearest, &generator))]
        }
        for _ in 0..<Self.iterations {
            centres = means(of: assignment, keeping: centres)
            var hasChanged = false
            for point in 0..<count {
                var best = (cluster: 0, distance: Double.infinity)
                for cluster in 0..<clusters {
                    let distance = squaredDistance(point, centres, cluster)
                    if distance < best.distance { best = (cluster, distance) }
                }
                if best.cluster != assignment[point] {
                    assignment[point] = best.cluster
                    hasChanged = true
                }
            }
            if !hasChanged { break }
        }
        return assignment
    }

    private func row(_ point: Int) -> Range<Int> { point * width..<(point + 1) * width }

    /// A point, drawn with a probability proportional to its weight.
    private func drawn(by weights: [Double], _ generator: inout SeededGenerator) -> Int {
        let target = generator.uniform() * weights.reduce(0, +)
        var sum = 0.0
        for (point, weight) in weights.enumerated() {
            sum += weight
            if sum > target { return point }
        }
        return weights.count - 1
    }

    private func squaredDistance(_ point: Int, _ centres: [Double], _ cluster: Int) -> Double {
        let row = points.span.extracting(row(point))
        let centre = centres.span.extracting(cluster * width..<(cluster + 1) * width)
        var sum = 0.0
        for column in 0..<width {
            let difference = row[column] - centre[column]
            sum += difference * difference
        }
        return sum
    }

    /// The mean of every cluster; an empty one keeps its centre.
    private func means(of assignment: [Int], keeping centres: [Double]) -> [Double] {
        var sums = Array(repeating: 0.0, count: centres.count)
        var counts = Array(repeating: 0, count: centres.count / width)
        for (point, cluster) in assignment.enumerated() {
            counts[cluster] += 1
            for column in 0..<width { sums[cluster * width + column] += points[point * width + column] }
        }
        return sums.indices.map { counts[$0 / width] == 0 ? centres[$0] : sums[$0] / Double(counts[$0 / width]) }
    }
}
