import SignalCore

/// How bytes of a link are cut into lines.
public struct LineSplitterOptions: Sendable, Equatable {
    /// Bytes a line may have; what is longer is thrown away up to the next line end (a wrong baud rate gives endless
    /// bytes without one).
    public var maximumLength = 4096
    /// Whether the first line after opening is thrown away: a link that is opened in the middle of a line gives its end.
    public var discardsFirstLine = false
    /// Seconds after opening in which everything is thrown away: a board that resets when its port is opened first
    /// sends the bytes of its boot loader.
    public var settleSeconds = 0.0

    /// Lines of at most 4096 bytes, of which none is thrown away.
    public init() {}

    /// The same for messages that arrive whole: each begins with its first byte, unlike what a port sends first.
    ///
    /// - Parameter length: bytes that a line may have at least.
    func forMessages(of length: Int) -> LineSplitterOptions {
        var options = self
        options.maximumLength = max(maximumLength, length)
        options.discardsFirstLine = false
        options.settleSeconds = 0
        return options
    }

    /// - Throws: `SignalError` with code `invalidOption` for a length or time outside its range.
    public func validate() throws {
        guard (16...1 << 20).contains(maximumLength) else {
            throw SignalError(.invalidOption, "maximumLength is 16 to 1048576 bytes, not \(maximumLength)")
        }
        guard (0...60).contains(settleSeconds) else {
            throw SignalError(.invalidOption, "settleSeconds is 0 to 60 seconds, not \(settleSeconds)")
        }
    }
}

/// Cuts the bytes of a link into lines, however the reads were cut.
///
/// Lines end with LF, CR or both; empty ones are dropped. A line that is longer than allowed, is not UTF-8 or holds
/// control characters other than the tab is dropped and counted, and never disturbs the next one.
public struct LineSplitter: Sendable {
    /// What came of the bytes so far.
    public struct Counters: Sendable, Equatable {
        /// Bytes that arrived, those thrown away included.
        public var bytes = 0
        /// Lines handed out.
        public var lines = 0
        /// Lines that were too long; those without an end count once for every maximum length of bytes.
        public var overlongLines = 0
        /// Lines that were not UTF-8.
        public var invalidTextLines = 0
        /// Lines with control characters.
        public var controlCharacterLines = 0
        /// Lines that a disconnection cut off.
        public var partialLines = 0
        /// Bytes thrown away after opening: those of the settle time and of the first line.
        public var discardedBytes = 0

        /// Nothing arrived yet.
        public init() {}

        /// Lines that were dropped for what was in them.
        public var damagedLines: Int { overlongLines + invalidTextLines + controlCharacterLines }
    }

    private enum State {
        case collecting, discardingFirstLine, discardingOverlong
    }

    /// How lines are cut.
    public let options: LineSplitterOptions
    /// What came of the bytes so far.
    public private(set) var counters = Counters()
    /// The last line that was dropped, with what is not text replaced, for display.
    public private(set) var lastDamagedLine: String?
    private var pending: [UInt8] = []
    private var state = State.collecting
    private var overlongBytes = 0
    private var settledAt = -Double.infinity

    /// Makes a splitter; call ``begin(at:)`` whenever the link is opened.
    public init(options: LineSplitterOptions = LineSplitterOptions()) {
        self.options = options
    }

    /// The link was opened at `time`, in seconds of any clock that goes forward.
    public mutating func begin(at time: Double) {
        pending.removeAll(keepingCapacity: true)
        state = options.discardsFirstLine ? .discardingFirstLine : .collecting
        settledAt = options.settleSeconds > 0 ? time + options.settleSeconds : -.infinity
    }

    /// Takes bytes that arrived at `time` (the clock of ``begin(at:)``) and hands out the lines that they end.
    public mutating func consume(_ bytes: some Collection<UInt8>, at time: Double, emit: (String) throws -> Void)
        rethrows
    {
        counters.bytes += bytes.count
        guard time >= settledAt else {
            counters.discardedBytes += bytes.count
            return
        }
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                try endLine(emit: emit)
            } else {
                append(byte)
            }
        }
    }

    /// The link is gone: what was read of an unfinished line is dropped, for nobody knows what it would have become.
    public mutating func disconnect() {
        if !pending.isEmpty || state == .discardingOverlong { counters.partialLines += 1 }
        pending.removeAll(keepingCapacity: true)
        state = .collecting
    }

    /// The input ended as files do, whose last line may lack its end: hands it out.
    public mutating func finish(emit: (String) throws -> Void) rethrows {
        try endLine(emit: emit)
    }

    private mutating func append(_ byte: UInt8) {
        switch state {
        case .collecting:
            pending.append(byte)
            if pending.count > options.maximumLength {
                counters.overlongLines += 1
                remember(pending)
                pending.removeAll(keepingCapacity: true)
                state = .discardingOverlong
                overlongBytes = 0
            }
        case .discardingFirstLine:
            counters.discardedBytes += 1
        case .discardingOverlong:
            overlongBytes += 1
            if overlongBytes == options.maximumLength {
                overlongBytes = 0
                counters.overlongLines += 1
            }
        }
    }

    private mutating func endLine(emit: (String) throws -> Void) rethrows {
        defer {
            pending.removeAll(keepingCapacity: true)
            state = .collecting
        }
        if state == .discardingFirstLine { counters.discardedBytes += 1 }
        guard state == .collecting, !pending.isEmpty else { return }
        guard let line = String(validating: pending, as: UTF8.self) else {
            counters.invalidTextLines += 1
            remember(pending)
            return
        }
        guard !line.unicodeScalars.contains(where: Self.isControl) else {
            counters.controlCharacterLines += 1
            remember(pending)
            return
        }
        counters.lines += 1
        try emit(line)
    }

    private mutating func remember(_ bytes: [UInt8]) {
        lastDamagedLine = String(decoding: bytes.prefix(120), as: UTF8.self).escapingControlCharacters
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 && scalar != "\t" || (0x7F...0x9F).contains(scalar.value)
    }
}
