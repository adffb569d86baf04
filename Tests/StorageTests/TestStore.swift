import Foundation
import SignalCore
import Storage
import Synchronization
import TestSupport

/// A clock that stands still until it is moved.
final class StoppedClock: Sendable {
    private let seconds: Mutex<Double>

    init(_ seconds: Double = 1_700_000_000) { self.seconds = Mutex(seconds) }

    var now: Double { seconds.withLock { $0 } }
    func advance(_ seconds: Double) { self.seconds.withLock { $0 += seconds } }
}

/// A store in a folder of its own.
struct TestStore {
    let folder: TemporaryFolder
    let clock: StoppedClock
    let store: ChannelStore

    init() throws {
        let folder = try TemporaryFolder()
        let clock = StoppedClock()
        self.folder = folder
        self.clock = clock
        store = try ChannelStore(path: folder.url.appending(path: "store.sqlite").path) { clock.now }
    }

    func channel(fields: [String] = ["a", "b"], isPublic: Bool = true) async throws -> Channel {
        var settings = ChannelSettings()
        for (index, field) in fields.enumerated() { settings.fieldNames[index] = field }
        settings.isPublic = isPublic
        return try await store.createChannel(settings)
    }
}

/// An entry with these first fields.
func draft(at time: Int? = nil, _ fields: String?...) -> EntryDraft {
    EntryDraft(createdAt: time, values: EntryValues(fields: fields))
}
