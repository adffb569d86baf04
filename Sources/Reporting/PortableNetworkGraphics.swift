import SignalCore

/// The little of the PNG format (ISO/IEC 15948) that is needed to state a picture's resolution.
enum PortableNetworkGraphics {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The same picture with a `pHYs` chunk (section 11.3.4.3) behind its header, in place of one it may have.
    /// gnuplot writes none, and viewers and word processors then take the picture for one of 72 or 96 dots an inch.
    ///
    /// - Throws: `SignalError` with code `malformed` when the bytes are no complete PNG picture.
    static func settingResolution(of picture: [UInt8], pixelsPerMetre: UInt32) throws -> [UInt8] {
        let chunks = try chunks(of: picture)
        var result = signature
        result.reserveCapacity(picture.count + 21)
        for chunk in chunks where chunk.type != "pHYs" {
            result += picture[chunk.range]
            guard chunk.type == "IHDR" else { continue }
            let body = Array("pHYs".utf8) + bigEndian(pixelsPerMetre) + bigEndian(pixelsPerMetre) + [1]
            result += bigEndian(9) + body + bigEndian(checksum(body))
        }
        return result
    }

    /// Type and place of every chunk, its length and checksum included, from `IHDR` to `IEND`.
    static func chunks(of picture: [UInt8]) throws -> [(type: String, range: Range<Int>)] {
        let damaged = SignalError(.malformed, "gnuplot did not give a complete PNG picture")
        guard picture.starts(with: signature) else { throw damaged }
        var chunks: [(type: String, range: Range<Int>)] = []
        var start = signature.count
        while chunks.last?.type != "IEND" {
            guard picture.count - start >= 12 else { throw damaged }
            let length = picture[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            guard picture.count - start - 12 >= length else { throw damaged }
            let type = String(decoding: picture[start + 4..<start + 8], as: UTF8.self)
            chunks.append((type, start..<start + 12 + length))
            start += 12 + length
        }
        guard chunks.first?.type == "IHDR" else { throw damaged }
        return chunks
    }

    /// The cyclic redundancy code of a chunk's type and data (annex D): polynomial 0xEDB88320, reflected.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var remainder: UInt32 = .max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~remainder
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
