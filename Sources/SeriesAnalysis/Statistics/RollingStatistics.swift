/// Mean, standard deviation, smallest and largest value of the last rows of a column, at some of its rows.
public struct RollingStatistics: Sendable, Equatable, Codable {
    /// The rows that one window looks at.
    public let window: Int
    /// The last row of every window.
    public let rows: [Int]
    /// Of each window; `nil` where it holds no value. The deviation has divisor n - 1.
    public let mean: [Double?]
    /// The deviation, with divisor n - 1.
    public let standardDeviation: [Double?]
    /// The smallest value.
    public let minimum: [Double?]
    /// The largest value.
    public let maximum: [Double?]
    /// The values in every window.
    public let counts: [Int]

    /// Measures a column at up to `points` rows, equally far from each other, the last row among them. Every window is
    /// summed by itself: its result depends on its own rows alone.
    public init(_ values: [Double], window: Int, points: Int) {
        let window = min(max(1, window), max(1, values.count))
        let step = max(1, (values.count - window) / max(1, points - 1))
        let rows =
            values.isEmpty ? [] : Array(stride(from: values.count - 1, through: window - 1, by: -step).reversed())
        let parts = rows.map { row in values[row - window + 1...row].filter(\.isFinite) }
        self.window = window
        self.rows = rows
        counts = parts.map(\.count)
        let means = parts.map { part in part.isEmpty ? nil : part.reduce(0, +) / Double(part.count) }
        mean = means
        standardDeviation = zip(parts, means).map { part, mean in
            mean.map { mean in
                let squares = part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                return (squares / Double(max(1, part.count - 1))).squareRoot()
            }
        }
        minimum = parts.map { $0.min() }
        maximum = parts.map { $0.max() }
    }
}
