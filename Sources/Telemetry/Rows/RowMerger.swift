/// Makes one row of every second, field by field, for a channel takes one row a second.
struct RowMerger {
    private struct Second {
        var fields: [Int: [String]] = [:]
        var status: String?
        var location: UploadRow.Location?
    }

    let rule: MergeRule
    /// Points that were merged into the row of another one.
    private(set) var mergedCount = 0
    private var seconds: [Int64: Second] = [:]

    init(rule: MergeRule) { self.rule = rule }

    /// Different seconds so far.
    var count: Int { seconds.count }

    func contains(_ second: Int64) -> Bool { seconds[second] != nil }

    mutating func add(_ row: UploadRow) {
        if seconds[row.second] != nil { mergedCount += 1 }
        var second = seconds[row.second] ?? Second()
        for (field, text) in row.fields { second.fields[field, default: []].append(text) }
        second.status = row.status ?? second.status
        second.location = row.location ?? second.location
        seconds[row.second] = second
    }

    /// The rows, oldest first, no two of the same second.
    func rows() -> [UploadRow] {
        seconds.sorted { $0.key < $1.key }.map { second, parts in
            UploadRow(
                second: second, fields: parts.fields.compactMapValues { merged($0) }, status: parts.status,
                location: parts.location)
        }
    }

    private func merged(_ texts: [String]) -> String? {
        guard texts.count > 1, rule != .last else { return texts.last }
        let numbers = texts.compactMap { Double($0) }
        guard numbers.count == texts.count, numbers.allSatisfy(\.isFinite) else { return texts.last }
        switch rule {
        case .last: return texts.last
        case .mean:
            return PlainText.decimal(numbers.reduce(0, +) / Double(numbers.count)) ?? texts.last
        case .max: return zip(texts, numbers).max { $0.1 < $1.1 }?.0
        }
    }
}
