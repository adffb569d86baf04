import Acquisition
import Foundation
import SignalCore
import TestSupport
import Testing

/// Ports that go and come back behind a path that stays.
@Suite(.serialized, .endsIfHanging)
struct ReplugTests {
    @Test(
        "A plug that is pulled in the middle of lines loses those lines and nothing else",
        .enabled(if: PortPair.program != nil, "socat is not installed"))
    func socat() async throws {
        let folder = try TemporaryFolder()
        let ports = PortPair(in: folder.url)
        try await ports.plug()
        let source = try LiveSource(link: SerialLink(path: ports.host, speed: 115_200))
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up(ports.host)))
        var expected: [Float] = []
        var found: [Float] = []
        for round in 0..<4 {
            // The first line after opening may be half a one, and is thrown away.
            try ports.send("-1,-1\n")
            for index in 0..<50 {
                let value = round * 100 + index
                try ports.send("\(value),\(value * 2)\r\n")
                expected.append(Float(value))
            }
            // Without its end this would be a row of other numbers.
            try ports.send("9999,1")
            while found.count < expected.count, let row = await events.nextRow() {
                #expect(row.values[1] == 2 * row.values[0])
                found.append(row.values[0])
            }
            let splitter = { source.counters.splitter }
            #expect(await eventually { splitter().bytes > 0 })
            ports.unplug()
            guard round < 3 else { break }
            guard case .state(.down) = await events.next() else {
                Issue.record("the disconnection was not said")
                return
            }
            try await ports.plug()
            var state = await events.next()
            while case .state(.down) = state { state = await events.next() }
            #expect(state == .state(.up(ports.host)))
        }
        #expect(found == expected)
        #expect(source.counters.lines.rejectedLineCount == 0)
        #expect(source.counters.connections == 4)
        source.stop()
    }

    @Test("A link is turned to the next port, never taken from somebody else, and removed at the end")
    func link() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("board")
        func target() -> String? { try? FileManager.default.destinationOfSymbolicLink(atPath: path) }
        let link = try PortLink(path: path, to: "/dev/pts/901")
        #expect(target() == "/dev/pts/901")
        try link.point(to: "/dev/pts/902")
        #expect(target() == "/dev/pts/902")
        // One that was left behind is taken over; the first owner then leaves it alone.
        let next = try PortLink(path: path, to: "/dev/pts/903")
        link.remove()
        #expect(target() == "/dev/pts/903")
        next.remove()
        #expect(target() == nil)
        _ = try folder.write("board", text: "notes")
        #expect(throws: SignalError.self) { try PortLink(path: path, to: "/dev/pts/904") }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "notes")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["board"])
    }

    @Test("A played port of TCP sends to all who are connected, and listens on after they were cut off")
    func port() async throws {
        let port = try TCPPort()
        let sources = try (0..<2).map { _ in try LiveSource(address: port.address) }
        var events = sources.map { $0.makeAsyncIterator() }
        #expect(await eventually { port.accept() == 2 })
        port.send(Array("a=1\na=2\na=".utf8))
        for index in events.indices {
            #expect(await events[index].nextRow()?["a"] == 1)
            #expect(await events[index].nextRow()?["a"] == 2)
        }
        port.disconnect()
        #expect(await eventually { port.accept() == 2 })
        port.send(Array("a=3\n".utf8))
        for index in events.indices { #expect(await events[index].nextRow()?["a"] == 3) }
        #expect(sources.allSatisfy { $0.counters.splitter.partialLines == 1 })
        for source in sources { source.stop() }
        #expect(throws: SignalError.self) { try TCPPort(host: "192.0.2.1", port: 1) }
    }
}
