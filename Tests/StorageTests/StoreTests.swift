import Foundation
import GRDB
import SignalCore
import Storage
import Testing
import TestSupport

@Suite("A store as a file")
struct StoreTests {
    @Test("channels keep their settings, tags and keys")
    func channels() async throws {
        let test = try TestStore()
        var settings = ChannelSettings()
        settings.fieldNames[6] = "seven"
        settings.tags = ["pump", "hall 2"]
        settings.latitude = "0.0"
        let channel = try await test.store.createChannel(settings)
        #expect(channel.settings.name == "Channel 1")
        #expect(channel.namedFields == [6])
        test.clock.advance(60)
        let changed = try await test.store.updateChannel(channel.id) {
            $0.name = "Pump"
            $0.tags = ["hall 2", "new"]
        }
        #expect(changed?.settings.tags == ["hall 2", "new"])
        #expect(changed?.tagNumbers == [2, 3])
        #expect(changed?.settings.latitude == "0.0")
        #expect(changed.map { $0.updatedAt - $0.createdAt } == 60)
        #expect(try await test.store.channels() == [try #require(changed)])
        #expect(try await test.store.updateChannel(9) { $0.name = "x" } == nil)
    }

    @Test("keys open what they are for, and nothing after their channel is gone")
    func keys() async throws {
        let test = try TestStore()
        let channel = try await test.channel(isPublic: false)
        let extra = try await test.store.addReadKey(to: channel.id)
        let keys = try await test.store.keys(of: channel.id)
        #expect(keys.map(\.kind) == [.write, .read, .read])
        #expect(keys.last?.key == extra)
        for key in keys {
            #expect(key.key.wholeMatch(of: /[0-9A-Z]{16}/) != nil)
            #expect(try await test.store.grant(for: key.key) == .init(kind: key.kind, channel: channel.id))
        }
        let user = try await test.store.userKey()
        #expect(try await test.store.userKey() == user)
        #expect(try await test.store.grant(for: user) == .init(kind: .user, channel: nil))
        #expect(try await test.store.grant(for: "' OR 1=1 --") == nil)
        _ = try await test.store.deleteChannel(channel.id)
        #expect(try await test.store.grant(for: extra) == nil)
        await #expect(throws: SignalError.self) { try await test.store.addReadKey(to: channel.id) }
        #expect(try await test.channel().id == channel.id + 1)
    }

    @Test("clearing starts numbers anew, deleting takes the entries along")
    func clearing() async throws {
        let test = try TestStore()
        let id = try await test.channel().id
        _ = try await test.store.append(contentsOf: [draft(at: 1, "1"), draft(at: 2, "2")], to: id)
        #expect(try await test.store.clearChannel(id) == 2)
        #expect(try await test.store.channel(id)?.lastEntryID == nil)
        #expect(try await test.store.append(draft(at: 1, "other"), to: id).number == 1)
        #expect(try await test.store.deleteChannel(id)?.lastEntryID == 1)
        #expect(try await test.store.entryCount(of: id) == 0)
        #expect(try await test.store.clearChannel(id) == nil)
    }

    @Test("retention goes by age, by rows and by thinning, and numbers go on")
    func retention() async throws {
        let test = try TestStore()
        let id = try await test.channel().id
        let now = Int(test.clock.now)
        _ = try await test.store.append(contentsOf: (0..<100).map { draft(at: now - 99 + $0, "\($0)") }, to: id)
        #expect(try await test.store.apply(Retention()) == 0)
        var retention = Retention()
        retention.maximumAge = 89
        #expect(try await test.store.apply(retention) == 10)
        retention = Retention()
        retention.maximumRows = 50
        #expect(try await test.store.apply(retention) == 40)
        #expect(try await test.store.apply(retention) == 0)
        retention = Retention()
        retention.thinning = .init(age: 20, slice: 10)
        _ = try await test.store.apply(retention)
        let times = try await test.store.page(of: id, after: 0).map(\.createdAt)
        let old = times.filter { $0 < now - 20 }
        #expect(Set(old.map { $0 / 10 }).count == old.count && (3...4).contains(old.count))
        #expect(times.filter { $0 >= now - 20 } == Array((now - 20)...now))
        #expect(try await test.store.append(draft("next"), to: id).number == 101)
    }

    @Test("the file is its owner's alone, and the keys in it too")
    func permissions() async throws {
        let test = try TestStore()
        _ = try await test.channel()
        for suffix in ["", "-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: test.store.path + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("what was acknowledged is there after the files were taken away from a running store")
    func abruptEnd() async throws {
        let test = try TestStore()
        let channel = try await test.channel()
        _ = try await test.store.append(
            contentsOf: (0..<500).map { (time: Int) in draft(at: time, "\(time)") }, to: channel.id)
        _ = try await test.store.append(draft("last"), to: channel.id)
        // The same bytes a crash would leave: the main file and the log, without a checkpoint.
        let copy = test.folder.url.appending(path: "copy.sqlite").path
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: test.store.path + suffix, toPath: copy + suffix)
        }
        let reopened = try ChannelStore(path: copy)
        #expect(try await reopened.entryCount(of: channel.id) == 501)
        #expect(try await reopened.lastEntry(of: channel.id)?.values.fields[0] == "last")
        try reopened.close()
        // A log cut in the middle of its last transaction loses that one alone.
        let torn = test.folder.url.appending(path: "torn.sqlite").path
        try FileManager.default.copyItem(atPath: test.store.path, toPath: torn)
        let log = try Data(contentsOf: URL(filePath: test.store.path + "-wal"))
        try log.dropLast(100).write(to: URL(filePath: torn + "-wal"))
        let mended = try ChannelStore(path: torn)
        #expect(try await mended.entryCount(of: channel.id) == 500)
        #expect(try await mended.append(draft("again"), to: channel.id).number == 501)
    }

    @Test("a copy made while the store is in use is one file with everything")
    func backup() async throws {
        let test = try TestStore()
        let channel = try await test.channel()
        _ = try await test.store.append(draft("1"), to: channel.id)
        let copy = test.folder.url.appending(path: "backup.sqlite").path
        try test.store.backUp(to: copy)
        let attributes = try FileManager.default.attributesOfItem(atPath: copy)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try await ChannelStore(path: copy).lastEntry(of: channel.id)?.values.fields[0] == "1")
        #expect(throws: SignalError.self) { try test.store.backUp(to: copy) }
    }

    @Test("a file that is something else, and a store of a later version, are refused with a sentence")
    func foreignFiles() async throws {
        let folder = try TemporaryFolder()
        let text = folder.url.appending(path: "notes.txt").path
        try Data(String(repeating: "not a database ", count: 100).utf8).write(to: URL(filePath: text))
        #expect { try ChannelStore(path: text) } throws: { ($0 as? SignalError)?.code == .malformed }
        let later = folder.url.appending(path: "later.sqlite").path
        try ChannelStore(path: later).close()
        let queue = try DatabaseQueue(path: later)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 future')") }
        try queue.close()
        #expect { try ChannelStore(path: later) } throws: { ($0 as? SignalError)?.code == .unsupported }
        #expect { try ChannelStore(path: "/nonexistent/store.sqlite") } throws: {
            ($0 as? SignalError)?.code == .unavailable
        }
    }

    @Test("a store of the first version, without entries, is brought up to date")
    func migration() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appending(path: "store.sqlite").path
        let store = try ChannelStore(path: path)
        let channel = try await store.createChannel(ChannelSettings())
        try store.close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write {
            try $0.execute(sql: "DROP TABLE entries; DELETE FROM grdb_migrations WHERE identifier = '2 entries'")
        }
        try queue.close()
        let migrated = try ChannelStore(path: path)
        #expect(try await migrated.channels() == [channel])
        #expect(try await migrated.append(draft("1"), to: channel.id).number == 1)
    }
}
