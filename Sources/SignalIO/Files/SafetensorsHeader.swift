import SignalCore

/// The header of a safetensors file, checked: every tensor has a known type, as many bytes as its shape says, and they
/// follow each other without gap or overlap from the first byte of the data to the last.
struct SafetensorsHeader {
    /// The types of values that are read.
    enum ElementType: String {
        case float32 = "F32"
        case float64 = "F64"
        case int64 = "I64"

        var byteWidth: Int { self == .float32 ? 4 : 8 }
    }

    /// One tensor.
    struct Entry {
        let name: String
        let type: ElementType
        let shape: [Int]
        /// The number of values.
        let count: Int
        /// Where the bytes stand in the data.
        let bytes: Range<Int>
    }

    /// The tensors in the order of their data.
    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]

    init(_ bytes: [UInt8], dataLength: Int) throws {
        var json = FlatJSONReader(bytes)
        var names: Set<String> = []
        try json.object { json, name in
            guard names.insert(name).inserted else {
                throw SignalError(.malformed, "the header has two entries of this name").at(tensor: name)
            }
            if name == "__metadata__" {
                metadata = try Self.texts(&json)
            } else {
                entries.append(try Self.entry(name, &json))
            }
        }
        try json.end()
        entries.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
        var end = 0
        for entry in entries {
            guard entry.bytes.upperBound <= dataLength else {
                throw SignalError(
                    .malformed, "the data end at byte \(entry.bytes.upperBound), but the file holds \(dataLength)"
                ).at(tensor: entry.name)
            }
            guard entry.bytes.lowerBound == end else {
                let fault = entry.bytes.lowerBound < end ? "overlap those of another tensor" : "leave a gap before them"
                throw SignalError(.malformed, "the data \(fault)").at(tensor: entry.name)
            }
            end = entry.bytes.upperBound
        }
        guard end == dataLength else {
            throw SignalError(.malformed, "\(dataLength - end) bytes at the end of the file belong to no tensor")
        }
    }

    private static func texts(_ json: inout FlatJSONReader) throws -> [String: String] {
        var texts: [String: String] = [:]
        try json.object { json, name in
            guard texts.updateValue(try json.string(), forKey: name) == nil else {
                throw SignalError(
                    .malformed, "the metadata have two entries named '\(name.escapingControlCharacters)'")
            }
        }
        return texts
    }

    private static func entry(_ name: String, _ json: inout FlatJSONReader) throws -> Entry {
        do {
            var typeName: String?
            var shape: [Int]?
            var offsets: [Int]?
            try json.object { json, key in
                switch key {
                case "dtype" where typeName == nil: typeName = try json.string()
                case "shape" where shape == nil: shape = try json.integers()
                case "data_offsets" where offsets == nil: offsets = try json.integers()
                default:
                    throw SignalError(
                        .malformed, "the entry '\(key.escapingControlCharacters)' is unknown or there twice")
                }
            }
            guard let typeName, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
                throw SignalError(.malformed, "dtype, shape or a pair of rising data_offsets is missing")
            }
            guard let type = ElementType(rawValue: typeName) else {
                throw SignalError(
                    .unsupported,
                    "values of type '\(typeName.escapingControlCharacters)' are not handled; F32, F64 and I64 are")
            }
            var length = type.byteWidth
            for dimension in shape {
                let (product, overflow) = length.multipliedReportingOverflow(by: dimension)
                guard !overflow else { throw SignalError(.malformed, "the shape is too large to be true") }
                length = product
            }
            guard length == offsets[1] - offsets[0] else {
                throw SignalError(
                    .malformed, "the shape asks for \(length) bytes, the data have \(offsets[1] - offsets[0])")
            }
            return Entry(
                name: name, type: type, shape: shape, count: length / type.byteWidth, bytes: offsets[0]..<offsets[1])
        } catch let error as SignalError {
            throw error.at(tensor: name)
        }
    }
}
