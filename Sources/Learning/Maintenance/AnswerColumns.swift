public import SignalCore

/// Finds columns that give away what is to be predicted: the label under another name, or what was only written down
/// after the failure.
public enum AnswerColumns {
    /// A column under suspicion.
    public struct Finding: Sendable, Equatable {
        /// The column's name.
        public let column: String
        /// What was found, as the end of a sentence that begins with the name.
        public let reason: String
        /// Whether the column tells the label of every row by itself.
        public let isAnswer: Bool
    }

    /// The fewest rows of a rare value for it to be no chance.
    static let fewestRows = 5

    /// Looks at every column by itself.
    ///
    /// - Parameters:
    ///   - isFailure: whether each row is labelled as a failure.
    public static func find(_ frames: FeatureFrames, schema: FeatureSchema, isFailure: [Bool]) -> [Finding] {
        let failures = isFailure.count { $0 }
        guard failures >= fewestRows, isFailure.count - failures >= fewestRows else { return [] }
        return schema.columns.indices.compactMap { column in
            let name = schema.columns[column].name
            var byValue: [Float: (rows: Int, failures: Int)] = [:]
            var (lowest, highest) = ([Float.infinity, .infinity], [-Float.infinity, -.infinity])
            var isCounting = true
            var previous = -Float.infinity
            for row in 0..<frames.count {
                let value = frames.values[row * frames.columnCount + column]
                guard !value.isNaN else { continue }
                let kind = isFailure[row] ? 1 : 0
                lowest[kind] = min(lowest[kind], value)
                highest[kind] = max(highest[kind], value)
                isCounting = isCounting && value > previous
                previous = value
                if byValue.count <= 2 {
                    var counts = byValue[value] ?? (0, 0)
                    counts.rows += 1
                    counts.failures += kind
                    byValue[value] = counts
                }
            }
            if highest[0] < lowest[1] || highest[1] < lowest[0] {
                return Finding(column: name, reason: "tells failures from all other rows by itself", isAnswer: true)
            }
            if byValue.count == 2,
                let flag = byValue.values.first(where: { $0.rows == $0.failures && $0.rows >= fewestRows })
            {
                return Finding(
                    column: name, reason: "has a value that stands in failures only (\(flag.rows) rows)",
                    isAnswer: false)
            }
            if isCounting, frames.count > 100 {
                return Finding(column: name, reason: "grows with every row, as a row number does", isAnswer: false)
            }
            return nil
        }
    }
}
