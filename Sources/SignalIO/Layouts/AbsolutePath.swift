import Foundation

/// Paths taken apart, by their letters alone: links are not followed, because labels stand in the names that a person
/// sees.
enum AbsolutePath {
    /// The names on the way from the root to a file; `.` and `..` are resolved, relative paths begin in the working
    /// folder.
    static func components(of path: String) -> [String] {
        let start = path.utf8.first == UInt8(ascii: "/") ? "" : FileManager.default.currentDirectoryPath
        var components: [String] = []
        for name in (start + "/" + path).utf8.split(separator: UInt8(ascii: "/")).map({ String(Substring($0)) }) {
            switch name {
            case ".": break
            case "..": _ = components.popLast()
            default: components.append(name)
            }
        }
        return components
    }
}
