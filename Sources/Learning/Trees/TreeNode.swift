/// A node of a decision tree: sends a row to one of two neighbouring nodes, or is a leaf, which sends it to itself.
///
/// That a leaf is a node like any other lets rows go down side by side without a look at where they are.
struct TreeNode: Sendable, Equatable {
    /// Values up to it go to the first child, larger ones to the second; infinite for a leaf.
    var threshold: Float
    /// The column that is looked at; the highest bit says that missing values go to the second child.
    var columnBits: UInt32
    /// The place of the first child in its tree, the second follows it; its own place for a leaf.
    var child: UInt32

    /// The bit for missing values.
    static let missingBit: UInt32 = 1 << 31

    /// A leaf at a place.
    static func leaf(at place: Int) -> TreeNode {
        TreeNode(threshold: .infinity, columnBits: 0, child: UInt32(place))
    }

    /// Whether this is a leaf.
    var isLeaf: Bool { threshold == .infinity }
    /// The column that is looked at.
    var column: Int { Int(columnBits & ~Self.missingBit) }
    /// Whether missing values go to the second child.
    var sendsMissingToSecond: Bool { columnBits & Self.missingBit != 0 }
}

/// One tree: nodes of which children come after their parents, and what each of them says.
struct DecisionTree: Sendable, Equatable {
    /// The nodes; the first is the root.
    var nodes: [TreeNode] = []
    /// What every node says, `outputs` numbers a node; that of inner nodes tells how much a split changed.
    var values: [Float] = []
    /// The gain of all splits on a column, by column.
    var gains: [Double] = []

    /// The same tree with its nodes level by level, which keeps the ones that every row meets close together.
    func levelByLevel() -> DecisionTree {
        let outputs = values.count / max(1, nodes.count)
        var sorted = DecisionTree(gains: gains)
        sorted.nodes.reserveCapacity(nodes.count)
        sorted.values.reserveCapacity(values.count)
        var order = [0]
        order.reserveCapacity(nodes.count)
        var next = 0
        while next < order.count {
            let place = order[next]
            var node = nodes[place]
            if node.isLeaf {
                node.child = UInt32(next)
            } else {
                let child = Int(node.child)
                node.child = UInt32(order.count)
                order.append(child)
                order.append(child + 1)
            }
            sorted.nodes.append(node)
            sorted.values += values[place * outputs..<(place + 1) * outputs]
            next += 1
        }
        return sorted
    }
}
