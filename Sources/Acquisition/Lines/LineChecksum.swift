/// A checksum at the end of lines, in hexadecimal digits after a separator: `23.4,61*5A`.
///
/// The names and check values are those of the CRC catalogue by Greg Cook (reveng.sourceforge.io/crc-catalogue).
public enum LineChecksum: String, Sendable, CaseIterable {
    /// The exclusive or of all bytes, as in NMEA 0183; two digits.
    case exclusiveOr = "xor"
    /// CRC-8/SMBUS, polynomial 07; two digits.
    case crc8 = "crc-8"
    /// CRC-8/MAXIM-DOW, that of 1-Wire sensors; two digits.
    case crc8Maxim = "crc-8-maxim"
    /// CRC-16/IBM-3740, also named CCITT-FALSE; four digits.
    case crc16 = "crc-16"
    /// CRC-16/MODBUS; four digits.
    case crc16Modbus = "crc-16-modbus"

    /// Hexadecimal digits of the checksum.
    public var digits: Int {
        switch self {
        case .exclusiveOr, .crc8, .crc8Maxim: 2
        case .crc16, .crc16Modbus: 4
        }
    }

    /// The checksum of bytes.
    public func value(of bytes: some Sequence<UInt8>) -> UInt16 {
        switch self {
        case .exclusiveOr: UInt16(bytes.reduce(UInt8(0), ^))
        case .crc8: Self.forward(bytes, width: 8, polynomial: 0x07, initial: 0)
        case .crc8Maxim: Self.reflected(bytes, polynomial: 0x8C, initial: 0)
        case .crc16: Self.forward(bytes, width: 16, polynomial: 0x1021, initial: 0xFFFF)
        case .crc16Modbus: Self.reflected(bytes, polynomial: 0xA001, initial: 0xFFFF)
        }
    }

    /// The text of bytes followed by the separator and their checksum, as a board sends it.
    public func appended(to text: String, separator: Character = "*") -> String {
        let hexadecimal = String(value(of: text.utf8), radix: 16, uppercase: true)
        return text + String(separator) + String(repeating: "0", count: digits - hexadecimal.count) + hexadecimal
    }

    /// The line without its checksum, or nil where that is missing or wrong.
    func verified(_ line: ArraySlice<UInt8>, separator: UInt8) -> ArraySlice<UInt8>? {
        guard line.count > digits, line[line.endIndex - digits - 1] == separator else { return nil }
        let content = line.dropLast(digits + 1)
        guard let stated = Self.hexadecimal(line.suffix(digits)), stated == value(of: content) else { return nil }
        return content
    }

    /// The value of hexadecimal digits in either case, or nil where another character stands among them.
    static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for byte in digits {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private static func forward(_ bytes: some Sequence<UInt8>, width: Int, polynomial: UInt16, initial: UInt16)
        -> UInt16
    {
        let top = UInt16(1) << (width - 1)
        let mask = top | (top - 1)
        return bytes.reduce(initial) { register, byte in
            (0..<8).reduce(register ^ UInt16(byte) << (width - 8)) { value, _ in
                (value & top != 0 ? value << 1 ^ polynomial : value << 1) & mask
            }
        }
    }

    private static func reflected(_ bytes: some Sequence<UInt8>, polynomial: UInt16, initial: UInt16) -> UInt16 {
        bytes.reduce(initial) { register, byte in
            (0..<8).reduce(register ^ UInt16(byte)) { value, _ in
                value & 1 != 0 ? value >> 1 ^ polynomial : value >> 1
            }
        }
    }
}
