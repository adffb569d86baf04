/// One row of a channel: up to eight fields at a whole second of the signal's clock.
public struct UploadRow: Codable, Equatable, Sendable {
    /// Where something was measured.
    public struct Location: Codable, Equatable, Sendable {
        /// Degrees north, -90 to 90.
        public var latitude: Double
        /// Degrees east, -180 to 180.
        public var longitude: Double
        /// Metres above sea level.
        public var elevation: Double?

        /// Makes a location.
        public init(latitude: Double, longitude: Double, elevation: Double? = nil) {
            (self.latitude, self.longitude, self.elevation) = (latitude, longitude, elevation)
        }
    }

    /// Seconds since 1970, UTC: when it was measured, never when it is sent.
    public private(set) var second: Int64
    /// The texts of the fields, by their number from 1 to 8.
    public private(set) var fields: [Int: String]
    /// A text for people.
    public private(set) var status: String?
    /// Where it was measured.
    public private(set) var location: Location?

    private enum CodingKeys: String, CodingKey {
        case second = "t"
        case fields = "f"
        case status = "s"
        case location = "l"
    }

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - time: seconds since 1970, UTC, by the signal's clock (start of the recording + sample / rate); the fraction is
    ///     cut off. A time that no 64-bit whole second can hold becomes second 0, which the uploader refuses.
    ///   - fields: texts by field number; they are cleaned (``PlainText/cleaned(_:)``), numbers out of 1...8 and texts
    ///     that are empty then are left out.
    ///   - status: cleaned likewise.
    public init(time: Double, fields: [Int: String], status: String? = nil, location: Location? = nil) {
        second = Int64(exactly: time.rounded(.down)) ?? 0
        self.fields = fields.filter { (1...8).contains($0.key) }.mapValues { PlainText.cleaned($0) }
            .filter { !$0.value.isEmpty }
        self.status = status.map { PlainText.cleaned($0) }.flatMap { $0.isEmpty ? nil : $0 }
        self.location = location.flatMap { $0.latitude.isFinite && $0.longitude.isFinite ? $0 : nil }
    }

    /// Makes a row of numbers; those that are not finite are left out.
    public init(time: Double, values: [Int: Double], status: String? = nil, location: Location? = nil) {
        self.init(
            time: time, fields: values.compactMapValues { PlainText.decimal($0) }, status: status, location: location)
    }

    /// Whether there is anything to send.
    public var isEmpty: Bool { fields.isEmpty && status == nil && location == nil }

    /// A row of known parts, which are clean already.
    init(second: Int64, fields: [Int: String], status: String?, location: Location?) {
        (self.second, self.fields, self.status, self.location) = (second, fields, status, location)
    }
}

/// What becomes of values of one field in the same second.
public enum MergeRule: String, Codable, Sendable, CaseIterable {
    /// The last one counts.
    case last
    /// Their mean; the last one when one of them is no number.
    case mean
    /// The largest; the last one when one of them is no number.
    case max
}
