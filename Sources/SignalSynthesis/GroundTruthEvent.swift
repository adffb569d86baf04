/// One entry of `events.json`: what is wrong in a synthesised file, how much, and from when to when.
public struct GroundTruthEvent: Codable, Sendable, Equatable {
    /// The file, relative to the data set's folder.
    public var path: String
    /// What is wrong, such as `imbalance` or `outer-race`.
    public var kind: String
    /// How bad it is, 0 to 1.
    public var severity: Double
    /// Where it begins, in seconds from the start of the file.
    public var startSeconds: Double
    /// Where it ends, in seconds from the start of the file.
    public var endSeconds: Double

    /// Makes an entry.
    public init(path: String, kind: String, severity: Double, startSeconds: Double, endSeconds: Double) {
        self.path = path
        self.kind = kind
        self.severity = severity
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
    }
}
