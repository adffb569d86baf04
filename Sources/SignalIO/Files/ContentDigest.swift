import SignalCore

/// The 64-bit digest by which a second run knows that neither an input nor the options have changed.
///
/// XXH64 with seed 0, by Yann Collet (github.com/Cyan4973/xxHash, doc/xxhash_spec.md). It tells accidents apart, not
/// attacks.
public struct ContentDigest: Sendable {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    private var lane1 = prime1 &+ prime2
    private var lane2 = prime2
    private var lane3: UInt64 = 0
    private var lane4 = 0 &- prime1
    private var pending: [UInt8] = []
    private var count: UInt64 = 0

    /// Makes the digest of nothing.
    public init() {}

    /// The digest of a text's UTF-8 bytes.
    public static func of(_ text: String) -> UInt64 {
        var digest = ContentDigest()
        digest.update(Array(text.utf8))
        return digest.value
    }

    /// The digest of a file's bytes, read in chunks of 64 KiB.
    ///
    /// - Throws: `SignalError` with code `unreadable`, also for what is no regular file.
    public static func of(file path: String) throws -> UInt64 {
        let file = try InputFile(path: path)
        _ = try file.length()
        var digest = ContentDigest()
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = try unsafe chunk.withUnsafeMutableBytes { bytes in
                let count = try unsafe file.read(into: bytes)
                unsafe digest.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                return count
            }
            if count < chunk.count { return digest.value }
        }
    }

    /// A digest as 16 hexadecimal digits, as `xxh64sum` prints it.
    public static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Takes more bytes.
    public mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// The digest of everything taken so far.
    public var value: UInt64 {
        var hash: UInt64
        if count >= 32 {
            hash = Self.rotate(lane1, 1) &+ Self.rotate(lane2, 7) &+ Self.rotate(lane3, 12) &+ Self.rotate(lane4, 18)
            for lane in [lane1, lane2, lane3, lane4] {
                hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
            }
        } else {
            hash = Self.prime5
        }
        hash = hash &+ count
        var rest = pending[...]
        while rest.count >= 8 {
            hash = Self.rotate(hash ^ Self.round(0, Self.word(rest.prefix(8))), 27) &* Self.prime1 &+ Self.prime4
            rest = rest.dropFirst(8)
        }
        if rest.count >= 4 {
            hash = Self.rotate(hash ^ (Self.word(rest.prefix(4)) &* Self.prime1), 23) &* Self.prime2 &+ Self.prime3
            rest = rest.dropFirst(4)
        }
        for byte in rest { hash = Self.rotate(hash ^ (UInt64(byte) &* Self.prime5), 11) &* Self.prime1 }
        hash = (hash ^ (hash >> 33)) &* Self.prime2
        hash = (hash ^ (hash >> 29)) &* Self.prime3
        return hash ^ (hash >> 32)
    }

    private mutating func update(_ bytes: UnsafeRawBufferPointer) {
        count &+= UInt64(bytes.count)
        var start = 0
        if !pending.isEmpty {
            start = min(32 - pending.count, bytes.count)
            unsafe pending.append(contentsOf: bytes[..<start])
            guard pending.count == 32 else { return }
            let stripe = pending
            unsafe stripe.withUnsafeBytes { unsafe consumeStripes($0) }
            pending.removeAll(keepingCapacity: true)
        }
        let end = start + (bytes.count - start) / 32 * 32
        unsafe consumeStripes(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        unsafe pending.append(contentsOf: bytes[end...])
    }

    private mutating func consumeStripes(_ bytes: UnsafeRawBufferPointer) {
        var lanes = (lane1, lane2, lane3, lane4)
        for offset in stride(from: 0, to: bytes.count, by: 32) {
            lanes.0 = Self.round(lanes.0, unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            lanes.1 = Self.round(lanes.1, unsafe bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
            lanes.2 = Self.round(lanes.2, unsafe bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self))
            lanes.3 = Self.round(lanes.3, unsafe bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self))
        }
        (lane1, lane2, lane3, lane4) = lanes
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* prime2, 31) &* prime1
    }

    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        value << bits | value >> (64 &- bits)
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
