import SignalCore
import Testing

@testable import Storage

@Suite("Retention by pieces")
struct RetentionTests {
    /// A channel of entries at random times, some of them long before 1970.
    private func filled(_ seed: UInt64) async throws -> (test: TestStore, channel: Int, entries: [(id: Int, time: Int)])
    {
        var generator = SeededGenerator(seed: seed)
        let test = try TestStore()
        test.clock.advance(1_000 - test.clock.now)
        let channel = try await test.channel().id
        let times = Set((0..<400).map { _ in Int.random(in: -300...1_000, using: &generator) }).shuffled(
            using: &generator)
        _ = try await test.store.append(contentsOf: times.map { draft(at: $0, "1") }, to: channel)
        return (test, channel, times.enumerated().map { ($0.offset + 1, $0.element) })
    }

    private func times(_ test: TestStore, _ channel: Int) async throws -> [Int] {
        try await test.store.page(of: channel, after: 0).map(\.createdAt).sorted()
    }

    @Test("of each slice the entry with the lowest number stays, whatever the pieces", arguments: [1, 7, 100, 5_000])
    func thinning(piece: Int) async throws {
        let (test, channel, entries) = try await filled(1)
        var retention = Retention()
        retention.thinning = .init(age: 95, slice: 30)
        let old = entries.filter { $0.time < 905 }
        let slices = Dictionary(grouping: old) { (Double($0.time) / 30).rounded(.down) }
        let kept = slices.values.compactMap { $0.min { $0.id < $1.id }?.time }
        let expected = (kept + entries.filter { $0.time >= 905 }.map(\.time)).sorted()
        #expect(expected.count < entries.count)
        #expect(try await test.store.apply(retention, piece: piece) == entries.count - expected.count)
        #expect(try await times(test, channel) == expected)
        #expect(try await test.store.apply(retention, piece: piece) == 0)
    }

    @Test("age and the most rows cut at the same place, whatever the pieces", arguments: [1, 7, 5_000])
    func cuts(piece: Int) async throws {
        let (test, channel, entries) = try await filled(2)
        var retention = Retention()
        retention.maximumAge = 800
        let young = entries.map(\.time).filter { $0 >= 200 }.sorted()
        #expect(try await test.store.apply(retention, piece: piece) == entries.count - young.count)
        #expect(try await times(test, channel) == young)
        retention = Retention()
        retention.maximumRows = 50
        #expect(try await test.store.apply(retention, piece: piece) == young.count - 50)
        #expect(try await times(test, channel) == young.suffix(50))
    }

    @Test("readings of several models are cut together and thinned by themselves", arguments: [1, 3, 5_000])
    func readings(piece: Int) async throws {
        let test = try TestStore()
        let columns = [FeatureColumn("rms")]
        let start = test.clock.now - 1_000
        let readings = (0..<60).map { index in
            let time = start + Double(index / 2)
            return Reading(
                time: time, source: "a", model: index % 2 == 0 ? "x" : "y", columns: columns, values: [1],
                verdict: Verdict(
                    time: time, score: Float((index * 37) % 60), threshold: 99, isAnomalous: false, severity: .none,
                    topColumn: 0, contributions: [1]))
        }
        let sink = try await ReadingSink(
            store: test.store, run: RunDescription(key: "k", inputs: ["a"], models: ["x", "y"]), isResumed: false)
        let mark = StreamMark(input: 0, frames: 60, seconds: 30, startTime: start)
        try await sink.receive(readings, upTo: mark)
        try await sink.finish(isComplete: true)
        var retention = Retention()
        retention.maximumRows = 40
        #expect(try await test.store.apply(retention, piece: piece) == 20)
        let newest = readings.suffix(40)
        #expect(try await test.store.run(sink.run)?.readingCount == 40)
        #expect(try await test.store.run(sink.run)?.times?.lowerBound == newest.first?.time)
        retention = Retention()
        retention.thinning = .init(age: 1, slice: 5)
        let slices = Dictionary(grouping: newest) { "\($0.model) \(($0.time / 5).rounded(.down))" }
        let expected = slices.values.compactMap { $0.compactMap { $0.verdict?.score }.max() }.sorted()
        #expect(try await test.store.apply(retention, piece: piece) == 40 - expected.count)
        var left: [Float] = []
        for model in 0...1 {
            left += try await test.store.readings(of: sink.run, model: model).compactMap(\.score)
        }
        #expect(left.sorted() == expected)
        #expect(try await test.store.run(sink.run)?.readingCount == expected.count)
    }
}
