extension SensorTable {
    /// Whether a file is to be taken as a sensor table when nobody says what it is: text whose first line names its
    /// columns, and not after the axes of an accelerometer, whose tables are signals.
    ///
    /// - Throws: `SignalError` with code `unreadable`.
    public static func isLikely(_ path: String) throws -> Bool {
        let file = try RegularFile(path: path)
        let prefix = try file.bytes(at: 0, count: 4096)
        guard ContainerKind(prefix: prefix) == nil, SignalOpener.isText(prefix) else { return false }
        guard let sample = try? SensorTableSample(file) else { return false }
        return !sample.names.original.contains { ColumnName($0).axis != nil }
    }
}
