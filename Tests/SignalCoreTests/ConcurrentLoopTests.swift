import SignalCore
import Synchronization
import Testing

@Suite struct ConcurrentLoopTests {
    @Test(arguments: [1, 2, 7, 100]) func `Every round runs once and results keep their order`(jobs: Int) throws {
        let counts = Mutex(Array(repeating: 0, count: 50))
        try ConcurrentLoop.run(count: 50, jobs: jobs) { index in counts.withLock { $0[index] += 1 } }
        #expect(counts.withLock { $0 } == Array(repeating: 1, count: 50))
        #expect(try ConcurrentLoop.map(count: 50, jobs: jobs) { $0 * $0 } == (0..<50).map { $0 * $0 })
        #expect(try ConcurrentLoop.map(count: 0, jobs: jobs) { $0 }.isEmpty)
    }

    @Test(arguments: [1, 2, 7]) func `The first failure by number is thrown`(jobs: Int) throws {
        let error = #expect(throws: SignalError.self) {
            try ConcurrentLoop.run(count: 1000, jobs: jobs) { index in
                if index >= 13, index % 2 == 1 { throw SignalError(.malformed, "round \(index)") }
            }
        }
        #expect(error?.message == "round 13")
    }
}
