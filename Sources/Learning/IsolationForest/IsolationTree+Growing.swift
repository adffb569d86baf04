internal import SignalCore

extension IsolationTree {
    /// Grows a tree from some windows of a table of frames (Liu, Ting and Zhou, algorithm 2).
    ///
    /// Columns that do not change among the windows of a node are passed over, as scikit-learn does. The values stay
    /// where they are; only the numbers of the windows are sorted.
    ///
    /// - Parameters:
    ///   - values: the values of all frames.
    ///   - windows: where in `values` the windows of the sample begin.
    ///   - features: the elements of a window that may be split.
    ///   - rangeMargin: see ``IsolationForestOptions/rangeMargin``.
    init(
        values: [Float], windows: [Int], features: [Int32], rangeMargin: Double, using generator: inout SeededGenerator
    ) {
        let depth = Self.depthLimit(sampleCount: windows.count)
        var growth = Growth(
            depthLimit: depth, rangeMargin: rangeMargin, windows: windows, features: features, generator: generator,
            nodes: Array(repeating: .leaf, count: 1 << depth - 1),
            pathLengths: Array(repeating: 0, count: 1 << depth))
        growth.grow(values.span, node: 0, depth: 0, windows.indices, candidates: features.count)
        nodes = growth.nodes
        pathLengths = growth.pathLengths
        generator = growth.generator
    }

    /// A tree that is being grown.
    private struct Growth {
        let depthLimit: Int
        let rangeMargin: Double
        /// The windows of a node stand side by side.
        var windows: [Int]
        /// The first `candidates` are not yet known to be constant at the node.
        var features: [Int32]
        var generator: SeededGenerator
        var nodes: [Node]
        var pathLengths: [Double]

        mutating func grow(_ values: Span<Float>, node: Int, depth: Int, _ range: Range<Int>, candidates: Int) {
            var candidates = candidates
            if range.count > 1, depth < depthLimit, let split = split(values, range, candidates: &candidates) {
                nodes[node] = split
                let middle = partition(values, range, by: split)
                grow(values, node: 2 * node + 1, depth: depth + 1, range.lowerBound..<middle, candidates: candidates)
                grow(values, node: 2 * node + 2, depth: depth + 1, middle..<range.upperBound, candidates: candidates)
                return
            }
            var place = node
            for _ in depth..<depthLimit { place = 2 * place + 1 }
            pathLengths[place - nodes.count] = Double(depth) + IsolationTree.averagePathLength(range.count)
        }

        /// A random split of the range of a random column, margin included, or `nil` when none changes.
        private mutating func split(_ values: Span<Float>, _ range: Range<Int>, candidates: inout Int) -> Node? {
            while candidates > 0 {
                let drawn = Int(generator.uniform() * Double(candidates))
                let feature = features[drawn]
                let (least, greatest) = extremes(values, range, of: Int(feature))
                if least < greatest {
                    let margin = rangeMargin * (Double(greatest) - Double(least))
                    let (lowest, highest) = (Double(least) - margin, Double(greatest) + margin)
                    let place = Float(lowest + generator.uniform() * (highest - lowest))
                    // The largest finite number marks a leaf.
                    let limit = Float.greatestFiniteMagnitude.nextDown
                    let threshold = max(min(place, Float(highest).nextDown, limit), Float(lowest), -limit)
                    return Node(feature: feature, threshold: threshold)
                }
                candidates -= 1
                features.swapAt(drawn, candidates)
            }
            return nil
        }

        private func extremes(_ values: Span<Float>, _ range: Range<Int>, of feature: Int) -> (Float, Float) {
            var least = values[windows[range.lowerBound] + feature]
            var greatest = least
            for index in range {
                let value = values[windows[index] + feature]
                if value < least { least = value }
                if value > greatest { greatest = value }
            }
            return (least, greatest)
        }

        /// Brings the windows that go left before those that go right and returns where these begin.
        private mutating func partition(_ values: Span<Float>, _ range: Range<Int>, by split: Node) -> Int {
            let feature = Int(split.feature)
            var middle = range.lowerBound
            for index in range where values[windows[index] + feature] <= split.threshold {
                windows.swapAt(index, middle)
                middle += 1
            }
            return middle
        }
    }
}
