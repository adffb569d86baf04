import Foundation
import TestSupport

/// An `.npz` file, read without the project's own code: a zip archive (APPNOTE 6.3) of uncompressed `.npy` files.
struct FeatureFile {
    /// The entries by name, without their extension.
    let entries: [String: Data]

    init(_ file: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: file))
        func number(_ at: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
        let end = bytes.count - 22
        guard end >= 0, number(end, 4) == 0x0605_4B50 else { throw CocoaError(.fileReadCorruptFile) }
        var entries: [String: Data] = [:]
        var at = number(end + 16, 4)
        for _ in 0..<number(end + 10, 2) {
            guard number(at, 4) == 0x0201_4B50, number(at + 10, 2) == 0 else { throw CocoaError(.fileReadCorruptFile) }
            let (size, nameLength, header) = (number(at + 20, 4), number(at + 28, 2), number(at + 42, 4))
            let name = String(decoding: bytes[at + 46..<at + 46 + nameLength], as: UTF8.self)
            let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
            entries[name.hasSuffix(".npy") ? String(name.dropLast(4)) : name] = Data(bytes[start..<start + size])
            at += 46 + nameLength + number(at + 30, 2) + number(at + 32, 2)
        }
        self.entries = entries
    }

    /// An array of numbers.
    func array(_ name: String) throws -> ReferenceArray {
        let folder = try TemporaryFolder()
        return try ReferenceArray(URL(filePath: folder.write("array.npy", entries[name] ?? Data())))
    }

    /// The metadata: one string of UTF-32 characters that hold JSON.
    func metadata() throws -> [String: Any] {
        let bytes = [UInt8](entries["meta"] ?? Data())
        guard bytes.count > 10 else { throw CocoaError(.fileReadCorruptFile) }
        let body = Array(bytes[(10 + Int(bytes[8]) + Int(bytes[9]) << 8)...])
        var text = ""
        for index in stride(from: 0, to: body.count - 3, by: 4) {
            let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(body[index + $1]) << (8 * UInt32($1)) }
            if let scalar = Unicode.Scalar(value), value > 0 { text.unicodeScalars.append(scalar) }
        }
        guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return object
    }
}

/// Python with numpy, where it is installed.
enum Python {
    /// The interpreter, or `nil` (with the reason printed) where there is none that knows numpy.
    static let numpy: String? = {
        if (try? Program.run("python3", ["-c", "import numpy"]))?.status == 0 { return "python3" }
        print("skipped: no python3 with numpy to open feature files with")
        return nil
    }()

    /// Runs a program and returns what it prints.
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        try Program.run("python3", ["-c", program] + arguments).output
    }
}
