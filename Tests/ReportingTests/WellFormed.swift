import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Whether a text is well-formed XML; `error` says where not.
struct WellFormed {
    let error: String?

    init(_ bytes: Data) {
        let parser = XMLParser(data: bytes)
        error = parser.parse() ? nil : "line \(parser.lineNumber): \(String(describing: parser.parserError))"
    }
}
