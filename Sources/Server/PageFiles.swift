import Foundation
import NIOCore

/// The files of the page, all read at the start: no request names a path in the file system.
///
/// The page's own are part of the program, so that it runs wherever it is put. Those of dygraphs belong to the system.
struct PageFiles: Sendable {
    /// A file as it is sent.
    struct File: Sendable {
        let contentType: String
        let bytes: ByteBuffer
        /// Changes with the content.
        let tag: String

        init(_ name: String, _ content: [UInt8]) {
            contentType =
                switch name.split(separator: ".").last {
                case "html": "text/html; charset=utf-8"
                case "js": "text/javascript; charset=utf-8"
                case "css": "text/css; charset=utf-8"
                case "svg": "image/svg+xml"
                default: "application/octet-stream"
                }
            bytes = ByteBuffer(bytes: content)
            // FNV-1a: it tells versions apart, and protects nothing.
            let digest = content.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
            tag = "\"\(String(digest, radix: 16))\""
        }
    }

    /// Files of dygraphs that the page uses.
    static let plotFiles = ["dygraph.min.js", "dygraph.min.css"]
    /// What to do when they are missing.
    static let plotRemedy = "dygraphs is not installed; on Debian, apt-get install libjs-dygraphs, then start again"
    /// The most bytes of one of them.
    private static let maximumPlotBytes = 4 << 20

    /// The files by their paths.
    let files: [String: File]

    /// - Parameter dygraphsFolder: Where dygraphs is; what is missing there is not served.
    init(dygraphsFolder: String) {
        let own: [(name: String, content: [UInt8])] = [
            ("index.html", PackageResources.index_html), ("page.css", PackageResources.page_css),
            ("page.js", PackageResources.page_js), ("live.js", PackageResources.live_js),
            ("plots.js", PackageResources.plots_js), ("stored.js", PackageResources.stored_js),
            ("text.js", PackageResources.text_js), ("icon.svg", PackageResources.icon_svg),
        ]
        var files: [String: File] = [:]
        for file in own { files["/" + file.name] = File(file.name, file.content) }
        files["/"] = files["/index.html"]
        for name in Self.plotFiles {
            guard let content = Self.content(name, in: dygraphsFolder) else { continue }
            files["/assets/" + name] = File(name, content)
        }
        self.files = files
    }

    /// Whether plots can be drawn.
    var hasPlots: Bool { Self.plotFiles.allSatisfy { files["/assets/" + $0] != nil } }

    /// The content of a regular file in a folder; links that lead out of it are not followed.
    private static func content(_ name: String, in folder: String) -> [UInt8]? {
        let base = URL(filePath: folder).resolvingSymlinksInPath()
        let file = base.appending(path: name).resolvingSymlinksInPath()
        guard file.deletingLastPathComponent().path == base.path,
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? Int, size <= maximumPlotBytes,
            let content = FileManager.default.contents(atPath: file.path)
        else { return nil }
        return Array(content)
    }
}

/// Whether the page has plots on this machine.
public enum PagePlots {
    /// Whether the files of dygraphs are where the server looks for them.
    public static var isInstalled: Bool { PageFiles(dygraphsFolder: ServerOptions().dygraphsFolder).hasPlots }

    /// Where they are, or what to do when they are missing.
    public static var detail: String { isInstalled ? ServerOptions().dygraphsFolder : PageFiles.plotRemedy }
}
