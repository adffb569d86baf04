/// Writes messages in the wire format of Protocol Buffers
/// (https://protobuf.dev/programming-guides/encoding/): every field is a key, made of its number and the kind of what
/// follows, and the value.
struct ProtobufWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []

    /// Writes a whole number, also an enumeration's, as `int64` and `int32` fields have it.
    mutating func field(_ number: Int, _ value: Int) {
        key(number, kind: 0)
        variableLength(UInt64(bitPattern: Int64(value)))
    }

    /// Writes a text.
    mutating func field(_ number: Int, _ text: String) {
        field(number, Array(text.utf8))
    }

    /// Writes bytes.
    mutating func field(_ number: Int, _ content: [UInt8]) {
        key(number, kind: 2)
        variableLength(UInt64(content.count))
        bytes += content
    }

    /// Writes whole numbers one after another, as repeated fields are packed.
    mutating func field(_ number: Int, _ values: [Int]) {
        var packed = ProtobufWriter()
        for value in values { packed.variableLength(UInt64(bitPattern: Int64(value))) }
        field(number, packed.bytes)
    }

    /// Writes a message that `fill` makes.
    mutating func field(_ number: Int, _ fill: (inout ProtobufWriter) -> Void) {
        var message = ProtobufWriter()
        fill(&message)
        field(number, message.bytes)
    }

    private mutating func key(_ number: Int, kind: Int) {
        variableLength(UInt64(number << 3 | kind))
    }

    /// Seven bits a byte, the lowest first; the eighth bit says that more follow.
    private mutating func variableLength(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
