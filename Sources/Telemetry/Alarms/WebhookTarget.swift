internal import Crypto
internal import Foundation
internal import SignalCore

/// A program elsewhere that gets every event by HTTP: `POST` with JSON, signed where there is a secret.
///
/// The signature is HMAC-SHA256 (RFC 2104) over the time of sending, a full stop and the body, so that neither can be
/// changed and an old message cannot be passed off as a new one: `X-Auscult-Timestamp` holds the seconds since 1970,
/// `X-Auscult-Signature` the text `sha256=` and 64 hexadecimal digits. `X-Auscult-Event` is the event's identifier.
public struct WebhookTarget: AlarmTarget {
    private let url: String
    private let secret: String?
    private let transport: any UploadTransport

    /// Makes a target.
    ///
    /// - Parameters:
    ///   - url: where to, http or https.
    ///   - secret: what sender and receiver know; without one nothing is signed.
    /// - Throws: `SignalError` with code `invalidOption` for what is no such address.
    public init(url: String, secret: String?, transport: any UploadTransport) throws {
        guard let parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme?.lowercased() ?? ""),
            !(parts.host ?? "").isEmpty, parts.user == nil, parts.password == nil
        else {
            throw SignalError(
                .invalidOption,
                "--alarm-webhook is an address of HTTP without a user in it, such as https://example.org/alarms")
        }
        (self.url, self.transport) = (url, transport)
        self.secret = secret.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The host: the rest of the address may hold secrets.
    public var name: String { "the webhook at \(URLComponents(string: url)?.host ?? "its host")" }

    /// Sends the event. Any status of success will do.
    public func tell(_ event: AlarmEvent) async throws {
        let reply: UploadReply
        do {
            reply = try await transport.send(request(event, now: Date().timeIntervalSince1970))
        } catch let failure as TransportFailure {
            throw AlarmFailure(failure.description)
        }
        guard (200..<300).contains(reply.status) else {
            // What the receiver does not want it will not want later, unless it is only busy.
            let isPassing = reply.status >= 500 || [408, 425, 429].contains(reply.status)
            throw AlarmFailure("it answered with status \(reply.status)", isPassing: isPassing)
        }
    }

    func request(_ event: AlarmEvent, now: Double) -> UploadRequest {
        let body = Array(event.json.utf8)
        let timestamp = "\(Int(now))"
        var headers = [
            (name: "Content-Type", value: "application/json"), (name: "User-Agent", value: "auscult"),
            (name: "X-Auscult-Event", value: event.identifier), (name: "X-Auscult-Timestamp", value: timestamp),
        ]
        if let secret {
            headers.append((name: "X-Auscult-Signature", value: Self.signature(secret, timestamp: timestamp, body)))
        }
        return UploadRequest(method: .post, url: url, headers: headers, body: body)
    }

    static func signature(_ secret: String, timestamp: String, _ body: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array((timestamp + ".").utf8) + body, using: SymmetricKey(data: Array(secret.utf8)))
        return "sha256=" + code.map { AlarmEvent.hexadecimal($0) }.joined()
    }
}
