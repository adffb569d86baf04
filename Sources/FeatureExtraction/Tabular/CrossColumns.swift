import SignalCore

/// What is computed across the columns of one row.
struct CrossColumns: Sendable {
    private let features: [CrossFeature]
    private let pairs: [(first: Int, second: Int)]

    /// Up to this many columns, all pairs are made.
    private static let mostPairedColumns = 8

    init(_ features: [CrossFeature], columnCount: Int) {
        self.features = columnCount > 1 ? features : []
        let reach = columnCount <= Self.mostPairedColumns ? columnCount : 1
        pairs = (0..<columnCount).flatMap { first in
            (first + 1..<max(first + 1, min(columnCount, first + 1 + reach))).map { (first, $0) }
        }
    }

    /// The number of features.
    var count: Int { features.reduce(0) { $0 + ($1 == .ratio || $1 == .difference ? pairs.count : 1) } }

    /// What the features are called. Only where all columns have one unit do the results have one.
    func columns(of columns: [FeatureColumn]) -> [FeatureColumn] {
        let units = Set(columns.map(\.unit))
        let unit = units.count == 1 ? units.first ?? "" : ""
        return features.flatMap { feature in
            switch feature {
            case .ratio:
                pairs.map { FeatureColumn("\(columns[$0.first].name)/\(columns[$0.second].name)") }
            case .difference:
                pairs.map { first, second in
                    let isOneUnit = columns[first].unit == columns[second].unit
                    return FeatureColumn(
                        "\(columns[first].name)-\(columns[second].name)", unit: isOneUnit ? columns[first].unit : "")
                }
            default: [FeatureColumn("all.\(feature.rawValue)", unit: unit)]
            }
        }
    }

    /// Writes the features of one row.
    func write(_ row: Span<Float>, into result: inout [Float], at next: inout Int) {
        for feature in features {
            switch feature {
            case .ratio:
                for (first, second) in pairs {
                    result[next] = .boundedQuotient(Double(row[first]), Double(row[second]))
                    next += 1
                }
            case .difference:
                for (first, second) in pairs {
                    result[next] = Float.nearest(Double(row[first]) - Double(row[second]))
                    next += 1
                }
            default:
                result[next] = Self.aggregate(feature, row)
                next += 1
            }
        }
    }

    private static func aggregate(_ feature: CrossFeature, _ row: Span<Float>) -> Float {
        switch feature {
        case .min, .max:
            var value = row[0]
            for index in 1..<row.count { value = feature == .min ? min(value, row[index]) : max(value, row[index]) }
            return value
        default:
            var sum = 0.0
            for index in 0..<row.count { sum += Double(row[index]) }
            let mean = sum / Double(row.count)
            guard feature == .std else { return Float.nearest(mean) }
            var squares = 0.0
            for index in 0..<row.count {
                let distance = Double(row[index]) - mean
                squares += distance * distance
            }
            return Float.nearest((squares / Double(row.count - 1)).squareRoot())
        }
    }
}
