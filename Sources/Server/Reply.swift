import Hummingbird
import NIOCore

/// The form of a reply.
enum ReplyFormat: String {
    case json, xml, csv, text

    /// The form that a path's ending names.
    init?(suffix: some StringProtocol) {
        switch suffix.lowercased() {
        case "json": self = .json
        case "xml": self = .xml
        case "csv": self = .csv
        case "txt", "text": self = .text
        default: return nil
        }
    }

    /// The form that an `Accept` header names, when it names one alone.
    init?(accept: String) {
        let types = accept.split(separator: ",").map {
            $0.prefix { $0 != ";" }.trimmingPrefix(" ").lowercased()
        }
        guard types.count == 1 else { return nil }
        switch types[0] {
        case "application/json": self = .json
        case "application/xml", "text/xml": self = .xml
        case "text/csv": self = .csv
        case "text/plain": self = .text
        default: return nil
        }
    }

    var contentType: String {
        switch self {
        case .json: "application/json; charset=utf-8"
        case .xml: "application/xml; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        case .text: "text/plain; charset=utf-8"
        }
    }
}

/// A reply as the routes make it.
struct Reply {
    var status: HTTPResponse.Status = .ok
    var contentType: String
    var body: String
    var headers = HTTPFields()

    init(status: HTTPResponse.Status = .ok, _ format: ReplyFormat, _ body: String) {
        self.status = status
        contentType = format.contentType
        self.body = body
    }

    /// A document in one of two forms; CSV and text have their own writers.
    init(status: HTTPResponse.Status = .ok, _ format: ReplyFormat, _ document: Document, root: String) {
        var text = ""
        if format == .xml {
            text = XMLText.declaration
            XMLText.write(document, as: root, to: &text)
            self.init(status: status, .xml, text)
        } else {
            JSONText.write(document, to: &text)
            self.init(status: status, .json, text)
        }
    }

    /// The reply as it goes over the wire: with its length, never in chunks.
    var response: Response {
        var headers = headers
        headers[.contentType] = contentType
        // What lets pages of other sites use the interface; the key headers are listed so that browsers may send them.
        headers[.accessControlAllowOrigin] = "*"
        headers[.accessControlAllowMethods] = "GET, POST, PUT, OPTIONS, DELETE, PATCH"
        headers[.accessControlAllowHeaders] =
            "origin, content-type, X-Requested-With, THINGSPEAKAPIKEY, X-THINGSPEAKAPIKEY"
        headers[.accessControlMaxAge] = "1800"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}

/// A refusal with one of ThingSpeak's codes.
struct Refusal: Error {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    var details: String

    static func badRequest(_ details: String) -> Refusal {
        Refusal(status: .badRequest, code: "error_bad_request", message: "Bad Request", details: details)
    }
    static func unauthorized(_ details: String) -> Refusal {
        Refusal(
            status: .unauthorized, code: "error_auth_required", message: "Authorization Required", details: details)
    }
    static func notFound(_ details: String) -> Refusal {
        Refusal(
            status: .notFound, code: "error_resource_not_found", message: "Resource Not Found", details: details)
    }
    static func methodInvalid(_ details: String) -> Refusal {
        Refusal(
            status: .methodNotAllowed, code: "error_method_invalid", message: "Method Not Allowed", details: details)
    }
    static func conflict(_ details: String) -> Refusal {
        Refusal(status: .conflict, code: "error_conflict", message: "Conflict", details: details)
    }
    static func tooLarge(_ details: String) -> Refusal {
        Refusal(
            status: .contentTooLarge, code: "error_request_too_large", message: "Request Entity Too Large",
            details: details)
    }
    static func invalidBytes(_ details: String) -> Refusal {
        Refusal(
            status: .unprocessableContent, code: "error_invalid_byte_sequence", message: "Unprocessable Entity",
            details: details)
    }
    static func tooSoon(_ details: String) -> Refusal {
        Refusal(
            status: .tooManyRequests, code: "error_too_many_requests", message: "Too Many Requests", details: details)
    }
    static func failure(_ status: HTTPResponse.Status, _ details: String) -> Refusal {
        Refusal(status: status, code: "error_internal", message: status.reasonPhrase, details: details)
    }

    /// The refusal in the form of the request: text is the bare code.
    func reply(_ format: ReplyFormat) -> Reply {
        guard format == .json || format == .xml else { return Reply(status: status, .text, code) }
        return Reply(
            status: status, format,
            .object([
                ("status", .text(String(status.code))),
                (
                    "error",
                    .object([("error_code", .text(code)), ("message", .text(message)), ("details", .text(details))])
                ),
            ]), root: "hash")
    }
}
