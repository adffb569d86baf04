import SignalCore
import Synchronization

/// Runs one job on many inputs, on several threads, and hands the results over in the order of the inputs.
enum ParallelWork {
    /// - Parameters:
    ///   - jobs: how many inputs are worked on at once.
    ///   - next: gives the next input, or `nil` at the end; called by one thread at a time.
    ///   - makeWorker: makes what one thread works with: extractors and buffers that are not shared.
    ///   - work: the job.
    ///   - deliver: takes a result; called by one thread at a time, in the order of the inputs.
    static func run<Input: Sendable, Worker, Output: Sendable>(
        jobs: Int, next: @escaping @Sendable () -> Input?, makeWorker: @escaping @Sendable () throws -> Worker,
        work: @escaping @Sendable (Worker, Input) async -> Output, deliver: @escaping @Sendable (Output) throws -> Void
    ) async throws {
        let board = Board(next: next, deliver: deliver)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, jobs) {
                group.addTask {
                    let worker = try makeWorker()
                    while !Interruption.isRequested, !Task.isCancelled, let (number, input) = board.take() {
                        // Results wait for those before them; one slow input must not let the rest fill the memory. Whoever
                        // holds the input that is due never waits, so the others do not wait for ever.
                        while number - board.due > 64 * jobs { try await Task.sleep(for: .milliseconds(1)) }
                        try board.put(await work(worker, input), number: number)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// As the other one, for inputs that are all known.
    static func run<Input: Sendable, Worker, Output: Sendable>(
        jobs: Int, over inputs: [Input], makeWorker: @escaping @Sendable () throws -> Worker,
        work: @escaping @Sendable (Worker, Input) async -> Output, deliver: @escaping @Sendable (Output) throws -> Void
    ) async throws {
        let list = Remaining(inputs)
        try await run(jobs: jobs, next: { list.next() }, makeWorker: makeWorker, work: work, deliver: deliver)
    }

    /// A list that is handed out one by one.
    private final class Remaining<Input: Sendable>: Sendable {
        private let inputs: [Input]
        private let count = Mutex(0)

        init(_ inputs: [Input]) { self.inputs = inputs }

        func next() -> Input? {
            count.withLock { count in
                guard count < inputs.count else { return nil }
                defer { count += 1 }
                return inputs[count]
            }
        }
    }

    /// Where the threads fetch inputs and leave results.
    private final class Board<Input: Sendable, Output: Sendable>: Sendable {
        private let queue = Mutex(0)
        private let order = Mutex(InOrder())
        private let next: @Sendable () -> Input?
        private let deliver: @Sendable (Output) throws -> Void

        init(next: @escaping @Sendable () -> Input?, deliver: @escaping @Sendable (Output) throws -> Void) {
            self.next = next
            self.deliver = deliver
        }

        func take() -> (number: Int, input: Input)? {
            queue.withLock { number in
                guard let input = next() else { return nil }
                defer { number += 1 }
                return (number, input)
            }
        }

        /// The number of the input whose result is delivered next.
        var due: Int { order.withLock { $0.due } }

        func put(_ output: Output, number: Int) throws {
            try order.withLock { order in
                order.waiting[number] = output
                while let output = order.waiting.removeValue(forKey: order.due) {
                    order.due += 1
                    try deliver(output)
                }
            }
        }

        /// Holds results back until those before them have come.
        private struct InOrder {
            var waiting: [Int: Output] = [:]
            var due = 0
        }
    }
}
