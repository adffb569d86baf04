/// A message of Protocol Buffers, read for tests: its fields by number.
struct Message {
    enum Value: Equatable {
        case number(Int)
        case bytes([UInt8])
    }

    struct Damaged: Error {}

    private var fields: [Int: [Value]] = [:]

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let key = try Self.number(&rest)
            switch key & 7 {
            case 0: fields[key >> 3, default: []].append(.number(try Self.number(&rest)))
            case 2:
                let count = try Self.number(&rest)
                guard count <= rest.count else { throw Damaged() }
                fields[key >> 3, default: []].append(.bytes(Array(rest.prefix(count))))
                rest = rest.dropFirst(count)
            default: throw Damaged()
            }
        }
    }

    subscript(field: Int) -> [Value]? { fields[field] }

    func messages(_ field: Int) -> [Message] { bytes(field).compactMap { try? Message($0) } }

    func text(_ field: Int, _ index: Int = 0) -> String {
        let all = bytes(field)
        return index < all.count ? String(decoding: all[index], as: UTF8.self) : ""
    }

    func numbers(_ field: Int) -> [Int] {
        bytes(field).flatMap { packed in
            var rest = packed[...]
            var numbers: [Int] = []
            while !rest.isEmpty, let number = try? Self.number(&rest) { numbers.append(number) }
            return numbers
        }
    }

    func floats(_ field: Int) -> [Float] {
        let raw = bytes(field).first ?? []
        return stride(from: 0, to: raw.count, by: 4).map { start in
            Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(raw[start + $1]) << UInt32(8 * $1) })
        }
    }

    private func bytes(_ field: Int) -> [[UInt8]] {
        (fields[field] ?? []).compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) throws -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            guard shift < 64 else { throw Damaged() }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(truncatingIfNeeded: value) }
            shift += 7
        }
        throw Damaged()
    }
}
