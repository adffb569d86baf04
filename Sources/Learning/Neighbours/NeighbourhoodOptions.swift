internal import SignalCore

/// The ranges of the options that detectors by nearest neighbours share.
enum NeighbourhoodOptions {
    static func check(neighbours: Int, contextFrames: Int, maximumRows: Int) throws {
        try OptionRange.check("neighbours", neighbours, in: 1...500)
        try OptionRange.check("contextFrames", contextFrames, in: 1...64)
        try OptionRange.check("maximumRows", maximumRows, in: 2...200_000)
        guard neighbours < maximumRows else {
            throw SignalError(
                .invalidOption,
                "neighbours is less than maximumRows, for a row is no neighbour of itself; it is \(neighbours)")
        }
    }
}
