public import SignalCore

/// Model files and tensor caches: the safetensors format (github.com/huggingface/safetensors).
///
/// Eight bytes of header length (little-endian), a JSON header with type, shape and place of every tensor and texts
/// under `__metadata__`, then the values, little-endian and row-major, without gaps. Nothing in it can be executed.
public enum SafetensorsFile {
    /// The longest header that is read: 1 MiB.
    static let headerLimit = 1 << 20
    /// The longest file that is read: 2 GiB.
    static let fileLimit = 1 << 31

    /// A tensor to write.
    struct Entry {
        let name: String
        let type: SafetensorsHeader.ElementType
        let shape: [Int]
        /// Appends as many values of the type as the shape asks for.
        let append: (AtomicFile) throws -> Void
    }

    /// Writes an archive. The same archive gives the same bytes: wider types first, so that all values are aligned,
    /// then by name.
    ///
    /// - Precondition: no tensor is named `__metadata__`.
    /// - Throws: `SignalError` with code `unavailable` and the path when it cannot be written, `limitExceeded` when
    ///   the file could not be read again.
    public static func write(_ archive: ModelArchive, to path: String) throws {
        let entries = archive.tensors.map { name, tensor in
            Entry(name: name, type: tensor.elements.type, shape: tensor.shape) { file in
                switch tensor.elements {
                case .float32(let values): try file.append(values)
                case .float64(let values): try file.append(values)
                case .int64(let values): try file.append(values)
                }
            }
        }
        try write(entries, metadata: archive.metadata, to: path)
    }

    /// Writes tensors that need not be in memory at once; as ``write(_:to:)``.
    static func write(_ entries: [Entry], metadata: [String: String], to path: String) throws {
        let entries = entries.sorted { left, right in
            let widths = (left.type.byteWidth, right.type.byteWidth)
            return widths.0 == widths.1 ? left.name < right.name : widths.0 > widths.1
        }
        precondition(!entries.contains { $0.name == "__metadata__" }, "the name is reserved")
        var members: [(name: String, value: JSONValue)] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }
            members.append(("__metadata__", .object(texts.map { ($0.key, .text($0.value)) })))
        }
        var offset = 0
        for entry in entries {
            let end = offset + entry.shape.reduce(entry.type.byteWidth, *)
            let description: [(name: String, value: JSONValue)] = [
                ("dtype", .text(entry.type.rawValue)),
                ("shape", .list(entry.shape.map { .integer($0) })),
                ("data_offsets", .list([.integer(offset), .integer(end)])),
            ]
            members.append((entry.name, .object(description)))
            offset = end
        }
        var header = Array(JSONValue.object(members).serialized.utf8)
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        guard header.count <= headerLimit, 8 + header.count + offset <= fileLimit else {
            throw SignalError(
                .limitExceeded, "a safetensors file holds at most 1 MiB of names and metadata and 2 GiB in all"
            ).at(path: path)
        }

        let file = try AtomicFile(path: path)
        var length: [UInt8] = []
        length.append(littleEndian: UInt64(header.count))
        try file.append(length + header)
        for entry in entries { try entry.append(file) }
        try file.finish()
    }

    /// Reads an archive.
    ///
    /// The file may be hostile: it is read only when everything in it fits together. Whether values are finite is for
    /// the reader of the archive to check.
    ///
    /// - Throws: `SignalError` with the path, and the tensor where one is to blame: `unreadable`; `limitExceeded` for a
    ///   header over 1 MiB or a file over 2 GiB; `unsupported` for a type other than F32, F64 and I64; `malformed`
    ///   for all else.
    public static func read(_ path: String) throws -> ModelArchive {
        let file = try InputFile(path: path)
        do {
            return try read(file)
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    private static func read(_ file: InputFile) throws -> ModelArchive {
        let fileLength = try file.length()
        guard fileLength <= fileLimit else {
            throw SignalError(.limitExceeded, "the file is larger than 2 GiB")
        }
        guard fileLength >= 8 else {
            throw SignalError(.malformed, "this is no safetensors file: it is shorter than 8 bytes")
        }
        let headerLength = try file.readValues(1, zero: UInt64(0))[0].littleEndian
        guard headerLength <= UInt64(headerLimit) else {
            throw SignalError(
                .limitExceeded,
                "the header is said to be \(headerLength) bytes long, the limit is 1 MiB; "
                    + "this may be no safetensors file")
        }
        guard Int(headerLength) <= fileLength - 8 else {
            throw SignalError(
                .malformed, "the file is cut off: its header of \(headerLength) bytes ends after the file")
        }
        let bytes = try file.readValues(Int(headerLength), zero: UInt8(0))
        let header = try SafetensorsHeader(bytes, dataLength: fileLength - 8 - bytes.count)

        var archive = ModelArchive(metadata: header.metadata)
        for entry in header.entries {
            let elements: Tensor.Elements =
                switch entry.type {
                case .float32: .float32(try file.readValues(entry.count, zero: 0))
                case .float64: .float64(try file.readValues(entry.count, zero: 0))
                case .int64: .int64(try file.readValues(entry.count, zero: 0))
                }
            archive.tensors[entry.name] = Tensor(shape: entry.shape, elements)
        }
        return archive
    }
}

extension Tensor.Elements {
    fileprivate var type: SafetensorsHeader.ElementType {
        switch self {
        case .float32: .float32
        case .float64: .float64
        case .int64: .int64
        }
    }
}
