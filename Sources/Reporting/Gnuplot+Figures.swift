import Foundation
import SignalCore

extension Gnuplot {
    /// A figure as drawn.
    public struct Picture: Sendable {
        /// The picture as PNG, 2400 pixels wide, 300 dots an inch.
        public let png: [UInt8]
        /// The picture as SVG.
        public let svg: String
    }

    /// Draws a figure in both forms, by one run of gnuplot.
    ///
    /// - Throws: `SignalError` with code `insufficientData` or `mismatch` when the numbers make no picture,
    ///   `unavailable` when gnuplot fails.
    public func draw(_ figure: some Figure) async throws -> Picture {
        let output = try await run(figure.script().bytes())
        // One stream holds the PNG, which knows where it ends, and the SVG behind it.
        let end = try PortableNetworkGraphics.chunks(of: output).last?.range.upperBound ?? 0
        let png = try PortableNetworkGraphics.settingResolution(
            of: Array(output[..<end]), pixelsPerMetre: GnuplotScript.pixelsPerMetre)
        let svg = String(decoding: output[end...], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard svg.hasPrefix("<?xml"), svg.hasSuffix("</svg>") else {
            throw SignalError(.malformed, "gnuplot did not give a complete SVG picture")
        }
        // Where DejaVu is not installed, another font of about the same width.
        return Picture(
            png: png,
            svg: svg.replacing("font-family=\"DejaVu Sans\"", with: "font-family=\"DejaVu Sans, Verdana, sans-serif\"")
                + "\n")
    }

    /// Draws a figure into a PNG file and, if asked for, an SVG file. Each takes its place when it is complete.
    ///
    /// - Throws: `SignalError` with code `unavailable` when gnuplot fails or a file cannot be written.
    public func write(_ figure: some Figure, toPNG png: String, svg: String? = nil) async throws {
        let picture = try await draw(figure)
        try Self.write(picture.png, to: png)
        if let svg { try Self.write(Array(picture.svg.utf8), to: svg) }
    }

    /// Puts bytes in the place of a file, once they are complete; makes the folders on the way.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = URL(filePath: path)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file, options: .atomic)
        } catch {
            throw SignalError(.unavailable, "the file cannot be written", cause: error).at(path: path)
        }
    }
}
