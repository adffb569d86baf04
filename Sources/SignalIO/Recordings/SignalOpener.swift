public import SignalCore

/// Opens whatever holds a signal: a recording or a table.
public enum SignalOpener {
    /// Opens a file; its content decides how it is read. Its name does not, but for IMS snapshots, whose name is their
    /// time.
    ///
    /// - Throws: `SignalError` with code `unreadable`, `unsupported` (names what was found and what is read),
    ///   `invalidOption` (a rate for a recording, which states its own) or any that ``RecordingReader``,
    ///   ``AccelerometerTable`` and ``ResampledSignal`` throw.
    public static func open(
        _ path: String, options: SignalReadingOptions = SignalReadingOptions()
    ) throws -> any SignalSource {
        try options.validate()
        let file = try RegularFile(path: path)
        let prefix = try file.bytes(at: 0, count: 4096)
        let source: any SignalSource
        if ContainerKind(prefix: prefix) != nil {
            let recording = try RecordingReader(
                file: file, channels: options.channels ?? .index(0), unit: options.unit ?? .fullScale)
            if let rate = options.rate, rate != recording.format.sampleRate {
                throw SignalError(
                    .invalidOption,
                    "is recorded at \(recording.format.sampleRate) Hz, which --rate cannot change; --resample can"
                ).at(path: path)
            }
            source = recording
        } else if isText(prefix) {
            source = try AccelerometerTable(file: file, options: options)
        } else {
            throw OpenedRecording.unknownContent(prefix, path: path)
        }
        guard let rate = options.resampleRate, abs(rate / source.format.sampleRate - 1) > 1e-9 else { return source }
        do { return try ResampledSignal(source, rate: rate) } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    /// The channels that are read of a file when nobody says: the first of a recording, all columns of a table.
    ///
    /// - Throws: `SignalError` with code `unreadable`.
    public static func usualChannels(of path: String) throws -> ChannelSelection {
        ContainerKind(prefix: try RegularFile(path: path).bytes(at: 0, count: 4096)) == nil ? .all : .index(0)
    }

    /// Whether these bytes can be the beginning of a text: something, but no control characters other than white space.
    static func isText(_ prefix: [UInt8]) -> Bool {
        !prefix.isEmpty && prefix.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
    }
}
