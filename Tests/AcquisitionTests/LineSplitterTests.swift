import Acquisition
import SignalCore
import Testing

/// Cutting bytes into lines.
struct LineSplitterTests {
    @Test("Every mix of line ends gives the same lines", arguments: ["\n", "\r", "\r\n", "\n\r", "\n\n", "\r\r\n"])
    func lineEnds(end: String) {
        let (lines, splitter) = split(Array(("1,2" + end + "3,4" + end + "5,").utf8))
        #expect(lines == ["1,2", "3,4"])
        #expect(splitter.counters.lines == 2)
        #expect(splitter.counters.damagedLines == 0)
    }

    @Test("A cut at every byte changes nothing, nor do two lines in one read")
    func everyCut() {
        let bytes = Array("temp:1,5 hum:é\r\n\u{1}x\r\n{\"a\":1}\n".utf8) + [0xFF, 0x0A] + Array("7\n8\n".utf8)
        let whole = split(bytes)
        #expect(whole.lines == ["temp:1,5 hum:é", "{\"a\":1}", "7", "8"])
        for cut in 0...bytes.count {
            let parts = split(bytes, cuts: [cut])
            #expect(parts.lines == whole.lines)
            #expect(parts.splitter.counters == whole.splitter.counters)
        }
    }

    @Test("Random cuts of random bytes give what the whole gives", arguments: UInt64(0)..<40)
    func randomCuts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var options = LineSplitterOptions()
        options.maximumLength = 24
        options.discardsFirstLine = seed % 2 == 0
        let alphabet = Array("0123456789,.;:{}\"e \t\r\n\n".utf8) + [0x00, 0x07, 0x7F, 0xC3, 0xA9, 0xFF]
        let bytes = (0..<4_000).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        let whole = split(bytes, options: options)
        let cuts = (0..<Int.random(in: 1...600, using: &random)).map { _ in Int.random(in: 0...4_000, using: &random) }
        let parts = split(bytes, cuts: cuts, options: options)
        #expect(parts.lines == whole.lines)
        #expect(parts.splitter.counters == whole.splitter.counters)
        #expect(parts.splitter.lastDamagedLine == whole.splitter.lastDamagedLine)
        #expect(whole.splitter.counters.overlongLines > 0)
        #expect(whole.splitter.counters.controlCharacterLines > 0)
        #expect(whole.splitter.counters.invalidTextLines > 0)
        #expect(!whole.lines.isEmpty)
    }

    @Test("A megabyte without a line end keeps little, is counted and does not harm the next line")
    func endless() {
        let (lines, splitter) = split([UInt8](repeating: 0x41, count: 1 << 20) + Array("\n23.4\n".utf8))
        #expect(lines == ["23.4"])
        // Once where 4096 bytes are passed, then for every further 4096 of the 1044479 that are left.
        #expect(splitter.counters.overlongLines == 255)
    }

    @Test("A line of exactly the maximum length passes, one byte more does not")
    func maximumLength() {
        let long = String(repeating: "7", count: 4_096)
        #expect(split(Array((long + "\n").utf8)).lines == [long])
        let (lines, splitter) = split(Array((long + "7\n1\n").utf8))
        #expect(lines == ["1"])
        #expect(splitter.counters.overlongLines == 1)
    }

    @Test("Lines with runs of 00 and FF or broken UTF-8 are dropped, each by its reason")
    func damagedText() {
        let (lines, splitter) = split(
            [UInt8](repeating: 0, count: 64) + [0x0A] + [UInt8](repeating: 0xFF, count: 64) + [0x0A, 0xC3, 0x28, 0x0A]
                + Array("1\t2\n".utf8))
        #expect(lines == ["1\t2"])
        #expect(splitter.counters.controlCharacterLines == 1)
        #expect(splitter.counters.invalidTextLines == 2)
        #expect(splitter.lastDamagedLine == "\u{FFFD}(")
    }

    @Test("The first line after opening is thrown away on request, for it may be the end of one")
    func firstLine() {
        var options = LineSplitterOptions()
        options.discardsFirstLine = true
        let (lines, splitter) = split(Array("3.45,61\r\n23.45,61\r\n".utf8), options: options)
        #expect(lines == ["23.45,61"])
        #expect(splitter.counters.discardedBytes == 8)
    }

    @Test("What arrives in the settle time is thrown away")
    func settleTime() {
        var options = LineSplitterOptions()
        options.settleSeconds = 2
        var splitter = LineSplitter(options: options)
        var lines: [String] = []
        splitter.begin(at: 10)
        splitter.consume(Array("boot\n".utf8), at: 11.9) { lines.append($0) }
        splitter.consume(Array("1\n".utf8), at: 12) { lines.append($0) }
        #expect(lines == ["1"])
        #expect(splitter.counters.discardedBytes == 5)
    }

    @Test("An unfinished line waits, is dropped at a disconnection and handed out at the end of a file")
    func unfinishedLine() {
        var splitter = LineSplitter()
        var lines: [String] = []
        splitter.begin(at: 0)
        splitter.consume(Array("23.".utf8), at: 0) { lines.append($0) }
        splitter.disconnect()
        splitter.begin(at: 1)
        splitter.consume(Array("45\n67".utf8), at: 1) { lines.append($0) }
        #expect(lines == ["45"])
        #expect(splitter.counters.partialLines == 1)
        splitter.finish { lines.append($0) }
        #expect(lines == ["45", "67"])
    }

    @Test("Lengths and times outside their range are refused")
    func options() {
        var options = LineSplitterOptions()
        options.maximumLength = 1
        #expect(throws: SignalError.self) { try options.validate() }
        options = LineSplitterOptions()
        options.settleSeconds = .nan
        #expect(throws: SignalError.self) { try options.validate() }
    }
}
