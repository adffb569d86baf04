internal import Foundation

/// What a channel holds of a stretch of time, as it was read back.
struct StoredRows {
    private var feeds: [Int64: [String: String]] = [:]

    /// Reads the reply to ``UploadRequest/readBack(from:to:key:of:)``; `nil` when it is none.
    init?(_ reply: UploadReply) {
        guard reply.status == 200,
            let document = try? JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any],
            let list = document["feeds"] as? [[String: Any]]
        else { return nil }
        for feed in list {
            guard let time = feed["created_at"] as? String, let second = WholeSecond.parse(time) else { continue }
            feeds[second] = feed.compactMapValues { value in
                (value as? String) ?? (value as? NSNumber).map { $0.stringValue }
            }
        }
    }

    /// Whether the channel has a row of the second, and whether it is this one.
    ///
    /// Fields without a name in the channel's settings are not shown by it, so only what is shown is compared.
    func match(_ row: UploadRow) -> Match {
        guard let feed = feeds[row.second] else { return .absent }
        for (field, text) in row.fields {
            guard let other = feed["field\(field)"], other != text else { continue }
            if let number = Double(text), let otherNumber = Double(other), number == otherNumber { continue }
            return .different
        }
        return .same
    }

    enum Match {
        case absent
        case same
        case different
    }
}
