extension [UInt8] {
    /// Appends the bytes of an integer, the lowest first.
    mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        for byte in 0..<Value.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }
}
