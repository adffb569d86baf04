import ArgumentParser
import FeatureExtraction
import Foundation
import SignalCore
import SignalIO
import Synchronization

/// The inputs of a command, as named on the command line.
struct InputOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Recordings, tables, folders, a CSV index, or - for paths on standard input.", valueName: "path"))
    var paths: [String]

    @Flag(name: .customLong("null"), help: "Paths on standard input end with a NUL character instead of a line break.")
    var endsWithNull = false

    /// The inputs, one after the other.
    func walk() -> InputWalk { InputWalk(paths: paths, endsWithNull: endsWithNull) }
}

/// Hands out the inputs of a command one by one, to any thread.
final class InputWalk: Sendable {
    private let walker: Mutex<DatasetWalker>
    private let roots: [String]
    private let paths: [String]

    init(paths: [String], endsWithNull: Bool) {
        self.paths = paths
        roots = paths.filter { $0 != "-" }.map { path in
            var path = path
            while path.count > 1, path.hasSuffix("/") { path.removeLast() }
            return path
        }
        walker = Mutex(
            DatasetWalker(
                paths: paths,
                standardInput: .standardInput(
                    isNulTerminated: endsWithNull, isCancelled: { Interruption.isRequested })))
    }

    /// The next input, or the error of one that cannot be used; `nil` at the end.
    func next() -> Result<DatasetItem, SignalError>? {
        walker.withLock { walker in
            while let next = walker.next() {
                // What extraction has written below its own inputs is no input.
                if case .success(let item) = next, !roots.contains(item.path), Self.isFeatureTable(item.path) {
                    continue
                }
                return next
            }
            return nil
        }
    }

    /// Whether a file is named as those of `extract --format csv` are, such as `00000000.log-mel.csv`.
    private static func isFeatureTable(_ path: String) -> Bool {
        path.hasSuffix(".csv") && FeatureRegistry.all.contains { path.hasSuffix(".\($0.name).csv") }
    }

    /// How many inputs there are, counted by walking once more; `nil` when they come from standard input.
    func count() -> Int? {
        guard !paths.contains("-") else { return nil }
        var walker = DatasetWalker(paths: paths)
        var count = 0
        while walker.next() != nil { count += 1 }
        return count
    }

    /// Where the output of an input belongs below the output folder, without an extension: the path below the folder
    /// that was named. With several folders, each keeps its own name in front.
    func outputName(for item: DatasetItem) -> String {
        var name = relativeName(of: item)
        // Only the usual extension is dropped: x.wav and x.flac side by side stay apart.
        if name.lowercased().hasSuffix(".wav") { name.removeLast(4) }
        return name
    }

    private func relativeName(of item: DatasetItem) -> String {
        for root in roots where item.path.hasPrefix(root == "/" ? "/" : root + "/") {
            let below = item.path.dropFirst(root == "/" ? 1 : root.count + 1)
            let inside = below.split(separator: "/").filter { $0 != "." && $0 != ".." }.joined(separator: "/")
            guard roots.count > 1, let folder = root.split(separator: "/").last, folder != ".", folder != ".." else {
                return inside
            }
            return "\(folder)/\(inside)"
        }
        // A file named by itself goes where its layout says; one of a list keeps its folders, which may tell it apart.
        var parts = item.path.split(separator: "/").map(String.init)
        if roots.contains(item.path) {
            let place = [item.machine, item.id, item.label?.rawValue].compactMap(\.self)
            // From an index, a machine may have any name; none leads out of the output folder.
            parts = place.flatMap { $0.split(separator: "/").map(String.init) } + parts.suffix(1)
        }
        return parts.filter { $0 != "." && $0 != ".." }.joined(separator: "/")
    }
}
