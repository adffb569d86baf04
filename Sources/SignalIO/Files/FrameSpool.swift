public import SignalCore

/// The earlier frames of a long input, put aside on disk so that memory does not grow with the length of a recording.
///
/// The file has no name: nothing is left of it, however the program ends. It is made when the first frames are put
/// aside; an ordinary clip has none.
public struct FrameSpool: Sendable {
    /// Frames that were put aside together.
    private struct Run {
        let times: ScratchFile.Place
        let values: ScratchFile.Place
    }

    /// How many frames were put aside.
    public private(set) var frameCount = 0

    private let folder: String
    private let memoryLimit: Int
    private var file: ScratchFile?
    private var runs: [Run] = []

    /// Makes an empty spool.
    ///
    /// - Parameters:
    ///   - folder: where its file lies, on the disk that the features go to; made when it is missing.
    ///   - memoryLimit: how many bytes of frames stay in memory. The default holds the spectrogram of a clip of 10 s
    ///     at 48 kHz.
    public init(folder: String, memoryLimit: Int = 2 << 20) {
        self.folder = folder
        self.memoryLimit = memoryLimit
    }

    /// Puts frames aside and empties them when they are more than shall stay in memory; else does nothing.
    ///
    /// - Throws: `SignalError` with code `unavailable`, naming the folder, for instance when the disk is full. The place
    ///   is left to the caller, who knows the input.
    public mutating func relieve(_ frames: inout FeatureFrames) throws {
        let byteCount =
            frames.values.count * MemoryLayout<Float>.stride + frames.count * MemoryLayout<Double>.stride
        guard byteCount > memoryLimit else { return }
        let file = try self.file ?? ScratchFile(folder: folder)
        self.file = file
        runs.append(Run(times: try file.append(frames.times), values: try file.append(frames.values)))
        frameCount += frames.count
        frames.removeAll()
    }

    /// All times, those that follow on the frames put aside being `rest`.
    func times(then rest: [Double]) -> SpooledArray<Double> {
        SpooledArray(file: file, places: runs.map(\.times), rest: rest)
    }

    /// All values, those that follow on the frames put aside being `rest`.
    func values(then rest: [Float]) -> SpooledArray<Float> {
        SpooledArray(file: file, places: runs.map(\.values), rest: rest)
    }

    /// Hands out the frames as they were put aside.
    func forEachRun(columnCount: Int, _ body: (FeatureFrames) throws -> Void) throws {
        guard let file else { return }
        for run in runs {
            try body(
                FeatureFrames(
                    columnCount: columnCount, times: try file.read(run.times, as: Double.self),
                    values: try file.read(run.values, as: Float.self)))
        }
    }
}
