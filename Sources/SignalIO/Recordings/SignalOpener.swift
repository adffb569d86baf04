public import SignalCore

/// Opens whatever holds a signal: a recording or a table.
public enum SignalOpener {
    /// Opens a file; its content decides how it is read, its name does not (but for IMS snapshots, whose name is their
    /// time).
    ///
    /// - Throws: `SignalError` with code `unreadable`, `unsupported` (names what was found and what is read) or any
    ///   that ``RecordingReader`` and ``AccelerometerTable`` throw.
    public static func open(
        _ path: String, options: SignalReadingOptions = SignalReadingOptions()
    ) throws -> any SignalSource {
        try options.validate()
        let file = try RegularFile(path: path)
        return try RecordingReader(
            file: file, channels: options.channels ?? .index(0), unit: options.unit ?? .fullScale)
    }
}
