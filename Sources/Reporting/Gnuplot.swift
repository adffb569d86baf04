import Foundation
import SignalCore
import Subprocess

/// The plotting program gnuplot, run as a process of its own.
///
/// Script and data go to it in one file and the picture comes back on its standard output, so that no path of a person
/// ever stands in a script: gnuplot runs shell commands found in some kinds of strings.
public struct Gnuplot: Sendable {
    /// Where the program is.
    public let path: String

    private let executable: Executable

    /// More than any picture of the fixed size can take, uncompressed.
    private static let largestPicture = 64 << 20

    /// Finds gnuplot among the folders of a search path.
    ///
    /// - Parameter searchPath: folders joined by `:`; by default the environment's `PATH`.
    /// - Throws: `SignalError` with code `unavailable`, naming the package to install.
    public static func locate(searchPath: String? = nil) async throws -> Gnuplot {
        let folders = searchPath ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
        do {
            let found = try await Executable.name("gnuplot").resolveExecutablePath(
                in: .custom(["PATH": folders]))
            return Gnuplot(path: "\(found)", executable: .path(found))
        } catch {
            throw SignalError(
                .unavailable,
                "gnuplot, which draws the pictures, is not installed; on Debian: apt-get install gnuplot-nox")
        }
    }

    /// Draws a picture and puts it at `path`, in place of what was there, once it is complete. Folders on the way are
    /// made.
    ///
    /// - Throws: `SignalError` with code `unavailable` when gnuplot fails (with what it said) or the file cannot be
    ///   written.
    func draw(_ script: GnuplotScript, to path: String) async throws {
        let picture = try PortableNetworkGraphics.settingResolution(
            of: try await run(script.bytes), pixelsPerMetre: GnuplotScript.pixelsPerMetre)
        let file = URL(filePath: path)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(picture).write(to: file, options: .atomic)
        } catch {
            throw SignalError(.unavailable, "the picture cannot be written", cause: error).at(path: path)
        }
    }

    /// Runs a script and returns what gnuplot wrote to its standard output.
    ///
    /// The script is a file rather than a pipe, since writing to a gnuplot that has stopped at an error would end this
    /// process by SIGPIPE.
    func run(_ script: [UInt8]) async throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "auscult-\(UUID().uuidString).gnuplot")
        defer { try? FileManager.default.removeItem(at: file) }
        do {
            try Data(script).write(to: file, options: .withoutOverwriting)
        } catch {
            throw SignalError(.unavailable, "a temporary file cannot be written; is the disk full?", cause: error)
                .at(path: file.path)
        }
        let result: ExecutionResult<Void, BytesOutput, StringOutput<UTF8>>
        do {
            result = try await Subprocess.run(
                executable, arguments: ["--default-settings", file.path],
                output: .bytes(limit: Self.largestPicture), error: .string(limit: 1 << 20))
        } catch let error as SubprocessError {
            throw SignalError(.unavailable, "gnuplot cannot be run for \(path.escapingControlCharacters)", cause: error)
        }
        guard result.terminationStatus.isSuccess else {
            let said = result.standardError.split(whereSeparator: \.isNewline).suffix(3)
                .joined(separator: " ").escapingControlCharacters
            throw SignalError(
                .unavailable,
                "gnuplot failed (\(result.terminationStatus)) on \(path.escapingControlCharacters): \(said)")
        }
        return result.standardOutput
    }
}
