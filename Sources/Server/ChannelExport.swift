public import Storage

/// A whole channel as CSV, as the server writes it.
public struct ChannelExport: Sendable {
    private let columns: FeedColumns

    /// An export of all that a channel shows.
    public init(_ channel: Channel) {
        columns = FeedColumns(exporting: channel)
    }

    /// The line of column names.
    public var header: String { columns.csvHeader }

    /// The lines of entries.
    public func rows(_ entries: EntryTable) -> String {
        var text = ""
        for entry in entries { columns.writeCSV(entry, to: &text) }
        return text
    }
}
