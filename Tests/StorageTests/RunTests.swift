import Foundation
import GRDB
import SignalCore
import Storage
import TestSupport
import Testing

@Suite("Readings, alarms and runs in a store")
struct RunTests {
    private static let columns = [FeatureColumn("rms", unit: "m/s^2"), FeatureColumn("<b>flow</b>")]

    /// Readings of one a second; the scores as given, the threshold 1, the alarm on above 2.
    private static func readings(
        _ scores: [Float], from start: Double = 1000, source: String = "a.wav", model: String = ""
    )
        -> [Reading]
    {
        scores.enumerated().map { index, score in
            Reading(
                time: start + Double(index), source: source, model: model, columns: columns,
                values: [score / 3, index == 1 ? .nan : -0.0],
                verdict: Verdict(
                    time: Double(index), score: score, threshold: 1, isAnomalous: score > 1,
                    severity: score > 1 ? .medium : .none, topColumn: score > 3 ? 1 : 0, contributions: [1, 0]),
                isAlarm: score > 2, forecast: [("rms", Double(score) + 0.25), ("<b>flow</b>", .nan)])
        }
    }

    private static func mark(_ frames: Int) -> StreamMark {
        StreamMark(input: 0, frames: frames, seconds: 0, startTime: 1000)
    }

    private static let description = RunDescription(
        key: "k", inputs: ["a.wav"], models: ["m.safetensors"], forecaster: "f")

    @Test("readings come back to the bit, with their run")
    func roundTrip() async throws {
        let test = try TestStore()
        let sink = try await ReadingSink(store: test.store, run: Self.description, isResumed: false)
        let readings = Self.readings([0.1, 1.5, 0.3])
        try await sink.receive(readings, upTo: Self.mark(3))
        test.clock.advance(10)
        try await sink.finish(isComplete: true)
        let run = try #require(try await test.store.runs().first)
        #expect(run.id == sink.run && run.description == Self.description && run.isComplete)
        #expect(run.readingCount == 3 && run.times == 1000...1002)
        #expect(run.endedAt == run.startedAt + 10)
        #expect(run.models.map(\.columns) == [Self.columns])
        let stored = try await test.store.readings(of: run.id)
        #expect(stored.count == 3)
        for (one, reading) in zip(stored, readings) {
            #expect(one.time == reading.time && one.source == "a.wav" && one.score == reading.verdict?.score)
            #expect(one.threshold == 1 && one.isAnomalous == reading.verdict?.isAnomalous)
            #expect(one.severity == reading.verdict?.severity && one.topColumn == 0 && !one.isAlarm)
            #expect(one.values.map(\.bitPattern) == reading.values.map(\.bitPattern))
        }
        #expect(stored[1].forecast == #"{"rms":1.75,"<b>flow</b>":null}"#)
    }

    @Test("what is told again is stored once, and a stream that goes on stays in its run")
    func onceOnly() async throws {
        let test = try TestStore()
        let readings = Self.readings([0, 3, 4, 2.5, 0, 5, 0])
        let first = try await ReadingSink(store: test.store, run: Self.description, isResumed: false, groupSize: 2)
        #expect(await first.settled == nil)
        try await first.receive(Array(readings[..<4]), upTo: Self.mark(4))
        #expect(await first.settled == Self.mark(4))
        // As after a sudden end: the stream begins again before the place up to which the store has all.
        let second = try await ReadingSink(store: test.store, run: Self.description, isResumed: true)
        #expect(second.run == first.run)
        try await second.receive(Array(readings[1...]), upTo: Self.mark(7))
        try await second.finish(isComplete: true)
        #expect(try await test.store.readings(of: first.run).map(\.time) == readings.map(\.time))
        #expect(try await test.store.runs().map(\.readingCount) == [7])
        // The alarm that was on at the sudden end is one alarm.
        let alarms = try await test.store.alarms().map(\.span)
        #expect(alarms.map(\.begin) == [1005, 1001] && alarms.map(\.end) == [1006, 1004])
        #expect(alarms.map(\.highestScore) == [5, 4] && alarms.allSatisfy { !$0.isOn && $0.column == "<b>flow</b>" })
        // Begun anew, it is another run.
        let third = try await ReadingSink(store: test.store, run: Self.description, isResumed: false)
        try await third.receive(readings, upTo: Self.mark(7))
        try await third.finish(isComplete: false)
        #expect(third.run != first.run)
        #expect(try await test.store.runs().map(\.id) == [third.run, first.run])
        #expect(try await test.store.alarms(of: third.run).count == 2)
        #expect(try await test.store.runs().map(\.isComplete) == [false, true])
    }

    @Test("a single reading is on the disk soon, though no other follows")
    func soon() async throws {
        let test = try TestStore()
        let sink = try await ReadingSink(
            store: test.store, run: Self.description, isResumed: false, patience: .milliseconds(20))
        try await sink.receive(Self.readings([1]), upTo: Self.mark(1))
        for _ in 0..<500 where await sink.settled == nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(await sink.settled == Self.mark(1))
        #expect(try await test.store.readings(of: sink.run).count == 1)
    }

    @Test("of many readings, the lowest and highest of each slice of time are kept for a plot")
    func slices() async throws {
        let test = try TestStore()
        let sink = try await ReadingSink(store: test.store, run: Self.description, isResumed: false)
        var generator = SeededGenerator(seed: 5)
        var scores = (0..<10_000).map { _ in Float.random(in: 0...1, using: &generator) }
        (scores[1234], scores[7777]) = (90, -3)
        try await sink.receive(Self.readings(scores), upTo: Self.mark(10_000))
        try await sink.finish(isComplete: true)
        let few = try await test.store.readings(of: sink.run, points: 200)
        #expect((100...200).contains(few.count) && few.map(\.time) == few.map(\.time).sorted())
        #expect(few.compactMap(\.score).max() == 90 && few.compactMap(\.score).min() == -3)
        // Each slice has its own extremes: checked by going through all of them.
        let width = 9999.0 / 100
        for slice in 0..<100 {
            let own = scores.indices.filter { min(99, Int(Double($0) / width)) == slice }.map { scores[$0] }
            let kept = few.filter { min(99, Int(($0.time - 1000) / width)) == slice }.compactMap(\.score)
            #expect(kept.max() == own.max() && kept.min() == own.min())
        }
        let part = try await test.store.readings(of: sink.run, from: 1100, to: 1109)
        #expect(part.map(\.score) == scores[100...109].map { $0 })
        #expect(try await test.store.readings(of: 99).isEmpty)
    }

    @Test("old readings are removed, and of slices of time the highest score is kept")
    func retention() async throws {
        let test = try TestStore()
        let now = test.clock.now
        let scores: [Float] = [0, 9, 1, 2, 3, 1]
        func fill() async throws -> Int {
            let sink = try await ReadingSink(store: test.store, run: Self.description, isResumed: false)
            try await sink.receive(Self.readings(scores, from: now - 599), upTo: Self.mark(6))
            try await sink.finish(isComplete: true)
            return sink.run
        }
        var retention = Retention()
        retention.thinning = .init(age: 300, slice: 3)
        let thinned = try await fill()
        #expect(try await test.store.apply(retention) == 4)
        #expect(try await test.store.readings(of: thinned).map(\.score) == [9, 3])
        #expect(try await test.store.run(thinned)?.readingCount == 2)
        retention = Retention()
        retention.maximumRows = 3
        let cut = try await fill()
        #expect(try await test.store.apply(retention) == 3)
        #expect(try await test.store.readings(of: cut).map(\.score) == [2, 3, 1])
        retention = Retention()
        retention.maximumAge = 600
        test.clock.advance(10_000)
        #expect(try await test.store.apply(retention) == 5)
        #expect(try await test.store.runs().isEmpty)
        #expect(try await test.store.alarms().isEmpty)
    }

    @Test("an alarm ends with its input, and a reading of another model is none of its")
    func tracker() {
        var tracker = AlarmSpanTracker()
        var spans: [AlarmSpan] = []
        for reading in Self.readings([3], model: "x") + Self.readings([0, 2.5], from: 1001, model: "y")
            + Self.readings([4], from: 1003, source: "b.wav", model: "x")
        {
            spans += tracker.take(reading)
        }
        #expect(spans.map(\.model) == ["x", "y", "x", "x"] && spans.map(\.isOn) == [true, true, false, true])
        #expect(spans[2].isSameAlarm(as: spans[0]) && spans[3].source == "b.wav")
        #expect(tracker.close().map(\.model) == ["y", "x"] && tracker.close().isEmpty)
    }
}
