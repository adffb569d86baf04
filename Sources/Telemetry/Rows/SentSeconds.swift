/// The seconds of which a channel has a row already, as ranges: a series without gaps is one range, whatever its length.
struct SentSeconds: Codable, Equatable, Sendable {
    /// More ranges than this are not remembered; the oldest go.
    static let maximumRanges = 512

    /// First and last seconds, one pair after the other, in order.
    private var bounds: [Int64] = []

    func contains(_ second: Int64) -> Bool {
        let index = firstRange(endingAtOrAfter: second)
        return index < bounds.count / 2 && bounds[2 * index] <= second
    }

    mutating func insert(_ second: Int64) {
        let index = firstRange(endingAtOrAfter: second)
        if index < bounds.count / 2, bounds[2 * index] <= second { return }
        let joinsPrevious = index > 0 && bounds[2 * index - 1] == second - 1
        let joinsNext = index < bounds.count / 2 && bounds[2 * index] == second + 1
        switch (joinsPrevious, joinsNext) {
        case (true, true): bounds.removeSubrange(2 * index - 1...2 * index)
        case (true, false): bounds[2 * index - 1] = second
        case (false, true): bounds[2 * index] = second
        case (false, false): bounds.insert(contentsOf: [second, second], at: 2 * index)
        }
        if bounds.count > 2 * Self.maximumRanges { bounds.removeFirst(2) }
    }

    private func firstRange(endingAtOrAfter second: Int64) -> Int {
        var (low, high) = (0, bounds.count / 2)
        while low < high {
            let middle = (low + high) / 2
            if bounds[2 * middle + 1] < second { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
