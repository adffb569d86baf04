import SignalCore

/// The layouts of public data sets: what the path of a file says about it.
///
/// | layout | form | machine, id | label | split |
/// |---|---|---|---|---|
/// | MIMII | `<machine>/id_00/<normal\|abnormal>/x.wav` | `<machine>`, `id_00` | the folder | none |
/// | DCASE 2020 | `<machine>/<train\|test>/normal_id_00_00000000.wav` | `<machine>`, `id_00` | `normal`, `anomaly` | the folder |
/// | its evaluation set | `<machine>/test/id_01_00000000.wav` | `<machine>`, `id_01` | none | the folder |
/// | DCASE 2021 to 2025 | `<machine>/<train\|test>/section_00_source_test_anomaly_0001_….wav` | `<machine>`, `section_00` | `normal`, `anomaly` | in the name |
/// | its evaluation set | `section_00_test_0000.wav`, `section_00_source_test_0000.wav` | the same | none | `test` |
/// | 2025, supplement | `<machine>/supplemental/section_00_machine_0001_.wav`, `…_noise_…` | the same | none | none |
/// | NASA IMS | `2004.02.12.10.42.39` (the time) | none | none | none |
/// | plain | anything else | none | a folder `normal` or `abnormal` right above | none |
///
/// The extension does not matter. Numbers have exactly the digits shown. The machine is the folder above `train`,
/// `test`, `source_test`, `target_test` or `supplemental`; without such a folder it is not known.
///
/// What is nearly of one of these forms is refused, not guessed: a name with another number of digits, another letter
/// case or separator, `abnormal` for `anomaly` or a few wrong letters; a folder `abnorml` below `id_00`, a folder
/// `id_0` above `normal`; a folder and a name that contradict each other. An index with the columns `path` and `label`
/// says what such files are. All other names are plain.
public enum DatasetLayout {
    static let namePatterns: [NamePattern] = [
        NamePattern(
            dataset: "DCASE 2020", example: "normal_id_00_00000000.wav",
            parts: [.label, .word("id"), .digits(2), .digits(8)]),
        NamePattern(
            dataset: "DCASE 2020's evaluation set", example: "id_01_00000000.wav",
            parts: [.word("id"), .digits(2), .digits(8)]),
        NamePattern(
            dataset: "DCASE 2021 to 2025", example: "section_00_source_test_anomaly_0001.wav",
            parts: [.word("section"), .digits(2), .domain, .split, .label, .digits(4)], allowsAttributes: true),
        NamePattern(
            dataset: "DCASE 2021's evaluation set", example: "section_03_source_test_0000.wav",
            parts: [.word("section"), .digits(2), .domain, .word("test"), .digits(4)], allowsAttributes: true),
        NamePattern(
            dataset: "DCASE's evaluation sets", example: "section_00_test_0000.wav",
            parts: [.word("section"), .digits(2), .word("test"), .digits(4)], allowsAttributes: true),
        NamePattern(
            dataset: "DCASE 2025's supplement", example: "section_00_machine_0001_.wav",
            parts: [.word("section"), .digits(2), .word("machine"), .digits(4)], allowsAttributes: true),
        NamePattern(
            dataset: "DCASE 2025's supplement", example: "section_00_noise_0001_.wav",
            parts: [.word("section"), .digits(2), .word("noise"), .digits(4)], allowsAttributes: true),
    ]

    /// The folders of DCASE between the machine and its files, and the split each stands for.
    static let splitFolders: [(name: String, split: DatasetItem.Split?)] = [
        ("train", .train), ("test", .test), ("source_test", .test), ("target_test", .test), ("supplemental", nil),
    ]

    private static let identity = NamePattern(dataset: "MIMII", example: "id_00", parts: [.word("id"), .digits(2)])
    /// Outlines of what is probably meant to be `id_00`.
    private static let likeIdentity = ["id_#", "id#", "id__#", "id_"].map { Array($0.utf8) }

    /// What the path of a file says about it. The file is not looked at; a relative path is completed by the working
    /// folder, so that `00000003.wav` inside `fan/id_00/abnormal` is known too.
    ///
    /// - Throws: `SignalError` with code `malformed` and the path when it is nearly but not quite of a known form.
    public static func item(path: String) throws -> DatasetItem {
        let components = AbsolutePath.components(of: path)
        do {
            return try item(path: path, name: components.last ?? "", folders: Array(components.dropLast().suffix(3)))
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    /// - Parameter folders: the folders above the file, the nearest last.
    private static func item(path: String, name: String, folders: [String]) throws -> DatasetItem {
        var item = try itemFromFolders(folders)
        item.path = path
        if isSnapshotName(name) {
            item.time = try snapshotTime(name)
            return item
        }
        let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        let parts = NamePattern.parts(stem)
        guard let named = namePatterns.lazy.compactMap({ $0.match(parts) }).first else {
            let outline = NamePattern.outline(stem)
            if let pattern = namePatterns.first(where: { $0.resembles(outline) }) {
                throw near("the name '\(shown(name))'", "\(pattern.dataset)'s '\(pattern.example)'")
            }
            return item
        }
        item.id = try merged(item.id, named.id) { $0 }
        item.label = try merged(item.label, named.label) { $0.rawValue }
        item.split = named.split
        item.domain = named.domain
        if let folder = folders.last {
            if let known = splitFolders.first(where: { $0.name == folder }) {
                item.machine = folders.dropLast().last
                item.split = try merged(known.split, named.split) { $0.rawValue }
            } else if let near = splitFolders.first(where: { $0.name == folder.lowercased() }) {
                throw Self.near("the folder '\(shown(folder))'", "DCASE's '<machine>/\(near.name)'")
            }
        }
        return item
    }

    /// MIMII's folders, and plain folders named after a label.
    private static func itemFromFolders(_ folders: [String]) throws -> DatasetItem {
        var item = DatasetItem(path: "")
        guard let folder = folders.last else { return item }
        let label = DatasetItem.Label(rawValue: folder)
        let idFolder = folders.dropLast().last ?? ""
        let hasIdentity = identity.match(NamePattern.parts(idFolder)) != nil
        let isLikeIdentity = !hasIdentity && likeIdentity.contains(NamePattern.outline(idFolder))
        guard label != nil ? !isLikeIdentity : !isLikeLabel(folder, belowIdentity: hasIdentity || isLikeIdentity) else {
            throw near(
                "the folder '\(shown(idFolder))/\(shown(folder))'", "MIMII's '<machine>/id_00/<normal or abnormal>'")
        }
        item.label = label
        if hasIdentity && label != nil {
            item.id = idFolder
            item.machine = folders.dropLast(2).last
        }
        return item
    }
}

extension DatasetLayout {
    /// Whether a folder's name is probably meant to be a label: below `id_00` when it is near one, elsewhere only when
    /// its letter case is wrong.
    private static func isLikeLabel(_ folder: String, belowIdentity: Bool) -> Bool {
        let words = DatasetItem.Label.allCases.map(\.rawValue)
        guard belowIdentity else { return words.contains(folder.lowercased()) }
        return NearestName.of(folder, among: words + ["anomaly"]) != nil
    }

    /// Whether a name consists of numbers and dots like those of NASA's bearing snapshots.
    static func isSnapshotName(_ name: String) -> Bool {
        let groups = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (5...7).contains(groups.count)
            && groups.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy(NamePattern.isDigit) }
    }

    private static func snapshotTime(_ name: String) throws -> String {
        let groups = name.split(separator: ".")
        let ranges = [0...9999, 1...12, 1...31, 0...23, 0...59, 0...59]
        let isTime =
            groups.map(\.count) == [4, 2, 2, 2, 2, 2]
            && zip(groups, ranges).allSatisfy { group, range in Int(group).map(range.contains) ?? false }
        guard isTime else { throw near("the name '\(name)'", "a NASA IMS snapshot's '2004.02.12.10.42.39'") }
        return groups[..<3].joined(separator: "-") + "T" + groups[3...].joined(separator: ":")
    }

    /// What the folder and the name say; either may say nothing.
    private static func merged<Value: Equatable>(
        _ folder: Value?, _ name: Value?, _ text: (Value) -> String
    ) throws -> Value? {
        if let folder, let name, folder != name {
            throw SignalError(
                .malformed, "the folder says '\(text(folder))', the file's name '\(text(name))'; " + remedy)
        }
        return folder ?? name
    }

    private static func near(_ found: String, _ pattern: String) -> SignalError {
        SignalError(.malformed, "\(found) is nearly, but not quite, \(pattern); " + remedy)
    }

    private static var remedy: String { "rename it, or list the files in a CSV index with the columns path and label" }

    private static func shown(_ name: String) -> String { name.escapingControlCharacters }
}
