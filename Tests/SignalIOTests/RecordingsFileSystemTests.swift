import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

@Suite(.endsIfHanging) struct RecordingsFileSystemTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `what is no regular file is named and never waited for`() throws {
        let sub = folder.path("x.wav")
        try FileManager.default.createDirectory(atPath: sub, withIntermediateDirectories: false)
        #expect(readingError(sub)?.message.hasPrefix("is a folder") == true)
        let pipe = folder.path("pipe.wav")
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        #expect(readingError(pipe)?.message.hasPrefix("is a named pipe") == true)
        #expect(readingError("/dev/zero")?.message.hasPrefix("is a device") == true)
        #expect(readingError(folder.path("none.wav"))?.message == "does not exist")
        let link = folder.path("link.wav")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path("gone.wav"))
        #expect(readingError(link)?.message == "is a link to something that does not exist")
        let loop = folder.path("loop.wav")
        try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
        #expect(readingError(loop)?.code == .unreadable)
        #expect(readingError("")?.code == .unreadable)
        #expect(readingError(folder.path("a\0b"))?.code == .unreadable)
        #expect(readingError(folder.path(String(repeating: "x", count: 300)))?.code == .unreadable)
    }

    @Test(.enabled(if: getuid() != 0, "nothing is unreadable for root"))
    func `a file without permission is named`() throws {
        let path = try folder.write("secret.wav", WaveBytes.tone().bytes)
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        #expect(readingError(path)?.message.contains("permissions") == true)
    }

    @Test func `an empty file is malformed`() throws {
        for name in ["a.wav", "a.csv"] {
            let error = try #require(readingError(try folder.write(name, [])))
            #expect(error.code == .malformed && error.message == "is empty (0 bytes)")
        }
    }

    @Test(arguments: [
        "a b.wav", "it's \"quoted\".wav", "two\nlines.wav", "ümläut 音.wav", "-dash.wav", "*?.wav", "a;b,c.wav",
    ])
    func `any name will do`(name: String) throws {
        let path = try folder.write(name, WaveBytes.tone().bytes)
        #expect(readingError(path) == nil)
    }

    @Test(arguments: [
        (Array("PK\u{3}\u{4}\u{0}\u{0}".utf8), "a ZIP archive"),
        ([0x93] + Array("NUMPY\u{1}\u{0}".utf8), "a NumPy array"),
        (Array("ID3\u{4}\u{0}\u{0}".utf8), "an MP3 recording"), ([0xFF, 0xFE, 0x74, 0, 0x2C, 0], "UTF-16 text"),
        (Array("RIFF\u{4}\u{0}\u{0}\u{0}AVI ".utf8), "a RIFF file that is no WAV"),
        ([1, 2, 3, 4], "nothing that is known"),
    ])
    func `foreign content is named`(bytes: [UInt8], name: String) throws {
        let error = try #require(readingError(try folder.write("a.wav", bytes)))
        #expect(error.code == .unsupported && error.message.contains(name) && error.message.contains("FLAC"))
    }

    @Test func `a recording states its own rate`() throws {
        let path = try folder.write("a.wav", WaveBytes.tone().bytes)
        #expect(readingError(path, SignalReadingOptions(rate: 16000))?.code == .invalidOption)
        #expect(readingError(path, SignalReadingOptions(rate: 8000)) == nil)
        #expect(throws: SignalError.self) { try SignalOpener.open(path, options: SignalReadingOptions(rate: .nan)) }
    }
}
