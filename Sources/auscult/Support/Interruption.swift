import Foundation
import SignalCore
import Synchronization

/// Ctrl-C: the first asks the work to end cleanly with what is finished kept, the second ends at once.
enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Whether somebody asked for the end.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Begins to listen, and turns off the signal for a closed pipe: writing then fails and is dealt with there.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        // A parent may have started us with signals held back.
        var heard = sigset_t()
        unsafe sigemptyset(&heard)
        for number in [SIGINT, SIGTERM] { unsafe sigaddset(&heard, number) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &heard, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                if Interruption.requested.exchange(true, ordering: .relaxed) { _exit(ExitStatus.interrupted) }
            }
        }
    }

    /// - Throws: `SignalError` with code `cancelled` when somebody asked for the end.
    static func check() throws {
        if isRequested { throw SignalError(.cancelled, "stopped on request") }
    }
}
