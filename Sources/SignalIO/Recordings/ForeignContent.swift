/// What a file that is neither a recording nor text seems to be.
enum ForeignContent {
    /// Beginnings of files that people hand to the tool by mistake, with what to call them.
    private static let beginnings: [(bytes: [UInt8], name: String)] = [
        (Array("RIFF".utf8), "a RIFF file that is no WAV"), (Array("FORM".utf8), "an IFF file that is no AIFF"),
        (Array("ID3".utf8), "an MP3 recording"), ([0xFF, 0xFB], "an MP3 recording"),
        ([0xFF, 0xF1], "an AAC recording"),
        (Array("caff".utf8), "a CAF recording"), (Array(".snd".utf8), "a Sun AU recording"),
        (Array("PK\u{3}\u{4}".utf8), "a ZIP archive, such as .zip, .npz or .xlsx"), ([0x1F, 0x8B], "gzip data"),
        (Array("BZh".utf8), "bzip2 data"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data"),
        ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard data"), (Array("Rar!".utf8), "a RAR archive"),
        ([0x93] + Array("NUMPY".utf8), "a NumPy array"), ([0x89] + Array("HDF".utf8), "an HDF5 file"),
        (Array("MATLAB 5.0".utf8), "a MATLAB file"), (Array("PAR1".utf8), "a Parquet file"),
        (Array("SQLite format 3".utf8), "an SQLite database"), ([0x89] + Array("PNG".utf8), "a PNG picture"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"), (Array("%PDF".utf8), "a PDF document"),
        ([0x7F] + Array("ELF".utf8), "a program"),
        ([0xFF, 0xFE], "UTF-16 text, which must be saved as UTF-8"),
        ([0xFE, 0xFF], "UTF-16 text, which must be saved as UTF-8"),
    ]

    /// The name of what begins with these bytes, or `nil` when it is not known.
    static func name(prefix: [UInt8]) -> String? {
        if prefix.dropFirst(4).starts(with: "ftyp".utf8) { return "an MP4 or M4A file" }
        return beginnings.first { prefix.starts(with: $0.bytes) }?.name
    }
}
