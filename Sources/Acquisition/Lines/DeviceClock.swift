/// The clock of a board, a counter that wraps at 2^32 and begins at 0 whenever the board starts.
///
/// A step back is a wrap only if the counter, taken on beyond 2^32, fits the time that passed on the host; otherwise the
/// board was reset. A reading that fits neither is held back until the next one confirms it, so that one damaged digit
/// moves no clock.
public struct DeviceClock: Sendable {
    /// What the readings said so far.
    public struct Counters: Sendable, Equatable {
        /// Times the counter went over 2^32.
        public var wraps = 0
        /// Times the board began anew.
        public var resets = 0
        /// Readings that fitted nothing.
        public var implausible = 0

        /// Nothing read yet.
        public init() {}
    }

    /// Seconds a tick of the counter.
    public let secondsPerTick: Double
    /// What the readings said so far.
    public private(set) var counters = Counters()
    private var ticks = 0.0
    private var turns = 0.0
    private var host = 0.0
    private var isRunning = false
    private var mayRestart = false
    private var suspect: (ticks: Double, host: Double)?
    private static let turn = 0x1p32

    /// Makes a clock of a counter, such as 0.001 seconds a tick for `millis`.
    public init(secondsPerTick: Double) {
        self.secondsPerTick = secondsPerTick
    }

    /// The link was opened anew or a banner was seen: a step back is a reset.
    public mutating func expectRestart() {
        mayRestart = true
    }

    /// Takes a reading of the counter.
    ///
    /// - Parameters:
    ///   - reading: the counter.
    ///   - host: seconds of the host's monotonic clock.
    /// - Returns: seconds since the board started, or nil for a reading that cannot be believed yet.
    public mutating func seconds(reading: Double, host now: Double) -> Double? {
        guard reading >= 0, reading.isFinite else {
            counters.implausible += 1
            return nil
        }
        guard isRunning else {
            start(reading, now)
            return reading * secondsPerTick
        }
        if isForward(from: ticks, to: reading, elapsed: now - host) {
            accept(reading, now)
        } else if reading < ticks, !mayRestart,
            isForward(from: ticks, to: reading + Self.turn, elapsed: now - host)
        {
            counters.wraps += 1
            turns += 1
            accept(reading, now)
        } else if mayRestart && reading < ticks
            || suspect.map({ isForward(from: $0.ticks, to: reading, elapsed: now - $0.host) }) == true
        {
            if reading < ticks { counters.resets += 1 }
            start(reading, now)
        } else {
            counters.implausible += 1
            suspect = (reading, now)
            return nil
        }
        return (ticks + turns * Self.turn) * secondsPerTick
    }

    /// Whether a step is forward and not much longer than what passed on the host. Lines may have waited in a buffer, or in
    /// the board while the host was away, hence the wide margin.
    private func isForward(from start: Double, to end: Double, elapsed: Double) -> Bool {
        let seconds = (end - start) * secondsPerTick
        return seconds >= 0 && seconds <= 60 + 2 * elapsed
    }

    private mutating func start(_ reading: Double, _ now: Double) {
        turns = 0
        accept(reading, now)
        isRunning = true
    }

    private mutating func accept(_ reading: Double, _ now: Double) {
        ticks = reading
        host = now
        mayRestart = false
        suspect = nil
    }
}

/// Lays a device's clock over that of the host: host = offset + rate x device.
///
/// A line may be late, never early, so in every stretch of time the line that took least is near the truth. The line
/// through those points gives the rate (boards with ceramic resonators are off by up to half a per cent), and the least
/// delay above it the offset. Jitter of the link (1 to 16 ms with USB) does not reach the result.
public struct DeviceClockFit: Sendable {
    private static let stretchSeconds = 5.0
    private static let stretches = 24
    private var best: [(device: Double, host: Double)] = []
    private var stretchStart = -Double.infinity
    private var rate = 1.0

    /// Makes a fit that has seen nothing.
    public init() {}

    /// Takes the time of a line on both clocks and says when, on the host's clock, it was sent, but for the shortest delay
    /// of the link; never later than it arrived.
    public mutating func hostSeconds(device: Double, arrival: Double) -> Double {
        if let last = best.last, device < last.device - Self.stretchSeconds || arrival < last.host - 60 {
            self = DeviceClockFit()
        }
        if device >= stretchStart + Self.stretchSeconds {
            if best.count >= 4 { fitRate() }
            stretchStart = device
            best.append((device, arrival))
            if best.count > Self.stretches { best.removeFirst() }
        } else if let last = best.last, delay(device, arrival) < delay(last.device, last.host) {
            best[best.count - 1] = (device, arrival)
        }
        let offset = best.map { $0.host - rate * $0.device }.min() ?? arrival - rate * device
        return min(arrival, offset + rate * device)
    }

    private func delay(_ device: Double, _ host: Double) -> Double { host - rate * device }

    /// The slope of the least-squares line through the points of least delay.
    private mutating func fitRate() {
        let count = Double(best.count)
        let (deviceMean, hostMean) = (best.map(\.device).reduce(0, +) / count, best.map(\.host).reduce(0, +) / count)
        var (covariance, variance) = (0.0, 0.0)
        for point in best {
            covariance += (point.device - deviceMean) * (point.host - hostMean)
            variance += (point.device - deviceMean) * (point.device - deviceMean)
        }
        // A rate further off than a tenth is no clock's; the host's was set, or lines were held up.
        let slope = variance > 0 ? covariance / variance : 1
        rate = (0.9...1.1).contains(slope) ? slope : 1
    }
}
