import SignalCore

/// Where the samples of a chunked container (RIFF, RF64, W64, AIFF) stand, by its own chunk headers.
///
/// libsndfile clips a data chunk to the file and does not say so in a way a program can read, starts decoders that
/// are not wanted here, and takes a data size of zero at its word. This look at the headers (a few dozen bytes)
/// settles the three before libsndfile sees the file.
struct ChunkLayout {
    /// The first byte of the samples.
    var dataStart = 0
    /// The bytes the data chunk promises; `nil` when the header leaves the size open, as writers to a pipe do.
    var promisedBytes: Int?
    /// The bytes from ``dataStart`` to the end of the file.
    var presentBytes = 0
    /// Bytes after the last chunk that are no chunk.
    var strayBytes = 0
    /// The content of the `fmt ` chunk (up to 40 bytes), empty for AIFF.
    var format: [UInt8] = []
    /// Whether numbers are written with the highest byte first.
    let isBigEndian: Bool

    /// The bytes of samples that can be read.
    var readableBytes: Int { min(promisedBytes ?? presentBytes, presentBytes) }
    /// Whether fewer bytes of samples are there than were promised.
    var isCutOff: Bool { promisedBytes.map { $0 > presentBytes } ?? false }

    /// No writer makes more chunks than this; a walk over more is an attack on our time.
    private static let mostChunks = 4096

    /// Walks over the chunks of a file.
    ///
    /// - Throws: `SignalError` with code `malformed` when there is no data chunk, `unsupported` for a sample encoding
    ///   that is not read.
    init(_ file: RegularFile, _ kind: ContainerKind) throws {
        let rules = Rules(kind)
        isBigEndian = rules.isBigEndian
        let head = try file.bytes(at: 0, count: 4096)
        func bytes(_ position: Int, _ count: Int) throws -> ArraySlice<UInt8> {
            if position >= 0, position + count <= head.count { return head[position..<position + count] }
            return try file.bytes(at: position, count: count)[...]
        }
        var position = rules.firstChunk
        var dataSize64: Int?
        var hasData = false
        for _ in 0..<Self.mostChunks {
            let header = try bytes(position, rules.headerLength)
            guard header.count == rules.headerLength else {
                if hasData { strayBytes = header.count }
                break
            }
            let identifier = Array(header.prefix(rules.identifierLength))
            let stated = rules.number(header.dropFirst(rules.identifierLength))
            let content = position + rules.headerLength
            // Wave64 counts the chunk's header into its size.
            let size = kind == .wave64 ? stated - rules.headerLength : stated
            let (end, overflow) = content.addingReportingOverflow(size)
            guard size >= 0, !overflow else { break }
            var next = rules.aligned(end)
            switch identifier {
            case ChunkIdentifier.format, ChunkIdentifier.wave64Format:
                if format.isEmpty { format = Array(try bytes(content, min(size, 40))) }
            case ChunkIdentifier.sizes64 where kind == .rf64:
                let sizes = try bytes(content, min(size, 16))
                let stated = sizes.count == 16 ? rules.number(sizes.dropFirst(8)) : -1
                if stated >= 0 { dataSize64 = stated }
            case ChunkIdentifier.common where kind == .aiff:
                try Self.checkCompression(try bytes(content, min(size, 22)), path: file.path)
            case rules.dataIdentifier where !hasData:
                hasData = true
                try place(
                    content: content, size: kind == .rf64 && size == 0xFFFF_FFFF ? dataSize64 ?? size : size, rules,
                    file)
                next = rules.aligned(dataStart + readableBytes)
            default:
                if hasData, end > file.byteCount { strayBytes = file.byteCount - position }
            }
            guard next > position, next < file.byteCount else { break }
            position = next
        }
        guard hasData else {
            throw SignalError(.malformed, "has no data chunk: the file ends before its samples begin").at(
                path: file.path)
        }
        if kind != .aiff { try Self.checkFormat(format, rules: rules, path: file.path) }
    }

    /// Notes where the samples are and how many bytes of them were promised.
    private mutating func place(content: Int, size: Int, _ rules: Rules, _ file: RegularFile) throws {
        let kind = rules.kind
        dataStart = content
        promisedBytes = size
        if kind == .aiff {
            // An SSND chunk begins with an offset to the first sample and a block size, 4 bytes each.
            let lead = try file.bytes(at: content, count: 8)
            guard lead.count == 8, size >= 8 else {
                throw SignalError(.malformed, "the SSND chunk ends before its samples begin").at(path: file.path)
            }
            let offset = rules.number(lead.prefix(4))
            guard offset <= size - 8 else {
                throw SignalError(.malformed, "the SSND chunk places its samples beyond its own end").at(
                    path: file.path)
            }
            dataStart = content + 8 + offset
            promisedBytes = size - 8 - offset
        }
        presentBytes = max(0, file.byteCount - dataStart)
        guard kind != .aiff, kind != .wave64 else { return }
        let total = rules.number(try file.bytes(at: 4, count: 4)[...])
        // A size of zero means "not yet known" only if the size of the whole does not know of the bytes that follow
        // either; otherwise the recording is empty and other chunks come after it.
        let endsHere = total == 0 || total == 0xFFFF_FFFF || rules.aligned(total + 8) <= rules.aligned(dataStart)
        if size == 0xFFFF_FFFF || (size == 0 && presentBytes > 0 && endsHere) {
            promisedBytes = nil
        }
    }

    /// How the numbers of a container are written.
    private struct Rules {
        let kind: ContainerKind
        var isWave64: Bool { kind == .wave64 }
        var isBigEndian: Bool { kind == .aiff || kind == .riffBigEndian }
        var dataIdentifier: [UInt8] {
            switch kind {
            case .wave64: ChunkIdentifier.wave64Data
            case .aiff: ChunkIdentifier.soundData
            default: ChunkIdentifier.data
            }
        }
        var identifierLength: Int { isWave64 ? 16 : 4 }
        var sizeLength: Int { isWave64 ? 8 : 4 }
        var headerLength: Int { identifierLength + sizeLength }
        var firstChunk: Int { isWave64 ? 40 : 12 }

        init(_ kind: ContainerKind) { self.kind = kind }

        /// The number in the bytes; `-1` when it does not fit, which every check on sizes refuses.
        func number(_ bytes: ArraySlice<UInt8>) -> Int {
            var value: UInt64 = 0
            for byte in isBigEndian ? Array(bytes) : Array(bytes.reversed()) { value = value << 8 | UInt64(byte) }
            return Int(exactly: value) ?? -1
        }

        /// The position at which a chunk that ends at `end` makes room for the next.
        func aligned(_ end: Int) -> Int {
            let step = isWave64 ? 8 : 2
            let (sum, overflow) = end.addingReportingOverflow(step - 1)
            return overflow ? end : sum / step * step
        }
    }

    /// The format tags of RIFF that are read: PCM, float, A-law and mu-law (RFC 2361).
    private static let knownTags: Set = [1, 3, 6, 7]

    private static func checkFormat(_ format: [UInt8], rules: Rules, path: String) throws {
        guard format.count >= 16 else {
            throw SignalError(.malformed, "has no complete fmt chunk before its samples").at(path: path)
        }
        var tag = rules.number(format[0..<2])
        if tag == 0xFFFE {
            guard format.count >= 40 else {
                throw SignalError(.malformed, "the fmt chunk of this WAVE_FORMAT_EXTENSIBLE file is too short").at(
                    path: path)
            }
            tag = rules.number(format[24..<26])
        }
        guard knownTags.contains(tag) else {
            throw SignalError(
                .unsupported,
                "the samples are encoded with format tag \(tag); PCM, float, mu-law and A-law are read. Convert it, for example with sox or ffmpeg"
            ).at(path: path)
        }
        // libsndfile refuses more than 1,024 channels without saying so.
        try OpenedRecording.checkLimits(
            channels: rules.number(format[2..<4]), rate: rules.number(format[4..<8]), path: path)
    }

    private static func checkCompression(_ common: ArraySlice<UInt8>, path: String) throws {
        // AIFF has 18 bytes here and no compression; AIFF-C adds four letters.
        guard common.count >= 22 else { return }
        let name = String(decoding: common.dropFirst(18).prefix(4), as: UTF8.self)
        let known = ["none", "twos", "sowt", "raw ", "in24", "in32", "fl32", "fl64", "ulaw", "alaw"]
        guard known.contains(name.lowercased()) else {
            throw SignalError(
                .unsupported,
                "the samples are compressed as '\(name.escapingControlCharacters)'; PCM, float, mu-law and A-law are read"
            ).at(path: path)
        }
    }
}
