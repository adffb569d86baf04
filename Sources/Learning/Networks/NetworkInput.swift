internal import NeuralNetworks
internal import SignalCore

/// Turns frames into what a network sees: scaled column by column, held within a distance of zero.
struct NetworkInput: Sendable {
    /// Offset and scale of every column.
    let scaler: FrameScaler
    /// The largest distance from zero of a scaled value. Without a limit of the user's it is a million: as abnormal as
    /// anything beyond, and squares and sums of such values stay far within single precision.
    let limit: Float
    /// What is subtracted from every column.
    let offset: [Float]
    /// What every column is multiplied by then.
    let inverseScale: [Float]

    var columnCount: Int { offset.count }

    init(scaler: FrameScaler, clip: Double) {
        self.scaler = scaler
        limit = clip > 0 ? Float(clip) : 1e6
        offset = scaler.offset.map { Float($0) }
        inverseScale = scaler.scale.map { Float(1 / $0) }
    }

    /// Measures training data.
    ///
    /// - Throws: `SignalError` with code `malformed` naming the frame and column of a value that is not finite,
    ///   `insufficientData` when there is no column, or none that changes.
    init(measuring data: TrainingData, options: NetworkTrainingOptions) throws {
        try data.frames.requireFinite(data.schema)
        let scaler = FrameScaler(data.frames, scaling: options.scaling)
        guard scaler.constantColumns.count < data.frames.columnCount else {
            throw SignalError(.insufficientData, "every column is constant in the training data; nothing can be learnt")
        }
        self.init(scaler: scaler, clip: options.clip)
    }

    /// Reads the tensors `mean` and `scale`.
    ///
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen, not finite or out of range.
    init(archive: ModelArchive, options: NetworkTrainingOptions) throws {
        self.init(scaler: try FrameScaler(archive: archive), clip: options.clip)
    }

    /// The scaled values of frames. Shape: frames x columns.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when a
    ///   value is not finite.
    func scaled(_ frames: FeatureFrames) throws -> [Float] {
        try frames.requireColumns(columnCount)
        try frames.requireFinite(nil)
        var values = frames.values
        var all = values.mutableSpan
        let offset = offset.span
        let inverseScale = inverseScale.span
        var index = 0
        while index < all.count {
            for column in 0..<offset.count {
                let value = (all[index] - offset[column]) * inverseScale[column]
                all[index] = max(-limit, min(limit, value))
                index += 1
            }
        }
        return values
    }

    /// All windows of a run of frames, scaled; none where the frames are too few.
    ///
    /// - Throws: as ``scaled(_:)``.
    func windows(of frames: FeatureFrames, length: Int) throws -> SequenceWindows {
        let values = try scaled(frames)
        return try SequenceWindows(
            values: values, columnCount: columnCount, length: length,
            starts: Array(0..<max(0, frames.count - length + 1)))
    }
}

extension TrainingData {
    /// Where windows of so many frames start, `stride` frames apart in every segment, so that none reaches from one
    /// into the next.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer windows than `fewest`.
    func windowStarts(length: Int, stride: Int, fewest: Int, for algorithm: String) throws -> [Int] {
        let starts = segments.flatMap { segment in
            Array(Swift.stride(from: segment.lowerBound, through: segment.upperBound - length, by: stride))
        }
        guard starts.count >= fewest, frames.columnCount > 0 else {
            throw SignalError(
                .insufficientData,
                "\(frames.count) frames in \(segments.count) segments give \(starts.count) windows of \(length) frames, "
                    + "too few to fit \(algorithm); it needs at least \(fewest), such as \(length + (fewest - 1) * stride) "
                    + "frames in a row")
        }
        return starts
    }
}
