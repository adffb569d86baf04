import Acquisition
import Foundation
import SignalCore
import Synchronization
import TestSupport
import Testing

/// Links end to end: pseudo-terminals, connections and pipes.
@Suite(.serialized, .endsIfHanging)
struct LiveSourceTests {
    /// Lines enough for a format to be found, the first of which is thrown away at a serial port.
    private static let opening = "half a line\r\n1,10\r\n2,20\r\n"

    private func source(_ board: Board, _ change: (inout LiveSourceOptions) -> Void = { _ in }) throws -> LiveSource {
        var options = LiveSourceOptions()
        change(&options)
        return try LiveSource(link: SerialLink(path: board.port, speed: 115_200), options: options)
    }

    @Test("A board's lines become rows at once, a half line waits, and the terminal is put back at the end")
    func serial() async throws {
        let board = try Board()
        let before = board.settings
        let source = try source(board)
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up(board.port)))
        #expect(board.settings.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == 0)
        #expect(board.settings.c_iflag & tcflag_t(ICRNL | IXON) == 0)
        board.send(Self.opening + "3,3")
        #expect(await events.nextRow()?.values == [1, 10])
        #expect(await events.nextRow()?.values == [2, 20])
        let sent = Date().timeIntervalSince1970
        board.send("0\r\n")
        let row = try #require(await events.nextRow())
        #expect(row.values == [3, 30])
        // However busy the machine is, it came after it was sent and before now.
        #expect((sent - 0.01...Date().timeIntervalSince1970 + 0.01).contains(row.arrival.unixSeconds))
        source.stop()
        #expect(await events.next() == nil)
        #expect(board.settings.c_lflag == before.c_lflag)
        #expect(board.settings.c_iflag == before.c_iflag)
        #expect(source.counters.lines.rows == 3)
        #expect(source.counters.splitter.discardedBytes == 12)
    }

    @Test("Speeds that termios has no constant for are set")
    func oddSpeed() async throws {
        let board = try Board()
        let source = try LiveSource(link: SerialLink(path: board.port, speed: 74_880))
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up(board.port)))
        source.stop()
        #expect(await events.next() == nil)
    }

    @Test("A plug that is pulled in the middle of a line and put back elsewhere breaks one line and nothing else")
    func unplug() async throws {
        let folder = try TemporaryFolder()
        let link = folder.path("board")
        var board = try Board()
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: board.port)
        let source = try LiveSource(link: SerialLink(path: folder.path("b*d"), speed: 9_600))
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up(link)))
        board.send(Self.opening + "4,4")
        #expect(await events.nextRow()?.values == [1, 10])
        #expect(await events.nextRow()?.values == [2, 20])
        board.unplug()
        try FileManager.default.removeItem(atPath: link)
        guard case .state(.down) = await events.next() else {
            Issue.record("the disconnection was not said")
            return
        }
        // Without the link the pattern finds nothing, which is said once however often it is tried.
        guard case .state(.down(let reason)) = await events.next() else {
            Issue.record("the missing port was not said")
            return
        }
        #expect(reason.contains("plugged in"))
        board = try Board()
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: board.port)
        #expect(await events.next() == .state(.up(link)))
        board.send("0,0\r\n5,50\r\n")
        #expect(await events.nextRow()?.values == [5, 50])
        #expect(source.counters.splitter.partialLines == 1)
        #expect(source.counters.connections == 2)
        source.stop()
        #expect(await events.next() == nil)
    }

    @Test("A port is read by one reader only")
    func lock() async throws {
        let board = try Board()
        let first = try source(board)
        var events = first.makeAsyncIterator()
        #expect(await events.next() == .state(.up(board.port)))
        let stop = try StopSignal()
        let error = #expect(throws: SignalError.self) {
            _ = try SerialLink(path: board.port, speed: 9_600).open(stop: stop)
        }
        #expect(error?.code == .unavailable)
        first.stop()
        #expect(await events.next() == nil)
        try SerialLink(path: board.port, speed: 9_600).open(stop: stop).close()
    }

    @Test("What is no port is refused with what to do")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let stop = try StopSignal()
        let file = folder.path("file")
        try Data().write(to: URL(fileURLWithPath: file))
        for (path, code) in [
            (file, SignalError.Code.unsupported), (file + "0", .unreadable), (file + "x*", .unreadable),
        ] {
            let error = #expect(throws: SignalError.self) {
                _ = try SerialLink(path: path, speed: 9_600).open(stop: stop)
            }
            #expect(error?.code == code)
            #expect(error?.place.path == path)
        }
    }

    @Test("A silent board is stale, is opened again if that is wanted, and is up when it speaks")
    func silence() async throws {
        let board = try Board()
        let source = try source(board) {
            $0.silenceSeconds = 0.1
            $0.reopensWhenStale = true
        }
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up(board.port)))
        guard case .state(.stale(let seconds)) = await events.next() else {
            Issue.record("the silence was not said")
            return
        }
        #expect(seconds >= 0.1 && seconds < 2)
        guard case .state(.down(let reason)) = await events.next() else {
            Issue.record("the link was not closed")
            return
        }
        #expect(reason.contains("silent"))
        #expect(await events.next() == .state(.up(board.port)))
        source.stop()
    }

    @Test("Noise of a wrong baud rate is said to be that")
    func noise() async throws {
        let board = try Board()
        var random = SeededGenerator(seed: 3)
        let source = try source(board)
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up(board.port)))
        for _ in 0..<210 {
            board.send((0..<20).map { _ in UInt8.random(in: 0x80...0xFF, using: &random) } + [0x0A])
        }
        guard case .warning(let sentence) = await events.next() else {
            Issue.record("the noise was not said")
            return
        }
        #expect(sentence.contains("wrong baud rate or format?"))
        source.stop()
    }

    @Test("A slow consumer loses the oldest rows, counted, and never holds up the board")
    func slowConsumer() async throws {
        let board = try Board()
        let source = try source(board) { $0.queueCapacity = 8 }
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up(board.port)))
        board.send("x\n" + (0..<20_000).map { "\($0),1\n" }.joined())
        // The board could write all that, far more than a terminal keeps, although nothing was taken.
        #expect(await eventually { source.counters.lines.rows == 20_000 })
        source.stop()
        var values: [Float] = []
        var warnings = 0
        while let event = await events.next() {
            if case .row(let row) = event { values.append(row.values[0]) }
            if case .warning = event { warnings += 1 }
        }
        #expect(values == (19_992..<20_000).map(Float.init))
        #expect(source.counters.droppedRows == 19_992)
        #expect(warnings > 0 && warnings < 8)
    }

    @Test("A task that is cancelled ends promptly, while reading and while a server does not answer")
    func cancellation() async throws {
        let board = try Board()
        let before = board.settings
        let reading = try source(board)
        // 192.0.2.1 is set aside for documentation: nobody answers.
        let connecting = try LiveSource(link: TCPLink(host: "192.0.2.1", port: 9))
        for source in [reading, connecting] {
            let task = Task {
                var count = 0
                for await _ in source { count += 1 }
                return count
            }
            let isReading = source.address == reading.address
            if isReading { #expect(await eventually { source.counters.connections == 1 }) }
            let start = ContinuousClock.now
            task.cancel()
            _ = await task.value
            #expect(ContinuousClock.now - start < .seconds(2))
        }
        #expect(board.settings.c_lflag == before.c_lflag)
    }

    @Test("A server that goes away in the middle of a line and comes back is connected to again")
    func server() async throws {
        var server = try LineServer()
        let port = server.port
        let source = try LiveSource(address: SourceAddress("tcp:127.0.0.1:\(port)"))
        var events = source.makeAsyncIterator()
        server.accept()
        #expect(await events.next() == .state(.up("tcp:127.0.0.1:\(port)")))
        server.send("a=1\na=2\na=")
        #expect(await events.nextRow()?["a"] == 1)
        #expect(await events.nextRow()?["a"] == 2)
        server.stop()
        guard case .state(.down) = await events.next() else {
            Issue.record("the disconnection was not said")
            return
        }
        // The refusal of the next attempt is said, which shows that it was made.
        guard case .state(.down(let reason)) = await events.next() else {
            Issue.record("the refusal was not said")
            return
        }
        #expect(reason.contains("does not answer"))
        server = try LineServer(port: port)
        server.accept()
        #expect(await events.next() == .state(.up("tcp:127.0.0.1:\(port)")))
        server.send("a=3\n")
        #expect(await events.nextRow()?["a"] == 3)
        #expect(source.counters.splitter.partialLines == 1)
        source.stop()
        #expect(await events.next() == nil)
    }

    @Test("A pipe gives every row to a consumer that is slower, and its last line needs no end")
    func pipe() async throws {
        let pipe = Pipe()
        let lines = (0..<10_000).map { "\($0);1,5" }.joined(separator: "\n")
        Thread.detachNewThread {
            try? pipe.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
            try? pipe.fileHandleForWriting.close()
        }
        var options = LiveSourceOptions()
        options.queueCapacity = 1
        let source = try LiveSource(
            link: StandardInputLink(descriptor: pipe.fileHandleForReading.fileDescriptor), options: options)
        var values: [Float] = []
        for await event in source {
            if case .row(let row) = event { values.append(row.values[0]) }
        }
        #expect(values == (0..<10_000).map(Float.init))
        #expect(source.counters.droppedRows == 0)
    }
}

extension LiveSource.Iterator {
    /// The next row, or nil at the end; passes over notices.
    mutating func nextRow() async -> SensorRow? {
        while let event = await next() {
            if case .row(let row) = event { return row }
        }
        return nil
    }
}

/// Whether something becomes true within ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return true
}
