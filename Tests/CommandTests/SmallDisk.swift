import Foundation
import TestSupport

/// A disk of some kilobytes in memory, for tests of full disks. Only root may mount one.
final class SmallDisk {
    /// Where it is.
    let path: String

    /// Whether one can be made here.
    static let isPossible: Bool = {
        guard let folder = try? TemporaryFolder(), let disk = try? SmallDisk(in: folder, kilobytes: 64) else {
            print("tests of full disks are left out: only root may mount a small one")
            return false
        }
        return FileManager.default.fileExists(atPath: disk.path)
    }()

    init(in folder: TemporaryFolder, kilobytes: Int) throws {
        path = folder.path("disk")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Self.run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path)
    }

    deinit { try? Self.run("umount", "-l", path) }

    /// Leaves no room for anything.
    func fill() {
        let file = unsafe open(path + "/ballast", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(file) }
        let block = [UInt8](repeating: 1, count: 1_024)
        while unsafe block.withUnsafeBytes({ unsafe write(file, $0.baseAddress, $0.count) }) > 0 {}
    }

    /// Makes room again.
    func makeRoom() { try? FileManager.default.removeItem(atPath: path + "/ballast") }

    private static func run(_ program: String, _ arguments: String...) throws {
        guard try Program.run(program, arguments).status == 0 else { throw CocoaError(.featureUnsupported) }
    }
}
