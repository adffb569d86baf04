/// The check sum of zip archives: CRC-32 with the reflected polynomial 0xEDB88320 (ISO 3309, ITU-T V.42), eight bytes
/// a step (slicing-by-8, Kounavis and Berry 2005).
struct CRC32: Sendable {
    /// Table `k` holds, at `256 * k`, what a byte does that is followed by `k` zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<tables.count {
            let previous = tables[index - 256]
            tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
        }
        return tables
    }()

    private var state: UInt32 = 0xFFFF_FFFF

    /// The check sum of all values taken so far.
    var value: UInt32 { ~state }

    /// Takes values as they lie in memory.
    mutating func update<Value: BitwiseCopyable>(_ values: [Value]) {
        var crc = state
        unsafe Self.tables.withUnsafeBufferPointer { tables in
            unsafe values.withUnsafeBytes { bytes in
                func entry(_ table: Int, _ byte: UInt64) -> UInt32 { unsafe tables[256 * table + Int(byte & 0xFF)] }
                let whole = bytes.count / 8 * 8
                for offset in stride(from: 0, to: whole, by: 8) {
                    let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ UInt64(crc)
                    let low = entry(7, word) ^ entry(6, word >> 8) ^ entry(5, word >> 16) ^ entry(4, word >> 24)
                    let high = entry(3, word >> 32) ^ entry(2, word >> 40) ^ entry(1, word >> 48) ^ entry(0, word >> 56)
                    crc = low ^ high
                }
                for offset in whole..<bytes.count {
                    crc = unsafe crc >> 8 ^ entry(0, UInt64(crc) ^ UInt64(bytes[offset]))
                }
            }
        }
        state = crc
    }
}
