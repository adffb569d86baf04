/// One row for every slice of time, by the rules of ThingSpeak's server.
public struct Aggregation: Sendable, Equatable {
    /// What is made of the entries of a slice.
    public enum Function: String, Sendable, CaseIterable {
        /// The first entry.
        case timescale
        /// The sum of the numbers.
        case sum
        /// The sum of the numbers divided by the number of entries, those without a number included.
        case average
        /// The middle number, or the mean of the middle two.
        case median
    }

    /// The lengths of a slice that are allowed, in minutes.
    public static let allowedMinutes = [10, 15, 20, 30, 60, 240, 720, 1440]
    /// The most slices of a reply; wider ranges of time are refused.
    public static let maximumSlices = 50_000

    /// What is made of the entries of a slice.
    public let function: Function
    /// The length of a slice.
    public let minutes: Int

    /// An aggregation, or nil when the length is not an allowed one.
    ///
    /// - Parameters:
    ///   - function: What is made of the entries of a slice.
    ///   - text: The length of a slice: an allowed number of minutes, or `daily`.
    public init?(_ function: Function, length text: String) {
        guard let minutes = text == "daily" ? 1440 : Int(text), Self.allowedMinutes.contains(minutes) else {
            return nil
        }
        self.function = function
        self.minutes = minutes
    }

    /// Rows for all slices from the first to the last entry, those of empty slices without values.
    ///
    /// - Parameter entries: Entries in the order of their times.
    /// - Returns: Rows without entry numbers, or nil when there would be more than ``maximumSlices``.
    func rows(of entries: [Entry]) -> [Entry]? {
        let length = minutes * 60
        func slice(_ entry: Entry) -> Int { (entry.createdAt - modulo(entry.createdAt, length)) / length }
        guard let first = entries.first.map(slice), let last = entries.last.map(slice) else { return [] }
        guard last - first < Self.maximumSlices else { return nil }
        var rows: [Entry] = []
        rows.reserveCapacity(last - first + 1)
        var index = 0
        for number in first...last {
            let begin = index
            while index < entries.count, slice(entries[index]) == number { index += 1 }
            rows.append(Entry(id: nil, createdAt: number * length, values: function.values(of: entries[begin..<index])))
        }
        return rows
    }

    private func modulo(_ value: Int, _ length: Int) -> Int {
        let rest = value % length
        return rest < 0 ? rest + length : rest
    }
}

extension Aggregation.Function {
    /// Several entries summed up as one without a number, of the time of the last; nil when there are none.
    public func summary(of entries: [Entry]) -> Entry? {
        entries.last.map { Entry(id: nil, createdAt: $0.createdAt, values: values(of: entries[...])) }
    }

    fileprivate func values(of entries: ArraySlice<Entry>) -> EntryValues {
        guard let first = entries.first else { return EntryValues() }
        if self == .timescale { return first.values }
        return EntryValues(
            fields: first.values.fields.indices.map { field in
                let numbers = entries.compactMap { $0.values.fields[field].flatMap(NumericText.number) }
                guard !numbers.isEmpty else { return nil }
                return NumericText.shortest(result(of: numbers, entryCount: entries.count))
            })
    }

    private func result(of numbers: [Double], entryCount: Int) -> Double {
        switch self {
        case .timescale: return numbers[0]
        case .sum: return numbers.reduce(0, +)
        case .average: return numbers.reduce(0, +) / Double(entryCount)
        case .median:
            let sorted = numbers.sorted()
            let middle = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }
    }
}

extension EntryQuery {
    /// What is left of the selected entries after aggregation, limits and rounding, in this order.
    ///
    /// - Parameters:
    ///   - entries: The selected entries in the order of their times.
    ///   - named: The positions of the fields that count.
    /// - Returns: nil when there would be too many slices.
    func apply(to entries: [Entry], named: [Int]) -> [Entry]? {
        var rows = entries
        if let aggregation {
            guard let slices = aggregation.rows(of: rows) else { return nil }
            rows = slices
        }
        if minimum != nil || maximum != nil {
            rows.removeAll { entry in
                named.contains { field in
                    guard let value = entry.values.fields[field].flatMap(NumericText.comparable) else { return false }
                    return minimum.map { value < $0 } ?? false || maximum.map { value > $0 } ?? false
                }
            }
        }
        if let decimals {
            for row in rows.indices {
                for field in named {
                    guard let value = rows[row].values.fields[field].flatMap(NumericText.number) else { continue }
                    rows[row].values.fields[field] = NumericText.rounded(value, decimals: decimals)
                }
            }
        }
        return rows
    }
}
