internal import Dispatch
internal import Synchronization

/// A loop whose rounds run on several threads: for numeric work that is cut into parts which do not depend on each
/// other. What the parts compute must not depend on which thread takes them, so that the number of threads changes
/// nothing but the time.
public enum ConcurrentLoop {
    /// Calls `body` with 0, 1, … `count - 1`, each once, in any order.
    ///
    /// - Parameters:
    ///   - count: the number of rounds.
    ///   - jobs: the most rounds at once; with 1 they run one after the other on the calling thread.
    ///   - body: one round. Once a round has thrown, those that have not begun are left out.
    /// - Throws: the error of the first round, by number, that threw.
    public static func run(count: Int, jobs: Int, _ body: @Sendable (Int) throws -> Void) throws {
        if jobs <= 1 || count <= 1 {
            for index in 0..<count { try body(index) }
            return
        }
        let failure = Mutex<(index: Int, error: any Error)?>(nil)
        let next = Atomic(0)
        let hasFailed = Atomic(false)
        DispatchQueue.concurrentPerform(iterations: min(jobs, count)) { _ in
            while !hasFailed.load(ordering: .relaxed) {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                do {
                    try body(index)
                } catch {
                    hasFailed.store(true, ordering: .relaxed)
                    failure.withLock { if $0.map({ index < $0.index }) ?? true { $0 = (index, error) } }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
    }

    /// Computes `body` for 0, 1, … `count - 1` on several threads; the results stand in that order.
    ///
    /// - Throws: as ``run(count:jobs:_:)``.
    public static func map<Result: Sendable>(
        count: Int, jobs: Int, _ body: @Sendable (Int) throws -> Result
    ) throws -> [Result] {
        let results = Mutex<[Result?]>(Array(repeating: nil, count: count))
        try run(count: count, jobs: jobs) { index in
            let result = try body(index)
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap(\.self) }
    }
}
