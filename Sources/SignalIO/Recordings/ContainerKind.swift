/// A container of recordings, told by its first bytes.
enum ContainerKind: Sendable {
    case riff, riffBigEndian, rf64, wave64, aiff, flac, ogg

    /// What is read, for messages.
    static let known = "WAV, RF64, W64, AIFF, FLAC and Ogg recordings and tables of delimited text"

    /// Recognises the container that begins with these bytes (16 are enough), or `nil`.
    init?(prefix: some RandomAccessCollection<UInt8>) {
        let bytes = Array(prefix.prefix(16))
        func has(_ text: String, at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
        if has("RIFF"), has("WAVE", at: 8) {
            self = .riff
        } else if has("RIFX"), has("WAVE", at: 8) {
            self = .riffBigEndian
        } else if has("RF64"), has("WAVE", at: 8) {
            self = .rf64
        } else if bytes == ChunkIdentifier.wave64Riff {
            self = .wave64
        } else if has("FORM"), has("AIFF", at: 8) || has("AIFC", at: 8) {
            self = .aiff
        } else if has("fLaC") {
            self = .flac
        } else if has("OggS") {
            self = .ogg
        } else {
            return nil
        }
    }
}
