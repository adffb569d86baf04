import Foundation
import SignalCore
import Synchronization

/// A request to stop that wakes whoever waits for a descriptor: the end of a pipe that becomes readable.
public final class StopSignal: Sendable {
    private let reading: Int32
    private let writing: Int32
    private let raised = Atomic<Bool>(false)

    /// - Throws: `SignalError` with code `unavailable` where no descriptor is left.
    public init() throws {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else {
            throw SignalError(.unavailable, "no pipe could be made: \(SystemCall.reason(errno)); close other files")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Whether somebody asked to stop.
    public var isRaised: Bool { raised.load(ordering: .acquiring) }

    /// Becomes readable when the signal is raised.
    var descriptor: Int32 { reading }

    /// Asks to stop; may be called from anywhere, any number of times.
    public func raise() {
        guard !raised.exchange(true, ordering: .acquiringAndReleasing) else { return }
        SystemCall.write([0], to: writing)
    }

    /// What happened to a descriptor that was waited for.
    enum Outcome: Equatable {
        case ready(hangUp: Bool)
        case timeout
        case stopped
    }

    /// Waits until a descriptor is ready, time is over or a stop is asked for.
    ///
    /// - Parameters:
    ///   - descriptor: what to wait for; nil to wait for the time alone.
    ///   - isWriting: whether to wait until the descriptor can be written rather than read.
    ///   - seconds: the longest time.
    func wait(for descriptor: Int32?, isWriting: Bool = false, seconds: Double) -> Outcome {
        let deadline = HostClock.now().monotonicSeconds + seconds
        while true {
            if isRaised { return .stopped }
            var polled = [
                pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: descriptor ?? -1, events: Int16(isWriting ? POLLOUT : POLLIN), revents: 0),
            ]
            let left = max(0, deadline - HostClock.now().monotonicSeconds)
            let count = unsafe poll(&polled, nfds_t(polled.count), Int32(min(left, 3_600) * 1_000 + 0.999))
            if polled[0].revents != 0, count > 0 { return .stopped }
            if count > 0, polled[1].revents != 0 {
                return .ready(hangUp: Int32(polled[1].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0)
            }
            if count == 0, HostClock.now().monotonicSeconds >= deadline { return .timeout }
            if count < 0, errno != EINTR { return .ready(hangUp: true) }
        }
    }
}

/// The clocks of the host.
enum HostClock {
    static func now() -> ArrivalTime {
        func seconds(_ clock: clockid_t) -> Double {
            var time = timespec()
            unsafe clock_gettime(clock, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        return ArrivalTime(unixSeconds: seconds(CLOCK_REALTIME), monotonicSeconds: seconds(CLOCK_MONOTONIC))
    }
}

/// System calls with their results as Swift has them.
enum SystemCall {
    enum Reading {
        case bytes(Int)
        case nothingYet
        case failed(Int32)
    }

    /// Reads what is there into the beginning of the buffer.
    static func read(_ descriptor: Int32, into buffer: inout [UInt8]) -> Reading {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe Foundation.read(descriptor, bytes.baseAddress, bytes.count)
        }
        if count >= 0 { return .bytes(count) }
        let code = errno
        return code == EAGAIN || code == EINTR ? .nothingYet : .failed(code)
    }

    /// Writes some bytes and says how many went; 0 where none could.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
        max(0, unsafe bytes.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) })
    }

    /// What an error number means.
    static func reason(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}
