/// Parameters in query strings and form bodies, read as leniently as clients write them.
enum FormText {
    /// The parameters, in their order. Values that are not escaped, wrong escapes included, are taken as they are.
    static func parameters(_ bytes: some Collection<UInt8>) -> [(name: String, value: [UInt8])] {
        bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (
                String(decoding: decoded(parts[0]), as: UTF8.self), parts.count > 1 ? decoded(parts[1]) : []
            )
        }
    }

    /// A text without `%XX`, and with spaces for `+`, which no path has.
    static func decoded(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = true) -> [UInt8] {
        let bytes = Array(bytes)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "+"), plusIsSpace {
                result.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), index + 1 < bytes.count,
                let high = hexadecimalDigit(bytes[index]), let low = hexadecimalDigit(bytes[index + 1])
            {
                result.append(high << 4 | low)
                index += 2
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// The value of a hexadecimal digit.
    static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
