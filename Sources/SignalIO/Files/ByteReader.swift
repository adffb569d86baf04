/// The bytes of a file one after the other, read in chunks.
struct ByteReader: Sendable {
    /// How many bytes have been taken.
    private(set) var offset = 0

    private let file: InputFile
    private var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    private var position = 0
    private var end = 0
    private var hasEnded = false

    init(_ file: InputFile) {
        self.file = file
    }

    /// The next byte, or `nil` at the end. Nothing comes after an error, so that who goes on after one ends.
    mutating func next() throws -> UInt8? {
        if position == end {
            if hasEnded { return nil }
            hasEnded = true
            end = try unsafe chunk.withUnsafeMutableBytes { try unsafe file.readAvailable(into: $0) }
            position = 0
            hasEnded = end == 0
            if hasEnded { return nil }
        }
        defer {
            position += 1
            offset += 1
        }
        return chunk[position]
    }

    /// Gives up the rest.
    mutating func stop() {
        position = end
        hasEnded = true
    }
}
