internal import Foundation

extension UploadRequest {
    private static let agent = (name: "User-Agent", value: "auscult")

    /// All rows in one call of bulk JSON. The key is in the body, where the service wants it.
    static func bulk(_ rows: [UploadRow], to access: ChannelAccess) -> UploadRequest {
        var body = "{\"write_api_key\":\(quoted(access.writeKey)),\"updates\":["
        body += rows.map { json($0) }.joined(separator: ",")
        body += "]}"
        return UploadRequest(
            method: .post, url: "\(access.url)/channels/\(access.channel)/bulk_update.json",
            headers: [agent, ("Content-Type", "application/json"), ("Accept", "application/json")],
            body: Array(body.utf8))
    }

    /// One row as a form. The key is in a header.
    static func single(_ row: UploadRow, to access: ChannelAccess) -> UploadRequest {
        let pairs = parameters(row, latitude: "lat", longitude: "long")
        let body = pairs.map { "\($0.name)=\(PlainText.percentEncoded($0.value))" }.joined(separator: "&")
        return UploadRequest(
            method: .post, url: access.url + "/update",
            headers: [
                agent, ("Content-Type", "application/x-www-form-urlencoded"), ("THINGSPEAKAPIKEY", access.writeKey),
            ], body: Array(body.utf8))
    }

    /// What the channel holds of a stretch of time. The key is in a header.
    static func readBack(from first: Int64, to last: Int64, key: String, of access: ChannelAccess) -> UploadRequest {
        let range = [first, last].map { PlainText.percentEncoded(WholeSecond.spacedText($0)) }
        return UploadRequest(
            method: .get,
            url: "\(access.url)/channels/\(access.channel)/feeds.json?start=\(range[0])&end=\(range[1])"
                + "&results=8000&status=true",
            headers: [agent, ("Accept", "application/json"), ("THINGSPEAKAPIKEY", key)], body: [])
    }

    /// One row as an object of bulk JSON.
    static func json(_ row: UploadRow) -> String {
        let pairs = parameters(row, latitude: "latitude", longitude: "longitude")
        return "{" + pairs.map { "\"\($0.name)\":\(quoted($0.value))" }.joined(separator: ",") + "}"
    }

    private static func parameters(
        _ row: UploadRow, latitude: String, longitude: String
    ) -> [(name: String, value: String)] {
        var pairs = [(name: "created_at", value: WholeSecond.text(row.second))]
        for (field, text) in row.fields.sorted(by: { $0.key < $1.key }) { pairs.append(("field\(field)", text)) }
        if let location = row.location {
            let parts = [(latitude, location.latitude), (longitude, location.longitude)]
            pairs += parts.compactMap { name, value in PlainText.decimal(value).map { (name, $0) } }
            if let elevation = location.elevation.flatMap({ PlainText.decimal($0) }) {
                pairs.append(("elevation", elevation))
            }
        }
        if let status = row.status { pairs.append(("status", status)) }
        return pairs
    }

    /// A text as JSON; rows hold no control characters, keys neither.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }
}
