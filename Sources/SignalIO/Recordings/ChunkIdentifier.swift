/// The identifiers of the chunks that matter, as bytes.
enum ChunkIdentifier {
    static let format = Array("fmt ".utf8)
    static let data = Array("data".utf8)
    static let sizes64 = Array("ds64".utf8)
    static let common = Array("COMM".utf8)
    static let soundData = Array("SSND".utf8)

    /// Sony Wave64 names its chunks by GUIDs whose first four bytes are the RIFF names; the rest tells them apart.
    private static let wave64Tail: [UInt8] = [
        0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A,
    ]
    static let wave64Riff =
        Array("riff".utf8) + [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00]
    static let wave64Format = format + wave64Tail
    static let wave64Data = data + wave64Tail
}
