public import SignalCore

/// Rows dealt into folds such that the rows of a group stay together and every fold has its share of the classes.
///
/// Groups are dealt in a random order of the seed, those with the rarest classes first, each into the fold in which its
/// rarest class is the least represented so far, and among those into the smallest. With a group a row this is the
/// stratified k-fold of scikit-learn up to the order of rows. Numbers are dealt without regard to their size.
public struct GroupedFolds: Sendable, Equatable {
    /// The rows of every fold, ascending.
    public let folds: [[Int]]
    private let rowCount: Int

    /// Deals rows into folds.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for fewer than two folds, `insufficientData` when there are fewer
    ///   groups than folds.
    public init(_ data: LabelledData, count: Int, seed: UInt64) throws {
        guard count >= 2 else {
            throw SignalError(.invalidOption, "rows are dealt into at least 2 folds, not \(count)")
        }
        let rowsOfGroup = Dictionary(grouping: data.groups.indices) { data.groups[$0] }
        guard rowsOfGroup.count >= count else {
            throw SignalError(
                .insufficientData,
                "\(rowsOfGroup.count) groups of rows cannot be dealt into \(count) folds; rows of a group stay together"
            )
        }
        var classes: [Int]
        switch data.targets {
        case .classes(let indices, _): classes = indices
        case .numbers(let numbers): classes = Array(repeating: 0, count: numbers.count)
        }
        let classCount = (classes.max() ?? 0) + 1
        var total = Array(repeating: 0, count: classCount)
        for index in classes { total[index] += 1 }
        // The rarest class of every group, by all rows.
        var generator = SeededGenerator(seed: seed, stream: 0xF01D)
        let dealt = rowsOfGroup.keys.sorted().shuffled(using: &generator).map { group in
            let rows = rowsOfGroup[group] ?? []
            let rarest = rows.map { classes[$0] }.min { (total[$0], $0) < (total[$1], $1) } ?? 0
            return (rows: rows, rarest: rarest)
        }
        var folds: [[Int]] = Array(repeating: [], count: count)
        var counts = Array(repeating: Array(repeating: 0, count: classCount), count: count)
        let order = dealt.indices.sorted {
            let (left, right) = (dealt[$0], dealt[$1])
            return (total[left.rarest], left.rarest, $0) < (total[right.rarest], right.rarest, $1)
        }
        for index in order {
            let (rows, rarest) = dealt[index]
            let fold = folds.indices.min {
                (counts[$0][rarest], folds[$0].count, $0) < (counts[$1][rarest], folds[$1].count, $1)
            }
            guard let fold else { continue }
            folds[fold] += rows
            for row in rows { counts[fold][classes[row]] += 1 }
        }
        self.folds = folds.map { $0.sorted() }
        rowCount = data.count
    }

    /// The rows of all folds but one, ascending.
    public func rows(without fold: Int) -> [Int] {
        var isHeldOut = Array(repeating: false, count: rowCount)
        for row in folds[fold] { isHeldOut[row] = true }
        return isHeldOut.indices.filter { !isHeldOut[$0] }
    }
}
