public import SignalCore

/// A list of paths that is read as it arrives, such as standard input: one a line, or ended by NUL characters.
public struct PathList: Sendable {
    private let name: String
    private var reader: ByteReader
    private let isNulTerminated: Bool

    /// Reads a list from standard input.
    ///
    /// - Parameters:
    ///   - isNulTerminated: whether a NUL ends every path, as `find -print0` writes them, instead of a line feed; the
    ///     only form that holds every path.
    ///   - isCancelled: asked while nothing arrives; `true` ends the list with a failure.
    public static func standardInput(
        isNulTerminated: Bool = false, isCancelled: (@Sendable () -> Bool)? = nil
    ) -> PathList {
        PathList(
            InputFile(descriptor: 0, name: "standard input", isCancelled: isCancelled),
            isNulTerminated: isNulTerminated)
    }

    init(_ file: InputFile, isNulTerminated: Bool) {
        name = file.path
        reader = ByteReader(file)
        self.isNulTerminated = isNulTerminated
    }

    /// The next path that is not empty, or `nil` at the end.
    ///
    /// - Returns: a failure for what is no path (not valid UTF-8), after which the next one can be read; and for a
    ///   list that cannot be read further, after which there is no next one.
    public mutating func next() -> Result<String, SignalError>? {
        while true {
            do {
                guard let bytes = try nextBytes() else { return nil }
                if bytes.isEmpty { continue }
                guard let path = String(validating: bytes, as: UTF8.self) else {
                    return .failure(PathText.notUnicode(bytes))
                }
                return .success(path)
            } catch {
                return .failure(error)
            }
        }
    }

    private mutating func nextBytes() throws(SignalError) -> [UInt8]? {
        var bytes: [UInt8] = []
        let end = isNulTerminated ? 0 : UInt8(ascii: "\n")
        do {
            while let byte = try reader.next() {
                if byte == end {
                    if !isNulTerminated && bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
                    return bytes
                }
                // Far beyond what a system takes for a path; a recording piped in by mistake would fill the memory.
                guard bytes.count < 1 << 16 else {
                    reader.stop()
                    throw SignalError(.malformed, "this is no list of paths: one is longer than 64 KiB").at(path: name)
                }
                bytes.append(byte)
            }
        } catch let error as SignalError {
            throw error
        } catch {
            throw SignalError(.unreadable, "cannot be read", cause: error).at(path: name)
        }
        return bytes.isEmpty ? nil : bytes
    }
}

/// Paths as bytes and as text.
enum PathText {
    /// The refusal of a path that is not valid UTF-8; the bytes that are not are shown as `\xE9`.
    static func notUnicode(_ bytes: [UInt8]) -> SignalError {
        var shown = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            let valid = (1...min(4, rest.count)).reversed().lazy.compactMap { length in
                String(validating: rest.prefix(length), as: UTF8.self).map { (text: $0, length: length) }
            }.first
            if let valid {
                shown += valid.text
                rest = rest.dropFirst(valid.length)
            } else if let byte = rest.popFirst() {
                shown += "\\x" + String(byte, radix: 16, uppercase: true)
            }
        }
        return SignalError(.unsupported, "the name is not valid UTF-8; rename it (for instance with convmv)")
            .at(path: shown)
    }
}
