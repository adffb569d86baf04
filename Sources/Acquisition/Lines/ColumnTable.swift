/// The columns of a stream: those of all lines so far, in the order in which they were first seen.
struct ColumnTable: Sendable {
    private(set) var names: [String] = []
    private var indices: [String: Int] = [:]
    private var states: [ChannelState] = []

    var count: Int { names.count }

    func contains(_ name: String) -> Bool { indices[name] != nil }

    /// The place of a column, which joins if it is new; nil where there are as many as are kept.
    mutating func index(of name: String) -> Int? {
        if let index = indices[name] { return index }
        guard names.count < LineParser.maximumColumns else { return nil }
        indices[name] = names.count
        names.append(name)
        states.append(ChannelState())
        return names.count - 1
    }

    /// Why a value must not be believed; nil for a good one.
    mutating func rejection(of value: Double, column: Int, at time: Double, check: ChannelCheck) -> ValueRejection? {
        states[column].rejection(of: value, at: time, check: check)
    }
}
