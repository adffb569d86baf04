public import Foundation

/// The folder of public data and reference results beside the project. It is optional: tests that need it are enabled
/// only where it is present, and say so.
public enum SharedData {
    /// `../shared`, seen from the project's root.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")

    /// Whether the folder is there. The first look prints the reason for skipping when it is not.
    public static let isPresent: Bool = {
        let present = FileManager.default.fileExists(atPath: root.appending(path: "goldens").path)
        if !present { print("skipped: no reference data at \(root.path)") }
        return present
    }()

    /// A file below `goldens`.
    public static func golden(_ path: String) -> URL { root.appending(path: "goldens").appending(path: path) }

    /// A file below `data`.
    public static func data(_ path: String) -> URL { root.appending(path: "data").appending(path: path) }

    /// A golden JSON file as dictionaries and arrays.
    public static func json(_ path: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: golden(path)))
        guard let dictionary = object as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
        return dictionary
    }
}
