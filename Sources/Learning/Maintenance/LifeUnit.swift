/// What a remaining useful life is counted in.
public enum LifeUnit: String, Sendable, CaseIterable, Codable {
    /// Rows of the table, or cycles: what a life that was derived from the rows is in.
    case rows
    case seconds
    case minutes
    case hours
    case days

    /// How many seconds it lasts; `nil` for rows, which last as long as the table says.
    public var seconds: Double? {
        switch self {
        case .rows: nil
        case .seconds: 1
        case .minutes: 60
        case .hours: 3600
        case .days: 86_400
        }
    }

    /// The unit of one, as in `a row`.
    public var singular: String { String(rawValue.dropLast()) }
}
