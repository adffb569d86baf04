internal import SignalCore

/// Trees side by side, in one array of nodes; sums what they say of a row.
struct TreeEnsemble: Sendable {
    /// The most columns of a row.
    static let mostColumns = 1 << 20
    /// The number of columns of a row.
    let columnCount: Int
    /// The numbers that a node says.
    let outputCount: Int
    /// The numbers that are summed for a row. Where there are more than a node says, trees take turns.
    let sumCount: Int
    /// Where each tree begins among the nodes.
    private(set) var roots: [Int] = []
    /// The levels of each tree below its root.
    private(set) var depths: [Int] = []
    /// The nodes of all trees; children are counted from the tree's root.
    private(set) var nodes: [TreeNode] = []
    /// What the nodes say, ``outputCount`` numbers each.
    private(set) var values: [Float] = []

    /// An ensemble without trees.
    ///
    /// - Precondition: a node says one number, or as many as are summed.
    init(columnCount: Int, outputCount: Int, sumCount: Int) {
        precondition(outputCount == 1 || outputCount == sumCount, "a node says one number or all")
        self.columnCount = columnCount
        self.outputCount = outputCount
        self.sumCount = sumCount
    }

    /// The number of trees.
    var treeCount: Int { roots.count }

    /// Appends a tree.
    ///
    /// - Precondition: it is a tree: children come after their parents and in pairs, columns are those of a row. Rows go
    ///   down without looking.
    mutating func append(nodes added: [TreeNode], values addedValues: [Float]) {
        precondition(addedValues.count == added.count * outputCount, "every node says something")
        var levels = Array(repeating: 0, count: added.count)
        var depth = 0
        for (place, node) in added.enumerated() where !node.isLeaf {
            let child = Int(node.child)
            precondition(child > place && child + 1 < added.count && node.column < columnCount, "a tree is a tree")
            levels[child] = levels[place] + 1
            levels[child + 1] = levels[place] + 1
            depth = max(depth, levels[place] + 1)
        }
        precondition(
            added.enumerated().allSatisfy { !$1.isLeaf || (Int($1.child) == $0 && $1.columnBits == 0) },
            "a leaf leads to itself")
        roots.append(nodes.count)
        depths.append(depth)
        nodes += added
        values += addedValues
    }

    /// Removes the last trees.
    mutating func removeTrees(from count: Int) {
        guard count < treeCount else { return }
        nodes.removeSubrange(roots[count]...)
        values.removeSubrange((roots[count] * outputCount)...)
        roots.removeSubrange(count...)
        depths.removeSubrange(count...)
    }

    /// The places of a tree's nodes among all.
    func nodeRange(ofTree tree: Int) -> Range<Int> {
        roots[tree]..<(tree + 1 < treeCount ? roots[tree + 1] : nodes.count)
    }
}
