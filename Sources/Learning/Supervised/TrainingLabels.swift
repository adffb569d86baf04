internal import SignalCore

/// The classes of training rows, checked.
struct TrainingLabels: Sendable {
    /// The class of every row.
    let classes: [Int]
    /// The names of the classes.
    let names: [String]
    /// The fewest rows a model is fitted on.
    static let fewestRows = 10
    /// The most classes.
    static let mostClasses = 1000

    /// - Throws: `SignalError` with code `mismatch` for numbers, `insufficientData` for too few rows or a class without
    ///   rows.
    init(classesOf data: LabelledData) throws {
        guard case .classes(let classes, let names) = data.targets else {
            throw SignalError(.mismatch, "a classifier learns classes, but the targets are numbers; use a regressor")
        }
        try Self.requireRows(data)
        guard names.count <= Self.mostClasses else {
            throw SignalError(
                .limitExceeded, "\(names.count) classes are more than \(Self.mostClasses); are the targets numbers?")
        }
        guard names.allSatisfy({ !$0.isEmpty && !$0.contains("\n") }), Set(names).count == names.count else {
            throw SignalError(.malformed, "every class has a name of one line that no other class has")
        }
        var counts = Array(repeating: 0, count: names.count)
        for index in classes { counts[index] += 1 }
        guard names.count >= 2, let smallest = counts.min(), smallest > 0 else {
            let present = names.indices.filter { counts[$0] > 0 }.map { "'\(names[$0])'" }
            throw SignalError(
                .insufficientData,
                "of the classes \(names.map { "'\($0)'" }.joined(separator: ", ")) only \(present.joined(separator: ", ")) "
                    + "have rows to learn from; at least two are needed, and rows of every one")
        }
        self.classes = classes
        self.names = names
    }

    /// The numbers of training rows, checked.
    ///
    /// - Throws: `SignalError` with code `mismatch` for classes, `malformed` for a number that is not finite,
    ///   `insufficientData` for too few rows or numbers that are all alike.
    static func numbers(of data: LabelledData) throws -> [Float] {
        guard case .numbers(let numbers) = data.targets else {
            throw SignalError(.mismatch, "a regressor learns numbers, but the targets are classes; use a classifier")
        }
        try requireRows(data)
        if let row = numbers.firstIndex(where: { !$0.isFinite }) {
            throw SignalError(
                .malformed, "the target of row \(row) is not a finite number; leave the row out, or mend the target")
        }
        if let row = numbers.firstIndex(where: { abs($0) > largestNumber }) {
            throw SignalError(.malformed, "the target of row \(row) is larger than \(largestNumber); use another unit")
        }
        guard numbers.contains(where: { $0 != numbers[0] }) else {
            throw SignalError(.insufficientData, "all targets are \(numbers[0]); there is nothing to tell apart")
        }
        return numbers
    }

    /// The largest number that is learnt: sums of squares stay far from overflow.
    static let largestNumber: Float = 1e30

    private static func requireRows(_ data: LabelledData) throws {
        guard data.count >= fewestRows, data.frames.columnCount > 0 else {
            throw SignalError(
                .insufficientData,
                "\(data.count) rows of \(data.frames.columnCount) columns; at least \(fewestRows) rows of one column are "
                    + "needed")
        }
    }

    /// The weight of a row of each class.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when those given are not as many as classes.
    func classWeights(_ weighting: ClassWeighting, given: [Double]) throws -> [Double] {
        switch weighting {
        case .none: return Array(repeating: 1, count: names.count)
        case .given:
            guard given.count == names.count else {
                throw SignalError(
                    .invalidOption,
                    "weights has \(given.count) numbers for the \(names.count) classes \(names.joined(separator: ", "))"
                )
            }
            return given
        case .balanced, .balancedSubsample:
            var counts = Array(repeating: 0, count: names.count)
            for index in classes { counts[index] += 1 }
            return Self.balanced(counts)
        }
    }

    /// Rows / (classes x rows of the class); a class without rows weighs nothing.
    static func balanced(_ counts: [Int]) -> [Double] {
        let total = Double(counts.reduce(0, +))
        return counts.map { $0 > 0 ? total / Double(counts.count) / Double($0) : 0 }
    }
}
