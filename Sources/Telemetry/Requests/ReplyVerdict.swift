internal import Foundation

/// What a reply means for the rows that were sent.
enum ReplyVerdict: Equatable {
    /// They are stored.
    case stored
    /// They are not stored; the same again later.
    case retry(String)
    /// It is not known whether they are stored.
    case unknown(String)
    /// Too many at once.
    case tooLarge(String)
    /// One of them at least will never be taken.
    case badRow(String)
    /// Nothing will be taken until a person has done something.
    case paused(String)

    /// The rules of the service: a bulk call is stored when the status is 2xx, the body is not `0` and its `success` is
    /// not false; a single row when the status is 200 and the body a positive number. A page of markup is the answer of
    /// something in between (the login page of a network), whatever its status.
    static func of(_ reply: UploadReply, single: Bool) -> ReplyVerdict {
        let body = String(decoding: reply.body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let said = "the server answered \(reply.status)" + (body.isEmpty ? "" : " '\(excerpt(body))'")
        switch reply.status {
        case 200..<300:
            if body == "0" || body == "\"0\"" { return .retry(said + ": not stored, too soon after the last call") }
            if body.hasPrefix("<") { return .retry(said + ": a page, no reply of a channel") }
            if single {
                let isStored = reply.status == 200 && Int(body).map { $0 > 0 } == true
                return isStored ? .stored : .retry(said + ", which is no entry's number")
            }
            return saysFailure(reply.body) ? .retry(said) : .stored
        // The old route answers a wrong key so; the number of the channel is not in its request.
        case 400 where single && (body == "0" || body.isEmpty):
            return .paused(said + ": the write key is not right; check THINGSPEAK_WRITE_API_KEY")
        case 400, 409, 422: return .badRow(said)
        case 401: return .paused(said + ": the write key is not this channel's; check THINGSPEAK_WRITE_API_KEY")
        case 402: return .paused(said + ": the licence's messages are used up")
        case 404: return .paused(said + ": no such channel; check THINGSPEAK_CHANNEL_ID and THINGSPEAK_URL")
        case 413: return .tooLarge(said)
        case 429: return .retry(said + ": too many calls")
        // A time-out or failure behind the server's door may come after the rows were stored.
        case 408, 500...: return .unknown(said)
        case 300..<400: return .paused(said + ", a redirect, which is not followed; check THINGSPEAK_URL")
        default: return .paused(said + ", which no channel answers; check THINGSPEAK_URL")
        }
    }

    private static func saysFailure(_ body: [UInt8]) -> Bool {
        struct Document: Decodable { let success: Bool? }
        return (try? JSONDecoder().decode(Document.self, from: Data(body)))?.success == false
    }

    private static func excerpt(_ body: String) -> String { PlainText.cleaned(String(body.prefix(160))) }
}

/// The header that says how long to wait.
enum RetryAfter {
    /// Longer waits are not obeyed: a day.
    static let longest = 86_400.0

    /// Seconds to wait: of a number, or until a date (RFC 9110, section 10.2.3); `nil` when the header says neither.
    static func seconds(_ text: String, now: Double) -> Double? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if let number = Double(text), text.allSatisfy({ $0.isASCII && $0.isNumber }) { return min(number, longest) }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        for format in ["EEE, dd MMM yyyy HH:mm:ss zzz", "EEEE, dd-MMM-yy HH:mm:ss zzz", "EEE MMM d HH:mm:ss yyyy"] {
            formatter.dateFormat = format
            guard let date = formatter.date(from: text) else { continue }
            return min(max(0, date.timeIntervalSince1970 - now), longest)
        }
        return nil
    }
}

/// How long to wait after failures: exponential with full jitter (M. Brooker, "Exponential Backoff and Jitter", 2015).
enum Backoff {
    /// Seconds of the first wait at most.
    static let base = 1.0
    /// Seconds of any wait at most.
    static let cap = 300.0

    /// Seconds to wait.
    ///
    /// - Parameters:
    ///   - failures: failures in a row, at least 1.
    ///   - uniform: a random number from 0 to 1.
    ///   - interval: the least seconds between two calls.
    ///   - retryAfter: what the server asked for.
    static func seconds(failures: Int, uniform: Double, interval: Double, retryAfter: Double?) -> Double {
        let ceiling = min(cap, base * Double(sign: .plus, exponent: min(failures - 1, 30), significand: 1))
        return max(interval, uniform * ceiling, retryAfter ?? 0)
    }
}
