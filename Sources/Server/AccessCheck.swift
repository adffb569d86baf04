import Foundation
import Hummingbird

/// Who may use the routes besides ThingSpeak's.
struct AccessCheck {
    let options: ServerOptions

    /// Whether callers must show a token.
    var hasToken: Bool { !(options.token ?? "").isEmpty }

    /// - Throws: `Refusal` when the request does not show the token, as such or as a password.
    func checkToken(_ request: Request) throws {
        guard let token = options.token, !token.isEmpty else { return }
        guard let given = request.headers[.authorization].flatMap(Self.secret), Self.isEqual(given, token) else {
            throw Refusal.unauthorized("this page needs the server's token")
        }
    }

    /// Without a token, only what is meant for this machine is answered: a page of another site, whose name was made to
    /// lead here after it was loaded, names its own host.
    ///
    /// - Throws: `Refusal` for the name of another host.
    func checkHost(_ request: Request) throws {
        guard !hasToken, let authority = request.head.authority, !authority.isEmpty else { return }
        let name = Self.hostName(authority).lowercased()
        guard Self.isLoopback(name) || name == options.host.lowercased() else {
            throw Refusal(
                status: .misdirectedRequest, code: "error_misdirected_request", message: "Misdirected Request",
                details: "this server answers by the address it listens on alone; for other names, set --token")
        }
    }

    /// Without a token, no page of another site may write: browsers say where a page that sends something is from.
    ///
    /// - Throws: `Refusal` for a page of another host.
    func checkOrigin(_ request: Request) throws {
        guard !hasToken, let origin = request.headers[.origin] else { return }
        guard origin == "http://" + (request.head.authority ?? "") else {
            throw Refusal(
                status: .forbidden, code: "error_forbidden", message: "Forbidden",
                details: "pages of other sites may not write here; set --token and send it")
        }
    }

    /// The token in the header `Authorization`: that of `Bearer`, or the password of `Basic`.
    private static func secret(_ header: String) -> String? {
        guard let space = header.firstIndex(of: " ") else { return nil }
        let rest = String(header[header.index(after: space)...])
        switch header[..<space].lowercased() {
        case "bearer": return rest
        case "basic":
            guard let data = Data(base64Encoded: rest.trimmingCharacters(in: .whitespaces)),
                let text = String(validating: data, as: UTF8.self), let colon = text.firstIndex(of: ":")
            else { return nil }
            return String(text[text.index(after: colon)...])
        default: return nil
        }
    }

    /// The host of `HOST:PORT` or `[IPV6]:PORT`.
    static func hostName(_ authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        guard let colon = authority.lastIndex(of: ":") else { return authority }
        return String(authority[..<colon])
    }

    /// Whether a name is one of this machine alone. A name that only begins like an address is none.
    static func isLoopback(_ name: String) -> Bool {
        if name == "localhost" || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && parts.allSatisfy { $0 != nil }
    }

    /// Takes the same time wherever two texts differ.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
