public import SignalCore

/// Windows of a table of frames, of equal length, that may overlap: they are places in the table, not copies.
///
/// What a network sees is the run of numbers of a window, cut into as many time steps as its input columns make: a
/// window of 5 frames of 128 columns is one vector for a network of 640 input columns, and five steps for one of 128.
public struct SequenceWindows: Sendable, Equatable {
    /// The table, row after row. Shape: frames x ``columnCount``.
    public let values: [Float]
    /// The number of columns of the table.
    public let columnCount: Int
    /// The number of frames of a window.
    public let length: Int
    /// The first frame of every window.
    public let starts: [Int]

    /// The number of windows.
    public var count: Int { starts.count }
    /// The number of values of a window.
    public var valueCount: Int { length * columnCount }

    /// Makes windows of a table.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the table has no whole rows or a window leaves it.
    public init(values: [Float], columnCount: Int, length: Int, starts: [Int]) throws {
        guard columnCount > 0, length > 0, values.count.isMultiple(of: columnCount) else {
            throw SignalError(.mismatch, "windows need at least one frame, and a table whole rows of its columns")
        }
        let last = values.count / columnCount - length
        guard starts.allSatisfy({ $0 >= 0 && $0 <= last }) else {
            throw SignalError(.mismatch, "a window of \(length) frames leaves its table")
        }
        self.init(unchecked: values, columnCount: columnCount, length: length, starts: starts)
    }

    /// Makes all windows of a run of frames, `stride` frames apart.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there is not one whole window.
    public init(_ frames: FeatureFrames, length: Int, stride: Int = 1) throws {
        guard length > 0, stride > 0, frames.count >= length else {
            throw SignalError(
                .insufficientData, "\(frames.count) frames are too few; a window takes at least \(max(length, 1))")
        }
        let starts = Array(Swift.stride(from: 0, through: frames.count - length, by: stride))
        try self.init(values: frames.values, columnCount: frames.columnCount, length: length, starts: starts)
    }

    private init(unchecked values: [Float], columnCount: Int, length: Int, starts: [Int]) {
        self.values = values
        self.columnCount = columnCount
        self.length = length
        self.starts = starts
    }

    /// Some of the windows, in the order given. The table is shared.
    public func selecting(_ indices: some Sequence<Int>) -> SequenceWindows {
        SequenceWindows(
            unchecked: values, columnCount: columnCount, length: length, starts: indices.map { starts[$0] })
    }
}

/// Windows to learn from and what a network should make of each.
public struct TrainingExamples: Sendable, Equatable {
    /// What the network is given.
    public let inputs: SequenceWindows
    /// What it should give: as many values as its output, or, for cross-entropy, one class number a step of the output.
    public let targets: SequenceWindows

    /// The number of examples.
    public var count: Int { inputs.count }

    /// Makes examples.
    ///
    /// - Throws: `SignalError` with code `mismatch` when there are not as many targets as inputs.
    public init(inputs: SequenceWindows, targets: SequenceWindows) throws {
        guard inputs.count == targets.count else {
            throw SignalError(
                .mismatch, "\(inputs.count) windows have \(targets.count) targets; every one needs its own")
        }
        self.init(unchecked: inputs, targets)
    }

    /// Makes examples of which the target is the input, for an autoencoder.
    public init(reconstructing windows: SequenceWindows) {
        self.init(unchecked: windows, windows)
    }

    private init(unchecked inputs: SequenceWindows, _ targets: SequenceWindows) {
        self.inputs = inputs
        self.targets = targets
    }

    /// Some of the examples, in the order given.
    public func selecting(_ indices: some Collection<Int>) -> TrainingExamples {
        TrainingExamples(unchecked: inputs.selecting(indices), targets.selecting(indices))
    }

    /// Splits in time: the last `share` of the examples is for validation. Of those, the first ones are left out that
    /// have frames in common with the training windows, unless they all have.
    ///
    /// - Returns: the examples for training, and for validation, or `nil` where the share gives none.
    public func splitChronologically(validationShare share: Double) -> (
        training: TrainingExamples, validation: TrainingExamples?
    ) {
        let held = min(count - 1, Int((Double(count) * share).rounded()))
        guard held > 0 else { return (self, nil) }
        let training = 0..<count - held
        let end = training.reduce(0) { max($0, inputs.starts[$1] + inputs.length) }
        let separate = (training.upperBound..<count).filter { inputs.starts[$0] >= end }
        let validation = separate.isEmpty ? Array(training.upperBound..<count) : separate
        return (selecting(training), selecting(validation))
    }
}
