import Synchronization

@testable import Telemetry

/// A clock that a sleep moves at once, so that hours of waiting take no time. It can be told to let sleeps last instead.
final class ManualUploadClock: UploadClock {
    private struct State {
        var wall = 1_750_000_000.0
        var steady = 1_000.0
        var boot = "boot-1"
        var sleepsLast = false
        var sleeps: [Double] = []
    }
    private let state = Mutex(State())

    var wallSeconds: Double { state.withLock { $0.wall } }
    var steadySeconds: Double { state.withLock { $0.steady } }
    var bootIdentity: String { state.withLock { $0.boot } }
    /// All waits so far.
    var sleeps: [Double] { state.withLock { $0.sleeps } }

    func advance(_ seconds: Double) {
        state.withLock {
            $0.wall += seconds
            $0.steady += seconds
        }
    }

    /// A clock of the wall that jumps.
    func jump(_ seconds: Double) { state.withLock { $0.wall += seconds } }

    /// A new start of the machine.
    func reboot() {
        state.withLock {
            $0.boot += "'"
            $0.steady = 3
        }
    }

    func letSleepsLast(_ value: Bool) { state.withLock { $0.sleepsLast = value } }

    func sleep(seconds: Double) async throws {
        let lasts = state.withLock { state in
            state.sleeps.append(seconds)
            return state.sleepsLast
        }
        // Ends by cancellation only.
        if lasts { try await Task.sleep(for: .seconds(3_600)) }
        try Task.checkCancellation()
        advance(seconds)
        await Task.yield()
    }
}
