import SignalCore

/// Watches the times of a sensor table go by: the usual step is known from the first rows, what differs is counted.
struct SensorTimes {
    /// The usual step in nanoseconds; 0 when it is not known.
    let step: Double
    private var previous: Int64?
    private var steps = 0
    private var repeated = 0
    private var backward = 0
    private var irregular = 0
    private var gaps = 0
    private var largestGap = 0.0
    private var largestGapLine = 0
    /// The first row whose time does not advance.
    private(set) var firstFault: TimeFault?

    /// - Parameter steps: the steps of the first rows, in nanoseconds.
    init(steps: [Double]) {
        let forward = steps.filter { $0 > 0 }.sorted()
        step = forward.isEmpty ? 0 : forward[forward.count / 2]
    }

    /// Takes the time of the next row.
    ///
    /// - Parameters:
    ///   - tick: what the last digit of this time stands for, in nanoseconds.
    ///   - isFirst: whether the row is the first one of a machine.
    mutating func take(_ time: Int64, tick: Double, line: Int, isFirst: Bool) {
        defer { previous = time }
        guard let previous, !isFirst else { return }
        let length = Self.difference(time, previous)
        steps += 1
        if length <= 0 {
            if length == 0 { repeated += 1 } else { backward += 1 }
            if firstFault == nil { firstFault = TimeFault(line: line, isRepeated: length == 0) }
        } else if step > 0, length > 1.5 * step {
            gaps += 1
            if length > largestGap { (largestGap, largestGapLine) = (length, line) }
        } else if step > 0, abs(length - step) > max(0.1 * step, 1.001 * tick) {
            irregular += 1
        }
    }

    /// The nanoseconds from one time to another.
    static func difference(_ later: Int64, _ earlier: Int64) -> Double {
        let (difference, overflow) = later.subtractingReportingOverflow(earlier)
        return overflow ? Double(later) - Double(earlier) : Double(difference)
    }

    /// What a person should know about the times.
    var warnings: [String] {
        var warnings: [String] = []
        if repeated + backward > 0 {
            warnings.append(
                "the times do not advance: \(repeated) of \(steps) steps repeat a time and \(backward) go back, first in line \(firstFault?.line ?? 0); rows were taken in the order they stand in"
            )
        }
        if irregular > 0 {
            warnings.append(
                "the times are irregular: \(irregular) of \(steps) steps are off by more than 10 % of \(Self.seconds(step)); windows count rows"
            )
        }
        if gaps > 0 {
            warnings.append(
                "the times have \(gaps) \(gaps == 1 ? "gap" : "gaps") of more than 1.5 times \(Self.seconds(step)), the largest \(Self.seconds(largestGap)) before line \(largestGapLine)"
            )
        }
        return warnings
    }

    private static func seconds(_ nanoseconds: Double) -> String {
        let rounded = (nanoseconds / 1e3).rounded() / 1e6
        return "\(rounded == rounded.rounded() && rounded < 1e15 ? String(Int(rounded)) : String(rounded)) s"
    }
}

/// A row of a table whose time does not advance.
public struct TimeFault: Sendable, Equatable {
    /// The line of the row, from 1.
    public var line: Int
    /// Whether the time is that of the row before, rather than an earlier one.
    public var isRepeated: Bool
}
