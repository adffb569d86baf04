import Foundation
import SignalCore
@testable import SignalIO
import TestSupport
import Testing

struct FilesAtomicTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func names(_ name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(name)).sorted()
    }

    private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

    @Test func `a file appears when it is finished, with the folders on the way`() throws {
        let path = folder.path("a/b/c.bin")
        let file = try AtomicFile(path: path)
        try file.append([UInt8(1), 2])
        try file.append("xy")
        #expect(try names("a/b").contains("c.bin") == false)
        // Longer than what is gathered before it is written.
        let long = (0..<200_000).map { Float($0) }
        try file.append(long)
        try file.append([UInt8(3)])
        try file.finish()
        #expect(try names("a/b") == ["c.bin"])
        let written = try bytes(path)
        #expect(written.count == 4 + 800_000 + 1)
        #expect(written.prefix(4) == [1, 2, 120, 121] && written.last == 3)
        let last = Float(199_999).bitPattern
        #expect((0..<4).allSatisfy { written[800_000 + $0] == UInt8(truncatingIfNeeded: last >> (8 * $0)) })
    }

    @Test func `a file that is dropped leaves the old one and nothing else`() throws {
        let path = try folder.write("x", text: "old")
        do {
            let file = try AtomicFile(path: path)
            try file.append([UInt8](repeating: 0, count: 1 << 20))
        }
        #expect(try names() == ["x"])
        #expect(try bytes(path) == Array("old".utf8))
        try AtomicFile.write(Array("new".utf8), to: path)
        #expect(try bytes(path) == Array("new".utf8))
    }

    @Test func `a name of 255 letters can be written`() throws {
        let path = folder.path(String(repeating: "n", count: 255))
        try AtomicFile.write([1], to: path)
        #expect(try bytes(path) == [1])
    }

    @Test(arguments: ["x/y", "d", "", "a\0b", "x/"]) func `what cannot be created is named and leaves nothing`(
        name: String
    ) throws {
        _ = try folder.write("x", text: "a file")
        _ = try folder.write("d/inner", text: "")
        let path = name.isEmpty ? "" : folder.url.path + "/" + name
        let error = #expect(throws: SignalError.self) { try AtomicFile.write([1], to: path) }
        #expect(error?.code == .unavailable)
        #expect(error?.place.path != nil)
        #expect(try names() == ["d", "x"])
    }

    @Test func `a full disk is an error and leaves nothing`() throws {
        let file = try AtomicFile(path: "/dev/full")
        let error = #expect(throws: SignalError.self) {
            try file.append([UInt8](repeating: 0, count: 1 << 20))
            try file.finish()
        }
        #expect(error?.code == .unavailable)
    }

    @Test func `links are written through, devices are not replaced`() throws {
        let target = try folder.write("t/target", text: "old")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: "t/target")
        try AtomicFile.write(Array("new".utf8), to: folder.path("link"))
        #expect(try bytes(target) == Array("new".utf8))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == "t/target")
        try AtomicFile.write([1], to: "/dev/null")
        var status = stat()
        #expect(unsafe lstat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test(
        arguments: [
            ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            (String(repeating: "Nobody inspects the spammish repetition. ", count: 4), 0x8189_7642_60FE_06FA),
            (String(repeating: "0123456789", count: 10_000), 0x4135_230A_DEE2_4D34),
        ] as [(String, UInt64)])
    func `digests are those of the reference implementation`(text: String, digest: UInt64) throws {
        #expect(ContentDigest.of(text) == digest)
        #expect(try ContentDigest.of(file: folder.write("x", text: text)) == digest)
        var pieces = ContentDigest()
        var rest = Array(text.utf8)[...]
        var length = 1
        while !rest.isEmpty {
            pieces.update(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
            length = length * 3 % 71 + 1
        }
        #expect(pieces.value == digest)
    }

    @Test func `a digest is 16 digits, and what has no content is refused`() throws {
        #expect(ContentDigest.hexadecimal(0xABC) == "0000000000000abc")
        #expect(throws: SignalError.self) { try ContentDigest.of(file: folder.path("none")) }
        #expect(throws: SignalError.self) { try ContentDigest.of(file: folder.url.path) }
        #expect(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
        #expect(throws: SignalError.self) { try ContentDigest.of(file: folder.path("pipe")) }
    }

    @Test func `fields that need it are quoted`() {
        #expect(
            CSVText.row(["plain", "a,b", "say \"x\"", "two\nlines", "", "\"\u{301}"])
                == "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",,\"\"\"\u{301}\"\n")
    }
}
