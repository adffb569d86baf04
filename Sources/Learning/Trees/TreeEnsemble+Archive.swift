internal import SignalCore

extension TreeEnsemble {
    /// The most nodes of a model that is read: some 2 GB.
    private static let mostNodes = 1 << 27

    /// Reads what ``store(in:)`` wrote, and refuses what is not trees.
    ///
    /// - Throws: `SignalError` naming the tensor and the node.
    init(archive: ModelArchive, columnCount: Int, outputCount: Int, sumCount: Int) throws {
        self.init(columnCount: columnCount, outputCount: outputCount, sumCount: sumCount)
        let roots = try archive.int64("root", shape: [nil])
        let columns = try archive.int64("column", shape: [nil])
        let count = columns.count
        guard count <= Self.mostNodes else {
            throw SignalError(.limitExceeded, "\(count) nodes are more than \(Self.mostNodes)").at(tensor: "column")
        }
        let thresholds = try archive.float32("threshold", shape: [count])
        let children = try archive.int64("child", shape: [count])
        let missing = try archive.int64("missing_to_second", shape: [count])
        let values = try archive.float32("value", shape: [count, outputCount])
        try archive.require("missing_to_second", missing, within: 0...1)
        guard roots.first == 0, zip(roots, roots.dropFirst()).allSatisfy({ $0 < $1 }), roots.last ?? 0 < Int64(count)
        else {
            throw SignalError(.malformed, "the roots do not begin at node 0 and ascend within the \(count) nodes").at(
                tensor: "root")
        }
        for (tree, root) in roots.enumerated() {
            let range = Int(root)..<(tree + 1 < roots.count ? Int(roots[tree + 1]) : count)
            var nodes: [TreeNode] = []
            nodes.reserveCapacity(range.count)
            // Every node but the root is the child of one node before it: no circles, nothing unreachable.
            var nextChild = 1
            for (place, node) in range.enumerated() {
                func wrong(_ tensor: String, _ words: String) -> SignalError {
                    SignalError(.malformed, "node \(place) of tree \(tree) \(words)").at(tensor: tensor)
                }
                guard columns[node] >= 0 else {
                    guard columns[node] == -1, children[node] == 0, missing[node] == 0, thresholds[node] == 0 else {
                        throw wrong("column", "is neither a leaf nor a split")
                    }
                    nodes.append(.leaf(at: place))
                    continue
                }
                guard columns[node] < Int64(columnCount) else {
                    throw wrong("column", "looks at column \(columns[node]), but there are only \(columnCount)")
                }
                guard children[node] > Int64(place), children[node] < Int64(range.count - 1) else {
                    throw wrong(
                        "child", "has the child \(children[node]); children come after their parent, within the tree")
                }
                guard children[node] == Int64(nextChild) else {
                    throw wrong(
                        "child", "has the child \(children[node]), expected \(nextChild): every node has one parent")
                }
                nextChild += 2
                nodes.append(
                    TreeNode(
                        threshold: thresholds[node],
                        columnBits: UInt32(columns[node]) | (missing[node] == 1 ? TreeNode.missingBit : 0),
                        child: UInt32(children[node])))
            }
            guard nextChild == range.count else {
                throw SignalError(
                    .malformed, "tree \(tree) has \(range.count) nodes, of which \(nextChild) are reached from its root"
                ).at(tensor: "child")
            }
            append(
                nodes: nodes, values: Array(values[range.lowerBound * outputCount..<range.upperBound * outputCount]))
        }
    }

    /// Writes the trees: tensors `root` (trees; the first node of each), `column`, `threshold`, `child` and
    /// `missing_to_second` (nodes) and `value` (nodes x outputs).
    ///
    /// Values up to the threshold go to the child, larger ones to the node after it; places are counted from the tree's
    /// root. A leaf has the column -1 and zeros.
    func store(in archive: inout ModelArchive) {
        let count = nodes.count
        func tensor(_ value: (TreeNode) -> Int64) -> Tensor {
            Tensor(shape: [count], .int64(nodes.map(value)))
        }
        archive.tensors["root"] = Tensor(shape: [treeCount], .int64(roots.map(Int64.init)))
        archive.tensors["column"] = tensor { $0.isLeaf ? -1 : Int64($0.column) }
        archive.tensors["child"] = tensor { $0.isLeaf ? 0 : Int64($0.child) }
        archive.tensors["missing_to_second"] = tensor { $0.sendsMissingToSecond ? 1 : 0 }
        archive.tensors["threshold"] = Tensor(shape: [count], .float32(nodes.map { $0.isLeaf ? 0 : $0.threshold }))
        archive.tensors["value"] = Tensor(shape: [count, outputCount], .float32(values))
    }
}
