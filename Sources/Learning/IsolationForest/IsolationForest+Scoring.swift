internal import RealModule
public import SignalCore

extension IsolationForest {
    /// The score of every window, above 0 and up to 1; the same to the bit however the frames are cut into calls.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let windowCount = try frames.windowCount(columns: columnCount, contextFrames: contextLength)
        // The windows of a block stay in the processor's cache while every tree looks at them.
        let blockLength = max(16, min(512, 8192 / columnCount))
        var sums = Array(repeating: 0.0, count: blockLength)
        var scores: [Float] = []
        scores.reserveCapacity(windowCount)
        for start in stride(from: 0, to: windowCount, by: blockLength) {
            let count = min(blockLength, windowCount - start)
            for index in 0..<count { sums[index] = 0 }
            addPathLengths(frames.values, from: start, count: count, to: &sums)
            for index in 0..<count { scores.append(Float(Double.exp2(sums[index] * exponentFactor))) }
        }
        return scores
    }

    /// How much longer the paths of every window would be if a column had its median, relative to the mean of that in
    /// training; 0 for a column that lengthens them. With a context the shares of a column in all stacked frames are
    /// added up. Shape: windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let windowCount = try frames.windowCount(columns: columnCount, contextFrames: contextLength)
        var contributions: [Float] = []
        contributions.reserveCapacity(windowCount * columnCount)
        var shares = Array(repeating: 0.0, count: columnCount)
        for window in 0..<windowCount {
            addShares(frames.values, from: window * columnCount, to: &shares)
            for column in 0..<columnCount {
                contributions.append(UsualContributions.relative(max(shares[column], 0), to: contributionMean[column]))
                shares[column] = 0
            }
        }
        return contributions
    }

    /// Adds the path lengths of `count` windows in all trees, tree after tree.
    ///
    /// Eight windows go down a tree side by side: the steps of one wait for each other, those of different ones do not.
    private func addPathLengths(_ values: [Float], from start: Int, count: Int, to sums: inout [Double]) {
        precondition(
            (start + count - 1) * columnCount + windowWidth <= values.count, "the windows lie within the frames")
        let nodeCount = 1 << depth - 1
        let stride = columnCount
        let depth = depth
        let whole = count & ~7
        unsafe values.withUnsafeBufferPointer { values in
            unsafe nodes.withUnsafeBufferPointer { nodes in
                guard let values = values.baseAddress, let nodes = nodes.baseAddress else { return }
                for tree in 0..<options.trees {
                    let nodes = unsafe nodes + tree * nodeCount
                    let lengths = tree << depth - nodeCount
                    // Features are checked when a forest is made, so no step leaves the window or the tree.
                    @inline(__always) func step(_ place: inout Int, _ window: UnsafePointer<Float>) {
                        let node = unsafe nodes[place]
                        let goesRight = unsafe window[Int(node.feature)] > node.threshold
                        place = 2 &* place &+ (goesRight ? 2 : 1)
                    }
                    for index in Swift.stride(from: 0, to: whole, by: 8) {
                        let window = unsafe values + (start + index) * stride
                        var (a, b, c, d, e, f, g, h) = (0, 0, 0, 0, 0, 0, 0, 0)
                        for _ in 0..<depth {
                            unsafe step(&a, window)
                            unsafe step(&b, window + stride)
                            unsafe step(&c, window + 2 &* stride)
                            unsafe step(&d, window + 3 &* stride)
                            unsafe step(&e, window + 4 &* stride)
                            unsafe step(&f, window + 5 &* stride)
                            unsafe step(&g, window + 6 &* stride)
                            unsafe step(&h, window + 7 &* stride)
                        }
                        sums[index] += pathLengths[lengths + a]
                        sums[index + 1] += pathLengths[lengths + b]
                        sums[index + 2] += pathLengths[lengths + c]
                        sums[index + 3] += pathLengths[lengths + d]
                        sums[index + 4] += pathLengths[lengths + e]
                        sums[index + 5] += pathLengths[lengths + f]
                        sums[index + 6] += pathLengths[lengths + g]
                        sums[index + 7] += pathLengths[lengths + h]
                    }
                    for index in whole..<count {
                        let window = unsafe values + (start + index) * stride
                        var place = 0
                        for _ in 0..<depth { unsafe step(&place, window) }
                        sums[index] += pathLengths[lengths + place]
                    }
                }
            }
        }
    }

    /// Adds what every column takes off the paths of one window, in sum over the trees.
    func addShares(_ values: [Float], from start: Int, to shares: inout [Double]) {
        let window = values.span.extracting(start..<start + windowWidth)
        let nodes = nodes.span
        let nodeCount = 1 << depth - 1
        var path = Array(repeating: 0, count: depth)
        for tree in 0..<options.trees {
            let first = tree * nodeCount
            let lengths = tree << depth - nodeCount
            var place = 0
            var length = 0
            for level in 0..<depth {
                let node = nodes[first + place]
                path[level] = place
                // Below a leaf nothing splits.
                if node.threshold < .greatestFiniteMagnitude { length = level + 1 }
                place = 2 * place + (window[Int(node.feature)] > node.threshold ? 2 : 1)
            }
            let own = pathLengths[lengths + place]
            for level in 0..<length {
                let feature = nodes[first + path[level]].feature
                if (0..<level).contains(where: { nodes[first + path[$0]].feature == feature }) { continue }
                let column = Int(feature) % columnCount
                var place = path[level]
                for _ in level..<depth {
                    let node = nodes[first + place]
                    let value = node.feature == feature ? median[column] : window[Int(node.feature)]
                    place = 2 * place + (value > node.threshold ? 2 : 1)
                }
                shares[column] += pathLengths[lengths + place] - own
            }
        }
    }
}
