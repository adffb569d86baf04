internal import CSndFile
import SignalCore

extension ChunkLayout {
    /// Whether the `fmt ` chunk is of the extensible kind.
    var isExtensible: Bool { format.starts(with: [0xFE, 0xFF]) }

    /// What a person should know about the sizes.
    func warnings(bytesPerFrame: Int) -> [String] {
        var warnings: [String] = []
        let found = readableBytes / bytesPerFrame
        if let promisedBytes {
            if promisedBytes > presentBytes {
                warnings.append(
                    "the header promises \(promisedBytes / bytesPerFrame) sample frames, the file holds \(found), which were read"
                )
            }
        } else {
            warnings.append(
                "the header leaves the length open, as programs do that write to a pipe or were stopped; all \(found) sample frames up to the end of the file were read"
            )
        }
        let odd = readableBytes % bytesPerFrame
        if odd > 0 {
            warnings.append("\(odd) odd \(odd == 1 ? "byte" : "bytes") after the last whole sample frame were left out")
        }
        if strayBytes > 0 {
            warnings.append(
                "\(strayBytes) odd \(strayBytes == 1 ? "byte" : "bytes") at the end of the file are no chunk and were left out"
            )
        }
        return warnings
    }

    /// How to have libsndfile read the samples without their header, for files whose header leaves the length open:
    /// libsndfile takes a data size of zero at its word.
    func rawHeader(path: String) throws -> SF_INFO {
        func number(_ range: Range<Int>) -> Int {
            (isBigEndian ? Array(format[range]) : format[range].reversed()).reduce(0) { $0 << 8 | Int($1) }
        }
        let channels = number(2..<4)
        let rate = number(4..<8)
        try OpenedRecording.checkLimits(channels: channels, rate: rate, path: path)
        let tag = isExtensible ? number(24..<26) : number(0..<2)
        let bits = number(14..<16)
        let encoding =
            switch (tag, bits) {
            case (1, 8): SF_FORMAT_PCM_U8
            case (1, 16): SF_FORMAT_PCM_16
            case (1, 24): SF_FORMAT_PCM_24
            case (1, 32): SF_FORMAT_PCM_32
            case (3, 32): SF_FORMAT_FLOAT
            case (3, 64): SF_FORMAT_DOUBLE
            case (6, 8): SF_FORMAT_ALAW
            case (7, 8): SF_FORMAT_ULAW
            default: 0
            }
        guard encoding != 0 else {
            throw SignalError(.unsupported, "samples of \(bits) bits with format tag \(tag) are not read").at(
                path: path)
        }
        var header = SF_INFO()
        header.channels = Int32(channels)
        header.samplerate = Int32(rate)
        header.format = Int32(SF_FORMAT_RAW | encoding | (isBigEndian ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE))
        return header
    }

    /// Moves a handle that was opened with ``rawHeader(path:)`` to the first sample.
    func skipHeader(of handle: OpaquePointer, path: String) throws {
        var offset = sf_count_t(dataStart)
        let size = Int32(MemoryLayout<sf_count_t>.size)
        guard unsafe sf_command(handle, Int32(SFC_SET_RAW_START_OFFSET), &offset, size) == 0,
            unsafe sf_seek(handle, 0, SEEK_SET) == 0
        else {
            throw SignalError(.unreadable, "libsndfile cannot skip the header").at(path: path)
        }
    }
}
