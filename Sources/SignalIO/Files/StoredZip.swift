import SignalCore

/// Writes a zip archive whose members are stored, not compressed (PKWARE APPNOTE 6.3, sections 4.3 to 4.5): what
/// `numpy.load` opens as `.npz`.
///
/// The same members give the same bytes: the time of all is the first of January 1980, as in NumPy's own files.
struct StoredZip {
    private let file: AtomicFile
    private var directory: [UInt8] = []
    private var memberCount = 0
    private var offset = 0

    init(_ file: AtomicFile) {
        self.file = file
    }

    /// Appends a member: its header, then values as they lie in memory. Those on disk are read twice, for the check
    /// sum comes before them.
    ///
    /// - Throws: `SignalError` with code `limitExceeded` beyond the 4 GiB of a plain zip archive.
    mutating func append<Value: BitwiseCopyable & Sendable>(
        _ name: String, header: [UInt8], values: SpooledArray<Value>
    ) throws {
        let length = header.count + values.count * MemoryLayout<Value>.stride
        let limit = Int(UInt32.max) - 64 * 1024
        guard offset + length < limit, memberCount < 65_000 else {
            throw SignalError(
                .limitExceeded, "the features take more than the 4 GiB of an .npz file; choose npy or safetensors")
        }
        var sum = CRC32()
        sum.update(header)
        try values.forEachPiece { sum.update($0) }
        let nameBytes = Array(name.utf8)

        // What the local header and the directory say alike: version 2.0, UTF-8 name, stored, time, check sum, sizes.
        var description: [UInt8] = []
        description.append(littleEndian: UInt16(20))
        description.append(littleEndian: UInt16(1 << 11))
        description.append(littleEndian: UInt16(0))
        description.append(littleEndian: UInt16(0))
        description.append(littleEndian: UInt16(1 << 5 | 1))
        description.append(littleEndian: sum.value)
        description.append(littleEndian: UInt32(length))
        description.append(littleEndian: UInt32(length))
        description.append(littleEndian: UInt16(nameBytes.count))
        description.append(littleEndian: UInt16(0))

        let local = Array("PK\u{3}\u{4}".utf8) + description + nameBytes
        try file.append(local)
        try file.append(header)
        try values.forEachPiece { try file.append($0) }

        // Of the directory: version made by; after the shared part no comment, disk 0, no attributes, where it is.
        directory += Array("PK\u{1}\u{2}".utf8)
        directory.append(littleEndian: UInt16(20))
        directory += description
        directory += [UInt8](repeating: 0, count: 10)
        directory.append(littleEndian: UInt32(offset))
        directory += nameBytes
        offset += local.count + length
        memberCount += 1
    }

    /// Appends the directory and finishes the file.
    func finish() throws {
        var end = directory + Array("PK\u{5}\u{6}".utf8)
        end.append(littleEndian: UInt32(0))
        end.append(littleEndian: UInt16(memberCount))
        end.append(littleEndian: UInt16(memberCount))
        end.append(littleEndian: UInt32(directory.count))
        end.append(littleEndian: UInt32(offset))
        end.append(littleEndian: UInt16(0))
        try file.append(end)
        try file.finish()
    }
}
