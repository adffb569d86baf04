/// Which names inside a folder are taken for signals. Files that are given directly are taken whatever their name.
enum SignalFileNames {
    /// Recordings (libsndfile's containers) and tables.
    private static let extensions: Set<String> = [
        "wav", "flac", "ogg", "oga", "aiff", "aif", "w64", "rf64", "opus", "csv", "tsv", "txt",
    ]

    /// Beginnings of the names of texts that stand beside data.
    private static let documents = ["readme", "license", "licence", "copying", "changelog", "notice", "citation"]

    /// Whether a file of this name is a recording, a table or a snapshot.
    static func isTaken(_ bytes: [UInt8]) -> Bool {
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        if DatasetLayout.isSnapshotName(name) { return true }
        guard let dot = name.lastIndex(of: "."), extensions.contains(String(name[name.index(after: dot)...])) else {
            return false
        }
        if name.hasSuffix(".txt") { return !documents.contains { name.hasPrefix($0) } }
        // An index beside features, and the attributes beside DCASE's recordings.
        return name != "index.csv" && !(name.hasPrefix("attributes_") && name.hasSuffix(".csv"))
    }
}
