import Foundation
import SignalCore

/// The file of a report: `report.json`.
enum ReportCoding {
    /// What is read and written; the version changes when older files can no longer be read.
    private struct Document: Codable {
        var format = "auscult-report"
        var version = 1
        var report: Report
    }

    /// Larger than any report we write.
    static let largestFile = 512 << 20

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }

    static func encode(_ report: Report) throws -> [UInt8] {
        Array(try encoder.encode(Document(report: report)))
    }

    /// - Throws: `SignalError` with code `malformed` that says what is wrong and what would mend it.
    static func decode(_ bytes: Data) throws -> Report {
        do {
            let document = try decoder.decode(Document.self, from: bytes)
            guard document.format == "auscult-report", document.version == 1 else {
                throw SignalError(
                    .malformed,
                    "this is no report that can be read here: format '\(document.format.escapingControlCharacters)', "
                        + "version \(document.version); read it with the version of the tool that wrote it")
            }
            return document.report
        } catch let error as DecodingError {
            throw SignalError(
                .malformed, "the report is damaged\(place(of: error)); make it anew with --report", cause: error)
        }
    }

    private static func place(of error: DecodingError) -> String {
        let context: DecodingError.Context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            @unknown default: DecodingError.Context(codingPath: [], debugDescription: "")
            }
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return path.isEmpty ? "" : " at \(path.escapingControlCharacters)"
    }
}
