import SignalCore
import Storage
import Testing

@Suite("Reading from a store")
struct ReadingTests {
    /// Times in another order than numbers: 1 at 500, 2 at 100, 3 at 400, 4 at 100 (of receipt), 5 at 300.
    private func filled() async throws -> (TestStore, Channel) {
        let test = try TestStore()
        let channel = try await test.channel()
        test.clock.advance(100 - test.clock.now)
        for (time, text) in [(500, "1"), (100, "2"), (400, nil), (nil, "4"), (300, "x")] as [(Int?, String?)] {
            _ = try await test.store.append(draft(at: time, text, "7"), to: channel.id)
        }
        return (test, channel)
    }

    @Test("listings go by time and then by number; the newest are taken; last goes by number")
    func order() async throws {
        let (test, channel) = try await filled()
        var query = EntryQuery()
        #expect(try await test.store.entries(of: channel, query).map(\.id) == [2, 4, 5, 3, 1])
        query.results = 3
        #expect(try await test.store.entries(of: channel, query).map(\.id) == [5, 3, 1])
        query.results = 0
        #expect(try await test.store.entries(of: channel, query).isEmpty)
        #expect(try await test.store.lastEntry(of: channel.id)?.id == 5)
        #expect(try await test.store.lastEntry(of: channel.id, field: 2) == nil)
        query = EntryQuery()
        query.start = 100
        query.end = 400
        #expect(try await test.store.entries(of: channel, query).map(\.id) == [2, 4, 5, 3])
        query.firstEntryID = 3
        query.lastEntryID = 4
        #expect(try await test.store.entries(of: channel, query).map(\.id) == [4, 3])
    }

    @Test("a listing gives every text of an entry as it was written, whole or in bytes")
    func texts() async throws {
        let test = try TestStore()
        let channel = try await test.channel()
        let texts = ["25.0", nil, "", "é, |\"\n", "a\0b", String(repeating: "x", count: 255), nil, "8"]
        var values = EntryValues(fields: texts)
        (values.latitude, values.longitude, values.elevation, values.status) = ("1", nil, "", "üb")
        _ = try await test.store.append(EntryDraft(createdAt: 5, values: values), to: channel.id)
        _ = try await test.store.append(draft(at: 6, "after"), to: channel.id)
        let table = try await test.store.entries(of: channel, EntryQuery())
        let expected = [
            Entry(id: 1, createdAt: 5, values: values),
            Entry(id: 2, createdAt: 6, values: EntryValues(fields: ["after"])),
        ]
        #expect(Array(table) == expected)
        #expect(
            texts.indices.map { table.text(.field($0), at: 0).map(Array.init) }
                == texts.map { $0.map { Array($0.utf8) } })
        #expect(table.text(.longitude, at: 0) == nil && table.text(.elevation, at: 0)?.isEmpty == true)
        #expect(table.text(.status, at: 0).map { String(decoding: $0, as: UTF8.self) } == "üb")
        // Rows that something is made of are put together another way.
        var query = EntryQuery()
        query.minimum = -1e9
        #expect(try await Array(test.store.entries(of: channel, query)) == expected)
    }

    @Test("numbers outside the limits drop an entry, other texts do not")
    func limits() async throws {
        let (test, channel) = try await filled()
        var query = EntryQuery()
        query.minimum = 2
        #expect(try await test.store.entries(of: channel, query).map(\.id) == [2, 4, 5, 3])
        query.maximum = 7
        query.decimals = 2
        let rows = try await test.store.entries(of: channel, query)
        #expect(rows.map { $0.values.fields[0] } == ["2.00", "4.00", "x", nil])
        query.maximum = 6.5
        #expect(try await test.store.entries(of: channel, query).isEmpty)
    }

    @Test("a listing without a range ends at 100 entries, one with a range at 8000")
    func caps() async throws {
        let test = try TestStore()
        let channel = try await test.channel()
        _ = try await test.store.append(
            contentsOf: (0..<8100).map { (time: Int) in draft(at: time, "\(time)") }, to: channel.id)
        var query = EntryQuery()
        #expect(try await test.store.entries(of: channel, query).map(\.id) == (8001...8100).map { $0 })
        query.start = 0
        #expect(try await test.store.entries(of: channel, query).map(\.id) == (101...8100).map { $0 })
        query.results = 9000
        #expect(try await test.store.entries(of: channel, query).count == 8000)
    }

    @Test("aggregation agrees with a slow recomputation", arguments: Aggregation.Function.allCases)
    func aggregation(_ function: Aggregation.Function) async throws {
        var generator = SeededGenerator(seed: 5)
        let test = try TestStore()
        let channel = try await test.channel(fields: ["a"])
        let texts = ["nan", "1e3", "7", "-2.5", "+3", "1,5", ".5", "0.1"]
        var time = 86_000
        var drafts: [EntryDraft] = []
        for _ in 0..<300 {
            time +=
                Int.random(in: 1...900, using: &generator) * (Int.random(in: 0..<40, using: &generator) == 0 ? 9 : 1)
            drafts.append(
                draft(
                    at: time,
                    Int.random(in: 0..<9, using: &generator) == 0 ? nil : texts.randomElement(using: &generator)))
        }
        _ = try await test.store.append(contentsOf: drafts, to: channel.id)
        for length in ["10", "30", "60", "720", "daily"] {
            var query = EntryQuery()
            query.results = 250
            query.aggregation = Aggregation(function, length: length)
            let rows = try await test.store.entries(of: channel, query)
            let expected = Self.slowRows(
                drafts.suffix(250), function: function, seconds: length == "daily" ? 86400 : 60 * (Int(length) ?? 0))
            #expect(rows.map(\.createdAt) == expected.map(\.0))
            #expect(rows.map { $0.values.fields[0] } == expected.map(\.1))
            #expect(rows.allSatisfy { $0.id == nil })
        }
    }

    /// Every slice filtered from all entries anew.
    private static func slowRows(
        _ drafts: ArraySlice<EntryDraft>, function: Aggregation.Function, seconds: Int
    ) -> [(Int, String?)] {
        let numbers: [String: Double] = ["7": 7, "-2.5": -2.5, "+3": 3, "1,5": 1.5, "0.1": 0.1]
        let times = drafts.compactMap(\.createdAt)
        guard let first = times.first, let last = times.last else { return [] }
        return stride(from: first / seconds * seconds, through: last, by: seconds).map { start in
            let slice = drafts.filter { ($0.createdAt ?? 0) >= start && ($0.createdAt ?? 0) < start + seconds }
            let values = slice.compactMap { $0.values.fields[0].flatMap { numbers[$0] } }
            guard function != .timescale else { return (start, slice.first?.values.fields[0]) }
            guard !values.isEmpty else { return (start, nil) }
            var sum = 0.0
            for value in values { sum += value }
            switch function {
            case .average: return (start, "\(sum / Double(slice.count))")
            case .median:
                let sorted = values.sorted()
                return (start, "\((sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2)")
            default: return (start, "\(sum)")
            }
        }
    }

    @Test("lengths of slices other than the allowed ones are none, and too many slices are refused")
    func sliceLimits() async throws {
        #expect(Aggregation(.sum, length: "61") == nil)
        #expect(Aggregation(.sum, length: "") == nil)
        let test = try TestStore()
        let channel = try await test.channel()
        _ = try await test.store.append(
            contentsOf: [draft(at: -62_000_000_000, "1"), draft(at: 0, "2")], to: channel.id)
        var query = EntryQuery()
        query.aggregation = Aggregation(.sum, length: "10")
        await #expect { try await test.store.entries(of: channel, query) } throws: {
            ($0 as? SignalError)?.code == .limitExceeded
        }
    }
}
