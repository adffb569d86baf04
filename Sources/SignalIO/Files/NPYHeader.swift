/// The header of NumPy's array format, version 1.0 (NEP 1): what the values that follow it mean.
struct NPYHeader {
    /// The type of the values, as NumPy writes it.
    enum Element {
        case float32
        case float64
        /// A text of this many Unicode scalars, 32 bits each.
        case text(length: Int)

        var description: String {
            switch self {
            case .float32: "<f4"
            case .float64: "<f8"
            case .text(let length): "<U\(length)"
            }
        }
    }

    let element: Element
    /// The length of every dimension, outermost first; empty for a single value.
    let shape: [Int]

    /// The header's bytes, padded with blanks so that the values begin at a multiple of 64.
    var bytes: [UInt8] {
        let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '\(element.description)', 'fortran_order': False, 'shape': (\(lengths)), }"
        let unpadded = 10 + text.utf8.count + 1
        text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + "NUMPY".utf8 + [1, 0]
        bytes.append(littleEndian: UInt16(text.utf8.count))
        return bytes + text.utf8
    }
}
