import Foundation

/// What the tests look at in a PNG file, read apart from the code under test.
struct PNGFile {
    let bytes: [UInt8]
    /// The types of the chunks, in order.
    private(set) var types: [String] = []
    /// The data of the chunks by type; of several of one type, the last.
    private(set) var data: [String: [UInt8]] = [:]
    private(set) var checksums: [String: UInt32] = [:]

    init(_ path: String) throws {
        bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        guard bytes.count > 8, bytes[1...3].elementsEqual("PNG".utf8) else { throw CocoaError(.fileReadCorruptFile) }
        var position = 8
        while position + 12 <= bytes.count {
            let length = Int(word(position))
            let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
            guard position + 12 + length <= bytes.count else { throw CocoaError(.fileReadCorruptFile) }
            types.append(type)
            data[type] = Array(bytes[position + 8..<position + 8 + length])
            checksums[type] = word(position + 8 + length)
            position += 12 + length
        }
    }

    var width: Int { Int(word(16)) }
    var height: Int { Int(word(20)) }

    private func word(_ position: Int) -> UInt32 {
        bytes[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
