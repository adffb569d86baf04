public import SignalCore

/// Which distance a ``NearestNeighbours`` detector takes as the score.
public enum NeighbourDistance: String, OptionChoice {
    /// The distance to the last of the nearest neighbours (Ramaswamy, Rastogi and Shim 2000).
    case last
    /// The mean distance to all of them (Angiulli and Pizzuti 2002).
    case mean
}

/// Options of ``NearestNeighbours``.
public struct NearestNeighboursOptions: AlgorithmOptions {
    /// The number of nearest neighbours, 1 to 500; default 5.
    public var neighbours = 5
    /// Which distance is the score; default that to the last neighbour.
    public var distance = NeighbourDistance.last
    /// Consecutive frames that are looked at together, 1 to 64; default 1. No window reaches from one recording into
    /// the next.
    public var contextFrames = 1
    /// The most training windows that the model keeps, a random selection of more, 2 to 200,000; default 10,000. The
    /// model file grows with it, and the time of a score.
    public var maximumRows = 10_000
    /// How columns are brought together, so that none counts more for its unit; default mean 0 and deviation 1.
    public var scaling = FrameScaling.standard

    /// Neighbours, context and scaling.
    public static let searchSpace = [
        OptionSearch("neighbours", .integers(1...50, isLogarithmic: true)),
        OptionSearch("contextFrames", .integers(1...10, isLogarithmic: true)),
        OptionSearch("scaling", .choices(FrameScaling.allCases.map { .text($0.rawValue) })),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try NeighbourhoodOptions.check(
            neighbours: neighbours, contextFrames: contextFrames, maximumRows: maximumRows)
    }
}
