/// Sorts numbers with their places in linear time, least significant digits first.
enum RadixSort {
    /// Keys with the bits of a value in their upper half and its place in their lower one, ascending by value, equal ones
    /// in the order they came in.
    ///
    /// - Precondition: no value is NaN, and there are fewer than 2^32.
    static func sorted(_ values: [(value: Float, place: Int)]) -> [UInt64] {
        var keys = values.map { UInt64(key(of: $0.value)) << 32 | UInt64($0.place) }
        var other = Array(repeating: UInt64(0), count: keys.count)
        for shift in [32, 43, 54] as [UInt64] {
            pass(from: keys, to: &other, shift: shift)
            swap(&keys, &other)
        }
        return keys
    }

    /// The value of a sorted key.
    static func value(of key: UInt64) -> Float {
        let bits = UInt32(truncatingIfNeeded: key >> 32)
        return Float(bitPattern: bits & 0x8000_0000 != 0 ? bits ^ 0x8000_0000 : ~bits)
    }

    /// The place of a sorted key.
    static func place(of key: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: key)) }

    /// Bits that are ordered as the values are; both zeros are one.
    private static func key(of value: Float) -> UInt32 {
        let bits = (value + 0).bitPattern
        return bits & 0x8000_0000 != 0 ? ~bits : bits ^ 0x8000_0000
    }

    /// One stable pass over eleven bits.
    private static func pass(from keys: [UInt64], to sorted: inout [UInt64], shift: UInt64) {
        var starts = Array(repeating: 0, count: 2048)
        for key in keys { starts[Int(key >> shift & 2047)] += 1 }
        var sum = 0
        for digit in starts.indices {
            let count = starts[digit]
            starts[digit] = sum
            sum += count
        }
        for key in keys {
            let digit = Int(key >> shift & 2047)
            sorted[starts[digit]] = key
            starts[digit] += 1
        }
    }
}
