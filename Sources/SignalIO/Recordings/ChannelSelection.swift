import SignalCore

/// Which channels of a recording or table are read.
public enum ChannelSelection: Sendable, Equatable, CustomStringConvertible {
    /// One channel, counted from 0.
    case index(Int)
    /// The average of all channels, as one channel.
    case mean
    /// Every channel.
    case all

    /// Reads what a person typed after `--channel`: a number from 0, `mean` or `all`.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public init(text: String) throws {
        switch text.lowercased() {
        case "mean": self = .mean
        case "all": self = .all
        default:
            guard let index = Int(text), index >= 0 else {
                throw SignalError(
                    .invalidOption,
                    "channel takes a number from 0, 'mean' or 'all', not '\(text.escapingControlCharacters)'")
            }
            self = .index(index)
        }
    }

    /// The selection as a person would type it.
    public var description: String {
        switch self {
        case .index(let index): String(index)
        case .mean: "mean"
        case .all: "all"
        }
    }

    /// The names of the channels that are delivered.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when there is no channel of that number.
    func names(from available: [String]) throws -> [String] {
        switch self {
        case .all: return available
        case .mean: return ["mean"]
        case .index(let index):
            guard available.indices.contains(index) else {
                let known = available.count == 1 ? "only channel 0" : "channels 0 to \(available.count - 1)"
                throw SignalError(.invalidOption, "there is no channel \(index); it has \(known)")
            }
            return [available[index]]
        }
    }
}
