import Foundation
import Testing

/// Lets a few tests run at a time.
///
/// Tests begin all at once. If all of them started the tool at once, each of a hundred runs would be on a processor for a
/// hundredth of the time, and whatever a test waits for would be late.
struct Turns: SuiteTrait, TestTrait, TestScoping {
    private static let places = Places(count: 2 * ProcessInfo.processInfo.activeProcessorCount + 1)

    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await Self.places.take()
        let result: Result<Void, any Error>
        do { result = .success(try await function()) } catch { result = .failure(error) }
        await Self.places.leave()
        try result.get()
    }

    private actor Places {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(count: Int) { free = count }

        func take() async {
            guard free == 0 else {
                free -= 1
                return
            }
            await withCheckedContinuation { waiting.append($0) }
        }

        func leave() {
            guard waiting.isEmpty else { return waiting.removeFirst().resume() }
            free += 1
        }
    }
}

extension Trait where Self == Turns {
    /// Lets a few tests run at a time.
    static var inTurns: Self { Turns() }
}
