public import SignalCore

/// Finds the inputs that paths stand for, one at a time: files, folders with all below them, indices, lists of paths.
///
/// - A **file** is taken as it is, whatever its name.
/// - A **folder** is walked in the bytewise order of the paths. Taken are recordings, tables (`.csv`, `.tsv`, `.txt`)
///   and NASA IMS snapshots, not what is hidden or stands beside data (read-me files, licences, `index.csv`, DCASE's
///   attributes). Symbolic links are followed, but every folder is entered once, so links in a circle end. Memory is
///   that of the names in the folders on the way down.
/// - A **CSV file with a column `path`** is an index (columns `path,machine,id,label,split`): what it lists is taken.
/// - **`-`** is a list of paths on standard input, each one of the above.
///
/// What cannot be taken is a failure in its place (a missing file, a folder that cannot be read, a name that is not
/// UTF-8, a name that is nearly of a known form, a bad row of an index), and the walk goes on. An input that is named
/// twice is taken once.
public struct DatasetWalker: Sequence, IteratorProtocol, Sendable {
    /// A folder that is being walked.
    private struct Level {
        let path: String
        var listing: FolderListing
    }

    private var paths: ArraySlice<String>
    private let standardInput: PathList
    private var list: PathList?
    private var index: DatasetIndex?
    private var levels: [Level] = []
    private var enteredFolders: Set<FolderListing.Identity> = []
    /// Whether the folder that was given has held anything so far, be it a failure.
    private var hasFound = false
    /// Digests of the paths taken; kept only where one can come twice, which in a single folder it cannot.
    private var taken: Set<UInt64>?

    /// Makes a walk.
    ///
    /// - Parameters:
    ///   - paths: files, folders, indices, and `-` for standard input.
    ///   - standardInput: the list that `-` stands for.
    public init(paths: [String], standardInput: PathList = .standardInput()) {
        self.paths = paths[...]
        self.standardInput = standardInput
        taken = paths.count > 1 ? [] : nil
    }

    /// The next input or failure, or `nil` at the end.
    public mutating func next() -> Result<DatasetItem, SignalError>? {
        while true {
            let result: Result<DatasetItem, SignalError>?
            if let found = index?.next() ?? nextInFolders() {
                result = found
            } else if let entry = list?.next() {
                switch entry {
                case .success(let path): result = begin(path)
                case .failure(let error): result = .failure(error)
                }
            } else if let path = paths.popFirst() {
                list = nil
                if path == "-" {
                    list = standardInput
                    taken = taken ?? []
                    continue
                }
                result = begin(path)
            } else {
                return nil
            }
            if let result, isNew(result) { return result }
        }
    }

    /// Begins with what a path stands for; `nil` when its inputs follow with the next calls.
    private mutating func begin(_ path: String) -> Result<DatasetItem, SignalError>? {
        .catching(at: path) {
            switch try FileKind(path) {
            case .folder:
                hasFound = false
                try enter(path)
                return nil
            case .file:
                if path.lowercased().hasSuffix(".csv"), let index = try DatasetIndex(path) {
                    self.index = index
                    taken = taken ?? []
                    return nil
                }
            case .other:
                break
            }
            return try DatasetLayout.item(path: path)
        }
    }

    private mutating func nextInFolders() -> Result<DatasetItem, SignalError>? {
        while let folder = levels.last?.path {
            guard let (name, kind) = levels[levels.count - 1].listing.next() else {
                levels.removeLast()
                guard levels.isEmpty && !hasFound else { continue }
                return .failure(
                    SignalError(.insufficientData, "the folder holds no recording, table or snapshot").at(path: folder))
            }
            let beginning = folder == "." ? "" : folder.hasSuffix("/") ? folder : folder + "/"
            guard let text = String(validating: name, as: UTF8.self) else {
                hasFound = true
                return .failure(PathText.notUnicode(Array(beginning.utf8) + name))
            }
            let path = beginning + text
            let result: Result<DatasetItem, SignalError>? = .catching(at: path) {
                switch kind {
                case .file:
                    return try DatasetLayout.item(path: path)
                case .folder:
                    try enter(path)
                    return nil
                case .broken:
                    throw SignalError(.unreadable, "the symbolic link leads nowhere")
                }
            }
            if let result {
                hasFound = true
                return result
            }
        }
        return nil
    }

    private mutating func enter(_ folder: String) throws {
        let listing = try FolderListing(folder)
        guard enteredFolders.insert(listing.identity).inserted else { return }
        levels.append(Level(path: folder, listing: listing))
    }

    private mutating func isNew(_ result: Result<DatasetItem, SignalError>) -> Bool {
        guard case .success(let item) = result, taken != nil else { return true }
        let path = AbsolutePath.components(of: item.path).joined(separator: "/")
        return taken?.insert(ContentDigest.of(path)).inserted ?? true
    }
}

extension Result where Success == DatasetItem, Failure == SignalError {
    /// The item that `body` makes, or its error with the path; `nil` when it makes none.
    fileprivate static func catching(at path: String, _ body: () throws -> DatasetItem?) -> Self? {
        do {
            return try body().map { .success($0) }
        } catch let error as SignalError {
            return .failure(error.at(path: path))
        } catch {
            return .failure(SignalError(.unreadable, "cannot be read", cause: error).at(path: path))
        }
    }
}
