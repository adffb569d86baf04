import Foundation
import Hummingbird
import NIOCore
import Storage

/// A request as the routes see it: where to, in which form, with which parameters and key.
struct APIRequest {
    /// The method; `HEAD` is treated as `GET`.
    let method: HTTPRequest.Method
    /// The path's parts, without the ending that names the form.
    let segments: [String]
    /// The form asked for by the path or the `Accept` header.
    let format: ReplyFormat?
    /// The parameters of the query and the body; the body's win.
    private(set) var parameters: [String: String] = [:]
    /// The body, when it is JSON.
    private(set) var json: JSONValue?
    /// Whether the body says it is JSON but is not.
    private(set) var isMalformedJSON = false
    /// Whether the body has bytes that are not UTF-8; they were replaced.
    private(set) var hasInvalidBytes = false
    /// The address of the caller.
    let remoteAddress: String?
    private let headerKey: String?

    /// Reads path, query and headers; ``read(_:contentType:)`` adds the body.
    init(_ head: HTTPRequest, remoteAddress: String?) {
        method = head.method == .head ? .get : head.method
        let target = (head.path ?? "/").utf8
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        var segments = path.split(separator: UInt8(ascii: "/")).map {
            String(decoding: FormText.decoded($0, plusIsSpace: false), as: UTF8.self)
        }
        var format: ReplyFormat?
        if let last = segments.last, let dot = last.lastIndex(of: "."), dot > last.startIndex,
            let named = ReplyFormat(suffix: last[last.index(after: dot)...])
        {
            format = named
            segments[segments.count - 1] = String(last[..<dot])
        }
        self.segments = segments
        self.format = format ?? head.headerFields[.accept].flatMap { ReplyFormat(accept: $0) }
        self.remoteAddress = remoteAddress
        headerKey = head.headerFields.first { $0.name.canonicalName.contains("thingspeakapikey") }?.value
        for (name, value) in FormText.parameters(target[path.endIndex...].dropFirst()) {
            parameters[name] = text(value)
        }
    }

    /// Adds the parameters of the body.
    mutating func read(_ body: ByteBuffer, contentType: String?) {
        let bytes = body.readableBytesView
        guard !bytes.isEmpty else { return }
        let type = (contentType ?? "").lowercased()
        if type.contains("json") || (!type.contains("form") && bytes.first == UInt8(ascii: "{")) {
            hasInvalidBytes = hasInvalidBytes || String(validating: bytes, as: UTF8.self) == nil
            json = JSONValue(bytes)
            isMalformedJSON = json == nil
            if case .object(let members) = json {
                // Long lists are read from the document itself.
                for member in members where member.name != "updates" {
                    parameters[member.name] = member.value.text
                }
            }
        } else {
            for (name, value) in FormText.parameters(bytes) { parameters[name] = text(value) }
        }
    }

    private mutating func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        hasInvalidBytes = true
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A parameter by the first of its names that is there.
    subscript(_ names: String...) -> String? {
        names.lazy.compactMap { parameters[$0] }.first
    }

    /// The key: a header wins over parameters.
    var key: String? { headerKey ?? self["key", "api_key", "apikey"] }

    /// Whether a parameter says yes.
    func flag(_ name: String) -> Bool { parameters[name]?.lowercased() == "true" }

    /// The zone that times are read in and written in; nil is UTC, which is written as `Z`.
    var zone: TimeZone? {
        if let name = parameters["timezone"] {
            let zone = TimeZone(identifier: name)
            return zone?.secondsFromGMT() == 0 && (name == "UTC" || name == "GMT") ? nil : zone
        }
        guard let hours = parameters["offset"].flatMap({ Int($0.trimmingPrefix("+")) }), hours != 0,
            (-14...14).contains(hours)
        else { return nil }
        return TimeZone(secondsFromGMT: hours * 3600)
    }

    /// The name of a script's function around the reply.
    ///
    /// - Throws: `Refusal` when it is not an identifier, for it would run whatever it says.
    func callback() throws -> String? {
        guard let name = parameters["callback"] else { return nil }
        guard name.utf8.count <= 64, name.wholeMatch(of: /[A-Za-z_$][A-Za-z0-9_$.]*/) != nil else {
            throw Refusal.badRequest("callback is not the name of a function")
        }
        return name
    }
}
