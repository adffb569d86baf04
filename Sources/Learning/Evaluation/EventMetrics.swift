/// How alarms serve somebody who has to answer them: events found, how late, and how often for nothing.
///
/// An event is a run of consecutive anomalous rows, an alarm a run of consecutive alarm rows; what counts as found is
/// stated at ``EventCounts``.
public struct EventMetrics: Sendable, Equatable, Encodable {
    /// Events found and missed, and false alarms.
    public let counts: EventCounts
    /// Runs of alarm rows.
    public let alarmCount: Int
    /// The share of all rows that are in alarm.
    public let alarmShare: Double
    /// The mean time from the first row of an event to the first alarm row in it, in seconds, over the found events;
    /// `nil` when none was found. An alarm that was on already when the event began has no delay.
    public let meanDelay: Double?
    /// The median of the same.
    public let medianDelay: Double?
    /// False alarms for every hour of normal rows; `nil` when there are no such hours.
    public let falseAlarmsPerHour: Double?
    /// The hours of normal rows, every row standing for the median step of its series, so that gaps count for nothing.
    public let normalHours: Double

    /// One series of decisions.
    struct Rows {
        var times: [Double]
        var labels: [Bool]
        var alarms: [Bool]
    }

    /// Measures one or several series together. Events and alarms do not cross from one to the next.
    init(_ series: [Rows]) {
        var parts: [EventCounts] = []
        var delays: [Double] = []
        var alarmRuns = 0
        var alarmRows = 0
        var rows = 0
        var normalSeconds = 0.0
        for one in series {
            let events = RowRuns.ranges(of: one.labels)
            let alarms = RowRuns.ranges(of: one.alarms)
            parts.append(EventCounts(events: events, alarms: alarms))
            for event in events {
                guard let first = event.first(where: { one.alarms[$0] }) else { continue }
                delays.append(one.times[first] - one.times[event.lowerBound])
            }
            alarmRuns += alarms.count
            alarmRows += alarms.reduce(0) { $0 + $1.count }
            rows += one.labels.count
            let normalRows = one.labels.count { !$0 }
            normalSeconds += Double(normalRows) * Self.medianStep(one.times)
        }
        delays.sort()
        counts = EventCounts(summing: parts)
        alarmCount = alarmRuns
        alarmShare = rows > 0 ? Double(alarmRows) / Double(rows) : 0
        meanDelay = delays.isEmpty ? nil : delays.reduce(0, +) / Double(delays.count)
        medianDelay = delays.isEmpty ? nil : Quantile.linear(ofSorted: delays, 0.5)
        normalHours = normalSeconds / 3600
        falseAlarmsPerHour = normalSeconds > 0 ? Double(counts.falseAlarmCount) / (normalSeconds / 3600) : nil
    }

    private static func medianStep(_ times: [Double]) -> Double {
        guard times.count > 1 else { return 0 }
        return Quantile.linear(of: zip(times, times.dropFirst()).map { $1 - $0 }, 0.5)
    }
}
