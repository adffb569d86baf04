/// One entry of `events.json`: what is wrong in a synthesised file, how much, and from when to when.
public struct GroundTruthEvent: Codable, Sendable, Equatable {
    /// The file, relative to the data set's folder.
    public var path: String
    /// What is wrong, such as `imbalance` or `outer-race`.
    public var kind: String
    /// How bad it is, 0 to 1.
    public var severity: Double
    /// Where it begins, in seconds from the start of the file (of a table of several machines, from the machine's first
    /// row).
    public var startSeconds: Double
    /// Where it ends, in seconds from the same.
    public var endSeconds: Double
    /// The column of a table that shows it.
    public var column: String?
    /// The machine of a table of several.
    public var unit: String?
    /// Its first row, counted from the machine's first row as 0.
    public var startRow: Int?
    /// Its last row, counted likewise.
    public var endRow: Int?
    /// How large it is in standard deviations of the column's noise, downward below 0.
    public var size: Double?

    /// Makes an entry.
    public init(
        path: String, kind: String, severity: Double, startSeconds: Double, endSeconds: Double, column: String? = nil,
        unit: String? = nil, startRow: Int? = nil, endRow: Int? = nil, size: Double? = nil
    ) {
        self.path = path
        self.kind = kind
        self.severity = severity
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        self.column = column
        self.unit = unit
        self.startRow = startRow
        self.endRow = endRow
        self.size = size
    }
}
