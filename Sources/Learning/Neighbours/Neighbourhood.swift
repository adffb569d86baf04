internal import SignalCore

/// Training windows, scaled and ready to be searched: what detectors by nearest neighbours share.
struct Neighbourhood: Sendable {
    /// What is subtracted from every column, and what it is divided by.
    let scaler: FrameScaler
    /// The number of consecutive frames of a window.
    let contextFrames: Int
    /// The training windows that are kept.
    let search: NeighbourSearch
    /// The mean of every column's share in training; see ``UsualContributions``.
    var contributionMean: [Double]

    /// The number of columns of a frame.
    var columnCount: Int { scaler.offset.count }

    /// Scaled values are held within this distance of the mean, when columns are brought to the same scale. A million
    /// standard deviations are as abnormal as anything beyond.
    static let largestDeviation = 1e6
    /// The most training windows on which the usual contributions are measured.
    static let mostCalibrationWindows = 1000

    init(scaler: FrameScaler, contextFrames: Int, points: [Float], contributionMean: [Double]) {
        self.scaler = scaler
        self.contextFrames = contextFrames
        self.contributionMean = contributionMean
        search = NeighbourSearch(points: points, width: scaler.offset.count * contextFrames)
    }

    /// Takes the windows of training data, all or a random selection; contributions are still to be calibrated.
    ///
    /// - Throws: as ``TrainingWindows/init(_:contextFrames:fewest:algorithm:)``, and `SignalError` with code
    ///   `insufficientData` when every column is constant.
    init(
        _ data: TrainingData, contextFrames: Int, neighbours: Int, maximumRows: Int, scaling: FrameScaling,
        seed: UInt64,
        algorithm: String
    ) throws {
        let windows = try TrainingWindows(
            data, contextFrames: contextFrames, fewest: max(neighbours + 1, 10), algorithm: algorithm)
        let scaler =
            scaling == .none
            ? Self.centering(FrameScaler(data.frames)) : FrameScaler(data.frames, scaling: scaling)
        guard scaler.constantColumns.count < data.frames.columnCount else {
            throw SignalError(.insufficientData, "every column is constant in the training data; nothing can be learnt")
        }
        var starts = windows.spread(over: windows.count)
        if windows.count > maximumRows {
            var generator = SeededGenerator(seed: seed)
            starts = windows.sample(maximumRows, using: &generator).sorted()
        }
        let width = data.frames.columnCount * contextFrames
        var points: [Float] = []
        points.reserveCapacity(starts.count * width)
        for start in starts {
            let first = start * data.frames.columnCount
            Self.appendScaled(data.frames.values[first..<first + width], by: scaler, to: &points)
        }
        self.init(
            scaler: scaler, contextFrames: contextFrames, points: points,
            contributionMean: Array(repeating: 1, count: data.frames.columnCount))
    }

    /// A scaler that only moves the origin, near the mean: distances stay what they are, and coordinates small. It moves
    /// by a round number, so that values of few digits lose nothing.
    private static func centering(_ scaler: FrameScaler) -> FrameScaler {
        let offsets = zip(scaler.offset, scaler.scale).map { mean, scale in
            let unit = scale.isNormal ? scale.binade : 1
            let rounded = (mean / unit).rounded() * unit
            return rounded.isFinite ? rounded : 0
        }
        var centering = scaler
        centering.offset = offsets
        centering.scale = Array(repeating: 1, count: offsets.count)
        return centering
    }

    /// Appends values, which begin with the first column, scaled.
    private static func appendScaled(_ values: ArraySlice<Float>, by scaler: FrameScaler, to scaled: inout [Float]) {
        var column = 0
        for value in values {
            let scale = scaler.scale[column]
            let limit = scale == 1 ? Double(Float.greatestFiniteMagnitude) : largestDeviation
            let deviation = (Double(value) - scaler.offset[column]) / scale
            scaled.append(Float(min(max(deviation, -limit), limit)))
            column = column + 1 == scaler.offset.count ? 0 : column + 1
        }
    }

    /// Finds the neighbours of every window of a run of frames, some windows at a time.
    ///
    /// - Parameters:
    ///   - isOneOfThem: whether a training window that equals a window is taken for itself and left out.
    ///   - body: takes the scaled values, where in them the window begins, the lists, and the number of its own.
    func forEachWindow(
        of frames: FeatureFrames, neighbours: Int, isOneOfThem: Bool = false,
        _ body: ([Float], Int, NeighbourLists, Int) -> Void
    ) throws {
        let windowCount = try frames.windowCount(columns: columnCount, contextFrames: contextFrames)
        var scaled: [Float] = []
        for start in stride(from: 0, to: windowCount, by: NeighbourSearch.blockLength) {
            let count = min(NeighbourSearch.blockLength, windowCount - start)
            let end = start + count + contextFrames - 1
            scaled.removeAll(keepingCapacity: true)
            Self.appendScaled(frames.values[start * columnCount..<end * columnCount], by: scaler, to: &scaled)
            let starts = (0..<count).map { $0 * columnCount }
            let lists =
                isOneOfThem
                ? search.nearest(neighbours + 1, to: starts, in: scaled).withoutOneself()
                : search.nearest(neighbours, to: starts, in: scaled)
            for window in 0..<count { body(scaled, starts[window], lists, window) }
        }
    }

    /// The square of every column's distance from the neighbours' mean, those of a column in all stacked frames added
    /// up.
    func shares(of values: [Float], from start: Int, _ lists: NeighbourLists, _ list: Int) -> [Double] {
        let width = search.width
        var sums = Array(repeating: 0.0, count: width)
        for place in lists.range(of: list) {
            let point = Int(lists.indices[place]) * width
            for element in 0..<width { sums[element] += Double(search.points[point + element]) }
        }
        var shares = Array(repeating: 0.0, count: columnCount)
        for element in 0..<width {
            let difference = Double(values[start + element]) - sums[element] / Double(lists.capacity)
            shares[element % columnCount] += difference * difference
        }
        return shares
    }

    /// The contributions of every column to the score of every window: its share, relative to the usual one.
    func contributions(
        _ frames: FeatureFrames, neighbours: Int, isOneOfThem: Bool = false
    ) throws -> [Float] {
        var contributions: [Float] = []
        try forEachWindow(of: frames, neighbours: neighbours, isOneOfThem: isOneOfThem) { values, start, lists, list in
            for (column, share) in shares(of: values, from: start, lists, list).enumerated() {
                contributions.append(UsualContributions.relative(share, to: contributionMean[column]))
            }
        }
        return contributions
    }

    /// The same with usual contributions measured on some training windows, whose neighbours among the others are
    /// given.
    func calibrated(on windows: [Int], _ lists: NeighbourLists) -> Neighbourhood {
        var sums = Array(repeating: 0.0, count: columnCount)
        for (list, window) in windows.enumerated() {
            let shares = shares(of: search.points, from: window * search.width, lists, list)
            for column in sums.indices { sums[column] += shares[column] }
        }
        var calibrated = self
        calibrated.contributionMean = UsualContributions.floored(sums.map { $0 / Double(windows.count) })
        return calibrated
    }

    /// At most so many of the training windows, spread evenly.
    func spread(over limit: Int) -> [Int] {
        let size = min(limit, search.count)
        return (0..<size).map { $0 * search.count / size }
    }
}
