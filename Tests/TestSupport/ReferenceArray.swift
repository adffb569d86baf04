public import Foundation

/// An array read from an `.npy` file (NEP 1), widened to 64 bits. Written apart from the project's own reader, so that
/// the two check each other.
public struct ReferenceArray {
    /// The length of every dimension.
    public let shape: [Int]
    /// The values, row-major.
    public let values: [Double]

    /// Reads little-endian, C-ordered files of `f4`, `f8`, `i4` and `i8`.
    public init(_ url: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: url))
        guard bytes.count > 10, bytes[0] == 0x93, bytes[6] == 1 else { throw CocoaError(.fileReadCorruptFile) }
        let headerLength = Int(bytes[8]) | Int(bytes[9]) << 8
        let header = String(decoding: bytes[10..<10 + headerLength], as: UTF8.self)
        let open = header.range(of: "'shape': (")
        guard let start = open?.upperBound, let end = header[start...].firstIndex(of: ")") else {
            throw CocoaError(.fileReadCorruptFile)
        }
        shape = header[start..<end].split(separator: ",").compactMap {
            Int($0.trimmingCharacters(in: .whitespaces))
        }
        let count = shape.reduce(1, *)
        let body = Array(bytes[(10 + headerLength)...])
        func word(_ index: Int, _ size: Int) -> UInt64 {
            (0..<size).reduce(0) { $0 | UInt64(body[index * size + $1]) << (8 * UInt64($1)) }
        }
        if header.contains("<f8") {
            values = (0..<count).map { Double(bitPattern: word($0, 8)) }
        } else if header.contains("<f4") {
            values = (0..<count).map { Double(Float(bitPattern: UInt32(word($0, 4)))) }
        } else if header.contains("<i8") {
            values = (0..<count).map { Double(Int64(bitPattern: word($0, 8))) }
        } else if header.contains("<i4") {
            values = (0..<count).map { Double(Int32(bitPattern: UInt32(word($0, 4)))) }
        } else {
            throw CocoaError(.fileReadCorruptFile)
        }
    }

    /// Rows and columns exchanged; the references are `[bin, frame]`, our frames `[frame, bin]`.
    public var transposed: [Double] {
        let rows = shape[0]
        let columns = shape[1]
        return (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } }
    }
}
