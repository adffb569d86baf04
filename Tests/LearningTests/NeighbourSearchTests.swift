import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct NeighbourSearchTests {
    /// Clouds of points that are hard in one way or another.
    enum Cloud: CaseIterable {
        case noise, grid, duplicates, farFromOrigin, huge, tiny, farApart

        func points(count: Int, width: Int) -> [Float] {
            let noise = Tone.noise(seed: 1, count: count * width)
            switch self {
            case .noise: return noise
            case .grid: return noise.map { ($0 * 2).rounded() }
            case .duplicates: return noise.indices.map { noise[$0 % (7 * width)] }
            case .farFromOrigin: return noise.map { 10_000 + $0 }
            case .huge: return noise.map { 3e38 * $0 }
            case .tiny: return noise.map { 1e-37 * $0 }
            case .farApart: return noise.indices.map { noise[$0] + ($0 / width % 2 == 0 ? 1000 : -1000) }
            }
        }
    }

    /// All distances, sorted.
    private func slow(_ points: [Float], width: Int, query: ArraySlice<Float>, own: Int?) -> [(Double, Int)] {
        var distances: [(Double, Int)] = []
        for point in 0..<points.count / width where point != own {
            var square = 0.0
            for (column, value) in query.enumerated() {
                let difference = Double(value) - Double(points[point * width + column])
                square += difference * difference
            }
            distances.append((square, point))
        }
        return distances.sorted { $0 < $1 }
    }

    @Test(arguments: Cloud.allCases, [1, 3, 9, 40])
    func `Tree and products find exactly the nearest, others and their own`(cloud: Cloud, width: Int) throws {
        let count = 150
        let points = cloud.points(count: count, width: width)
        let tree = NeighbourSearch(points: points, width: width, usesTree: true)
        let products = NeighbourSearch(points: points, width: width, usesTree: false)
        let chosen = Array(stride(from: 0, to: count, by: 3))
        let byTree = try tree.nearestOthers(6, of: chosen, jobs: 1)
        let byProducts = try products.nearestOthers(6, of: chosen, jobs: 1)
        #expect(byTree.squaredDistances == byProducts.squaredDistances)
        #expect(byTree.indices == byProducts.indices)
        for (list, point) in chosen.enumerated() {
            let expected = slow(points, width: width, query: points[point * width..<(point + 1) * width], own: point)
            for (rank, place) in byTree.range(of: list).enumerated() {
                #expect(abs(byTree.squaredDistances[place] - expected[rank].0) <= 1e-14 * expected[rank].0)
            }
            // Each neighbour once, and none is the point itself.
            let found = byTree.range(of: list).map { Int(byTree.indices[$0]) }
            #expect(Set(found).count == 6 && !found.contains(point))
        }
        let starts = chosen.map { $0 * width }
        let queries = points.map { $0 * 1.01 }
        let others = tree.nearest(6, to: starts, in: queries)
        #expect(others.indices == products.nearest(6, to: starts, in: queries).indices)
        for (list, start) in starts.enumerated() {
            let expected = slow(points, width: width, query: queries[start..<start + width], own: nil)
            #expect(abs(others.bound(of: list) - expected[5].0) <= 1e-14 * expected[5].0)
        }
    }

    @Test func `Points equally far are taken in the order of their numbers`() throws {
        let points: [Float] = [5, 1, -1, 1, -1, 1, 3]
        for usesTree in [true, false] {
            let search = NeighbourSearch(points: points, width: 1, usesTree: usesTree)
            #expect(search.nearest(3, to: [0], in: [0]).indices == [1, 2, 3])
            #expect(try search.nearestOthers(6, of: [3], jobs: 1).indices == [1, 5, 2, 4, 6, 0])
        }
    }

    @Test(arguments: [2, 30]) func `Queries give the same alone and together, on any number of threads`(width: Int)
        throws
    {
        let points = Cloud.noise.points(count: 700, width: width)
        let search = NeighbourSearch(points: points, width: width)
        let together = search.nearest(4, to: (0..<100).map { $0 * width }, in: points)
        for query in [0, 1, 50, 63, 64, 99] {
            let alone = search.nearest(4, to: [query * width], in: points)
            #expect(alone.squaredDistances == Array(together.squaredDistances[together.range(of: query)]))
            #expect(alone.indices == Array(together.indices[together.range(of: query)]))
        }
        let one = try search.nearestOthers(4, of: Array(0..<200), jobs: 1)
        for jobs in [2, 3] {
            #expect(try search.nearestOthers(4, of: Array(0..<200), jobs: jobs).indices == one.indices)
        }
    }
}
