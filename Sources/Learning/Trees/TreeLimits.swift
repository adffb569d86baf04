/// How far trees grow.
struct TreeLimits: Sendable {
    /// The most splits between the root and a leaf.
    var maximumDepth = Int.max
    /// The most leaves; with a limit the split with the largest gain is made first, else order does not matter.
    var maximumLeaves = Int.max
    /// The fewest rows of a leaf.
    var minimumLeafRows = 1
    /// The least gain of a split.
    var minimumGain = 0.0
    /// The columns that are looked at for a split, drawn anew for every node; all where there are no more.
    var columnsPerNode = Int.max
}
