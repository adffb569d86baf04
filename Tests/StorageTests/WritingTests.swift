import SignalCore
import Storage
import Testing

@Suite("Writing to a store")
struct WritingTests {
    @Test("numbers go up from 1, and the texts come back as they were written")
    func numbers() async throws {
        let test = try TestStore()
        let channel = try await test.channel()
        for (index, text) in ["25.0", "nan", "-inf", "", "foobar", "é, |\"\n"].enumerated() {
            let outcome = try await test.store.append(draft(text), to: channel.id)
            let entry = Entry(id: index + 1, createdAt: 1_700_000_000, values: EntryValues(fields: [text]))
            #expect(outcome == .stored(entry))
            #expect(try await test.store.entry(index + 1, of: channel.id) == entry)
        }
        #expect(try await test.store.channel(channel.id)?.lastEntryID == 6)
        #expect(try await test.store.append(draft("1"), to: 99) == .noChannel)
    }

    @Test("an entry sent again is the entry that is there; another one of its time is refused")
    func replay() async throws {
        let test = try TestStore()
        let id = try await test.channel().id
        guard case .stored(let first) = try await test.store.append(draft(at: 1000, "1", nil), to: id) else {
            Issue.record("not stored")
            return
        }
        #expect(try await test.store.append(draft(at: 1000, "1"), to: id) == .replayed(first))
        #expect(try await test.store.append(draft(at: 1000, "1", ""), to: id) == .conflict(with: 1))
        // Times of receipt may coincide, with one another and with given ones.
        test.clock.advance(1000 - test.clock.now)
        for number in 2...3 {
            let outcome = try await test.store.append(draft("9"), to: id)
            #expect(outcome == .stored(Entry(id: number, createdAt: 1000, values: EntryValues(fields: ["9"]))))
        }
        #expect(try await test.store.append(draft(at: 1000, "1"), to: id) == .replayed(first))
    }

    @Test("a batch is stored whole or not at all, in its own order, without what is there already")
    func batches() async throws {
        let test = try TestStore()
        let id = try await test.channel().id
        let batch = [draft(at: 300, "c"), draft(at: 100, "a"), draft(at: 200, "b"), draft(at: 100, "a")]
        #expect(try await test.store.append(contentsOf: batch, to: id) == .stored(3))
        #expect(try await test.store.append(contentsOf: batch, to: id) == .stored(0))
        let more = [draft(at: 400, "d"), draft(at: 200, "other"), draft(at: 500, "e")]
        #expect(try await test.store.append(contentsOf: more, to: id) == .conflict(at: 1))
        let texts = try await test.store.page(of: id, after: 0).map { $0.values.fields[0] }
        #expect(texts == ["c", "a", "b"])
        #expect(try await test.store.append(draft("next"), to: id).number == 4)
    }

    @Test("many writers at once get consecutive numbers, each its own")
    func concurrentWriters() async throws {
        let test = try TestStore()
        let id = try await test.channel().id
        let store = test.store
        let numbers = try await withThrowingTaskGroup(of: [Int].self) { group in
            for writer in 0..<20 {
                group.addTask {
                    var numbers: [Int] = []
                    for index in 0..<25 {
                        numbers.append(try await store.append(draft("\(writer)-\(index)"), to: id).number ?? 0)
                    }
                    return numbers
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.flatMap { $0 }.sorted() == Array(1...500))
        #expect(numbers.allSatisfy { $0 == $0.sorted() })
    }

    @Test("writes that come too soon are refused, repeated ones are not")
    func rateLimit() async throws {
        let test = try TestStore()
        let id = try await test.channel().id
        #expect(try await test.store.append(draft(at: 5, "1"), to: id, interval: 15).number == 1)
        test.clock.advance(14.5)
        #expect(try await test.store.append(draft("2"), to: id, interval: 15) == .tooSoon)
        #expect(try await test.store.append(contentsOf: [draft("2")], to: id, interval: 15) == .tooSoon)
        #expect(try await test.store.append(draft(at: 5, "1"), to: id, interval: 15).number == 1)
        test.clock.advance(0.5)
        #expect(try await test.store.append(draft("2"), to: id, interval: 15).number == 2)
        // A clock that was set back locks nobody out.
        test.clock.advance(-1000)
        #expect(try await test.store.append(draft("3"), to: id, interval: 15).number == 3)
    }
}

extension WriteOutcome {
    /// The number of the entry that is there now.
    var number: Int? {
        switch self {
        case .stored(let entry), .replayed(let entry): entry.id
        case .conflict, .tooSoon, .noChannel: nil
        }
    }
}
