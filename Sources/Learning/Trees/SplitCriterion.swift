/// What a split of a tree is chosen by: sums over the rows of a node, and how good it is to keep rows of such sums together.
///
/// Sums are `width` numbers in a row, a "cell"; the first is always the number of rows. The gain of a split is
/// `score(left) + score(right) - score(both)`.
protocol SplitCriterion: Sendable {
    /// What one row adds.
    associatedtype Item
    /// The numbers of a cell.
    var width: Int { get }
    /// What a row adds.
    func item(_ row: Int) -> Item
    /// Adds an item to a cell.
    @unsafe func add(_ item: Item, to cell: UnsafeMutablePointer<Double>)
    /// Takes an item out of a cell.
    @unsafe func subtract(_ item: Item, from cell: UnsafeMutablePointer<Double>)
    /// How good it is to keep the rows of a cell together; higher for rows that are alike.
    @unsafe func score(_ cell: UnsafePointer<Double>) -> Double
    /// Whether a node of such sums may stand, besides its number of rows.
    @unsafe func isAllowed(_ cell: UnsafePointer<Double>) -> Bool
    /// Whether all rows of a node are to be told the same, so that no split is looked for.
    @unsafe func isPure(_ items: UnsafePointer<Item>, count: Int) -> Bool
    /// The numbers that a tree says of a row.
    var outputCount: Int { get }
    /// Appends what a node of such sums says.
    @unsafe func appendValue(_ cell: UnsafePointer<Double>, to values: inout [Float])
}

/// The weighted counts of classes, and the Gini impurity: the score is the sum of squared counts over their sum, so that
/// the gain is the fall of impurity times weight (Breiman, Friedman, Olshen and Stone, "Classification and Regression
/// Trees", 1984).
struct ClassCriterion: SplitCriterion {
    /// A class and a weight.
    struct Item {
        let index: Int32
        let weight: Float
    }

    /// The class of every row.
    let classes: [Int32]
    /// The weight of every row.
    let weights: [Float]
    /// The number of classes.
    let classCount: Int

    var width: Int { classCount + 1 }
    var outputCount: Int { classCount }

    @inline(__always) func item(_ row: Int) -> Item { Item(index: classes[row], weight: weights[row]) }

    @inline(__always) func add(_ item: Item, to cell: UnsafeMutablePointer<Double>) {
        unsafe cell[0] += 1
        unsafe cell[1 &+ Int(item.index)] += Double(item.weight)
    }

    @inline(__always) func subtract(_ item: Item, from cell: UnsafeMutablePointer<Double>) {
        unsafe cell[0] -= 1
        unsafe cell[1 &+ Int(item.index)] -= Double(item.weight)
    }

    @inline(__always) func score(_ cell: UnsafePointer<Double>) -> Double {
        var (sum, squares) = (0.0, 0.0)
        for index in 1...classCount {
            let count = unsafe cell[index]
            sum += count
            squares += count * count
        }
        return sum > 0 ? squares / sum : 0
    }

    @inline(__always) func isAllowed(_ cell: UnsafePointer<Double>) -> Bool { true }

    func isPure(_ items: UnsafePointer<Item>, count: Int) -> Bool {
        for index in 1..<max(count, 1) where unsafe items[index].index != items[0].index { return false }
        return true
    }

    func appendValue(_ cell: UnsafePointer<Double>, to values: inout [Float]) {
        var sum = 0.0
        for index in 1...classCount { unsafe sum += cell[index] }
        for index in 1...classCount { unsafe values.append(Float(cell[index] / sum)) }
    }
}

/// Sums of first and second derivatives of a loss: the score is `G^2 / (H + lambda)`, the value `scale G / (H + lambda)`
/// (Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD, 2016, where G has the other sign).
///
/// With a row's target for its negative derivative, its weight for the second and no penalty, the value is the mean and the
/// gain is the fall of the sum of squared errors: a regression tree.
struct GradientCriterion: SplitCriterion {
    /// For every row: 1, the negative first derivative, the second, and for a regression tree the target itself.
    var items: [SIMD4<Double>]
    /// The penalty on squared values.
    let penalty: Double
    /// The least sum of second derivatives of a node.
    let minimumWeight: Double
    /// What values are multiplied by: the learning rate.
    let scale: Double
    /// Whether the fourth number of an item tells that rows are alike.
    let looksForPurity: Bool
    /// What is added to every value.
    let offset: Double

    var width: Int { 4 }
    var outputCount: Int { 1 }

    @inline(__always) func item(_ row: Int) -> SIMD4<Double> { items[row] }

    // Cells of four numbers lie at multiples of their size.
    @inline(__always) func add(_ item: SIMD4<Double>, to cell: UnsafeMutablePointer<Double>) {
        let cell = UnsafeMutableRawPointer(cell)
        unsafe cell.storeBytes(of: cell.load(as: SIMD4<Double>.self) + item, as: SIMD4<Double>.self)
    }

    @inline(__always) func subtract(_ item: SIMD4<Double>, from cell: UnsafeMutablePointer<Double>) {
        let cell = UnsafeMutableRawPointer(cell)
        unsafe cell.storeBytes(of: cell.load(as: SIMD4<Double>.self) - item, as: SIMD4<Double>.self)
    }

    @inline(__always) func score(_ cell: UnsafePointer<Double>) -> Double {
        unsafe cell[1] * cell[1] / (cell[2] + penalty)
    }

    @inline(__always) func isAllowed(_ cell: UnsafePointer<Double>) -> Bool { unsafe cell[2] >= minimumWeight }

    func isPure(_ items: UnsafePointer<SIMD4<Double>>, count: Int) -> Bool {
        guard looksForPurity else { return false }
        for index in 1..<max(count, 1) where unsafe items[index].w != items[0].w { return false }
        return true
    }

    func appendValue(_ cell: UnsafePointer<Double>, to values: inout [Float]) {
        let divisor = unsafe cell[2] + penalty
        unsafe values.append(Float((divisor > 0 ? scale * cell[1] / divisor : 0) + offset))
    }
}
