import Foundation
import SignalCore
import Synchronization

/// A file without a name, for what does not fit into memory: gone with its last reference, however the program ends.
@safe final class ScratchFile: Sendable {
    /// Where values lie in the file.
    struct Place {
        let offset: Int
        let count: Int
    }

    private let folder: String
    private let descriptor: Int32
    private let length = Atomic<Int>(0)

    /// Makes an empty file on the folder's disk.
    ///
    /// - Throws: `SignalError` with code `unavailable`, naming the folder.
    convenience init(folder: String) throws {
        try AtomicFile.makeFolder(folder)
        let name = AtomicFile.temporaryName(in: folder)
        let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("created", in: folder) }
        _ = unsafe unlink(name)
        self.init(descriptor: descriptor, folder: folder)
    }

    /// Takes over a descriptor that is open for reading and writing; the folder is named in messages.
    init(descriptor: Int32, folder: String) {
        self.descriptor = descriptor
        self.folder = folder
    }

    deinit {
        close(descriptor)
    }

    /// Appends values as they lie in memory.
    ///
    /// - Throws: `SignalError` with code `unavailable`, naming the folder, for instance when the disk is full.
    func append<Value: BitwiseCopyable>(_ values: [Value]) throws -> Place {
        let byteCount = values.count * MemoryLayout<Value>.stride
        let offset = length.add(byteCount, ordering: .relaxed).oldValue
        var written = 0
        while written < byteCount {
            let count = unsafe values.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
                return unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("written", in: folder) }
            written += count
        }
        return Place(offset: offset, count: values.count)
    }

    /// Reads values back.
    ///
    /// - Throws: `SignalError` with code `unavailable`, naming the folder.
    func read<Value: BitwiseCopyable>(_ place: Place, as _: Value.Type) throws -> [Value] {
        let byteCount = place.count * MemoryLayout<Value>.stride
        return try unsafe [Value](unsafeUninitializedCapacity: place.count) { buffer, initializedCount in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            var filled = 0
            while filled < byteCount {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[filled..<byteCount])
                let count = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(place.offset + filled))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw Self.failure("read back", in: folder, number: count == 0 ? EIO : errno) }
                filled += count
            }
            initializedCount = place.count
        }
    }

    private static func failure(_ verb: String, in folder: String, number: Int32 = errno) -> SignalError {
        let name = folder.escapingControlCharacters
        return SignalError.system(.unavailable, "the temporary file in \(name) cannot be \(verb)", number: number)
    }
}
