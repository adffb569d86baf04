@testable import auscult
import Synchronization
import TestSupport
import Testing

@Suite(.inTurns) struct ParallelWorkTests {
    @Test(.endsIfHanging, arguments: [1, 2, 4])
    func `results come in order, and a slow input holds up the rest without stopping it`(jobs: Int) async throws {
        let results = Mutex<[Int]>([])
        let taken = Atomic<Int>(0)
        let whileWaiting = Atomic<Int>(0)
        try await ParallelWork.run(jobs: jobs, over: Array(0..<5000)) {
        } work: { (_: Void, number: Int) in
            taken.add(1, ordering: .relaxed)
            // Every so often an input takes as long as hundreds of others.
            if number.isMultiple(of: 1000) {
                try? await Task.sleep(for: .milliseconds(30))
                let others = taken.load(ordering: .relaxed) - number
                whileWaiting.max(others, ordering: .relaxed)
            }
            return number
        } deliver: { number in
            results.withLock { $0.append(number) }
        }
        #expect(results.withLock { $0 } == Array(0..<5000))
        // What has been worked on ahead of the slow one is limited, or one stuck input would fill the memory.
        #expect(whileWaiting.load(ordering: .relaxed) <= 64 * jobs + jobs + 1)
    }
}
