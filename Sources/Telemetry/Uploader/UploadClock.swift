internal import Foundation

/// Time as the uploader sees it, so that tests have one of their own and never wait.
public protocol UploadClock: Sendable {
    /// Seconds since 1970, UTC; may be wrong and may jump.
    var wallSeconds: Double { get }
    /// Seconds since the machine was started, which never jump, its sleep included.
    var steadySeconds: Double { get }
    /// Tells one start of the machine from another, to know whether ``steadySeconds`` still count from the same.
    var bootIdentity: String { get }
    /// Waits.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(seconds: Double) async throws
}

/// The clocks of the machine.
public struct SystemUploadClock: UploadClock {
    /// Tells this start of the machine from another.
    public let bootIdentity: String

    /// Makes the clock.
    public init() {
        let text = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
        bootIdentity = text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Seconds since 1970, UTC.
    public var wallSeconds: Double { Date().timeIntervalSince1970 }

    /// Seconds since the machine was started.
    public var steadySeconds: Double {
        var time = timespec()
        #if os(Linux)
            let clock = CLOCK_BOOTTIME
        #else
            let clock = CLOCK_MONOTONIC
        #endif
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Waits.
    public func sleep(seconds: Double) async throws { try await Task.sleep(for: .seconds(seconds)) }
}

/// When the next call is allowed, in a form that outlives the process and the machine's start.
struct CallPacing: Codable, Equatable, Sendable {
    private var boot = ""
    private var steady = 0.0
    private var wall = 0.0
    private var wait = 0.0

    /// Allows the next call some seconds from now.
    mutating func hold(for seconds: Double, _ clock: any UploadClock) {
        (boot, steady, wall, wait) = (clock.bootIdentity, clock.steadySeconds, clock.wallSeconds, seconds)
    }

    /// Seconds until the next call is allowed. After a new start of the machine only the wall clock can tell; it never
    /// makes the wait longer than it was.
    func remaining(_ clock: any UploadClock) -> Double {
        if boot == clock.bootIdentity { return max(0, steady + wait - clock.steadySeconds) }
        return min(wait, max(0, wall + wait - clock.wallSeconds))
    }
}
