internal import Foundation

/// Where the uploaders keep what they keep, and what of it people may look at while they run.
public enum UploadFolder {
    /// The folder of one channel.
    static func path(of access: ChannelAccess, in stateDirectory: String) -> String {
        stateDirectory + "/upload/" + access.folderName
    }

    static func status(_ folder: String) -> String { folder + "/status.json" }

    /// The file of rows that were refused.
    public static func deadLetters(_ folder: String) -> String { folder + "/dead.jsonl" }

    /// The folders of all channels under a state directory.
    public static func all(in stateDirectory: String) -> [String] {
        let root = stateDirectory + "/upload"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return names.sorted().map { root + "/" + $0 }.filter { FileManager.default.fileExists(atPath: $0 + "/lock") }
    }

    /// Rows that were refused, oldest first.
    public static func readDeadLetters(_ folder: String) -> [DeadLetter] { DeadLetterFile.read(deadLetters(folder)) }

    /// How the uploader of a folder is doing, or did when it was last seen. What waits is counted on the disk, and the
    /// counters are those of the cursor, so both are right even after a crash. Nothing is locked or changed.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Returns: the status, `nil` when the folder has none yet, and the process that uploads from it at present.
    /// - Throws: `SignalError` with code `unreadable` or `unsupported` when the queue cannot be read.
    public static func read(_ folder: String, now: Double) throws -> (status: UploadStatus?, process: Int32?) {
        let lock = QueueLock.isHeld(folder: folder)
        guard let data = try? Data(contentsOf: URL(filePath: status(folder))),
            var status = try? JSONDecoder().decode(UploadStatus.self, from: data)
        else { return (nil, lock.process) }
        let census = try DurableQueue.census(folder)
        status.queued = census.entries.count
        status.queuedBytes = census.entries.reduce(0) { $0 + $1.frameLength }
        status.oldestTakenAt = census.entries.first?.takenAt
        status.oldestAge = status.oldestTakenAt.map { max(0, now - Double($0) / 1_000) }
        if let memory = try? JSONDecoder().decode(UploadMemory.self, from: Data(census.note)) {
            (status.counters, status.budget) = (memory.counters, memory.budget)
        }
        if !lock.held, status.state == .running { status.state = .stopped }
        if !lock.held { status.nextAttempt = nil }
        return (status, lock.process)
    }

    /// What the start of a queue found, in sentences for people.
    static func sentences(_ recovery: DurableQueue.Recovery, _ folder: String) -> [String] {
        var sentences: [String] = []
        if recovery.tornBytes > 0 {
            sentences.append("\(folder): cut off \(recovery.tornBytes) bytes of a write that a crash interrupted")
        }
        if recovery.damagedCount > 0 {
            sentences.append("\(folder): passed over damaged records in \(recovery.damagedCount) places")
        }
        if recovery.cursorWasLost {
            sentences.append(
                "\(folder): the cursor is damaged; everything on the disk is sent again, which stores nothing "
                    + "twice")
        }
        return sentences
    }
}
