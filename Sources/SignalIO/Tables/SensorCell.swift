/// What a cell of a sensor table may hold that is no number.
enum SensorCell {
    /// Whether nothing was measured: the cell is blank or says so.
    static func isMissing(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let trimmed = trimmed(bytes, range)
        return trimmed.count <= 4 && missing.contains(lowered(bytes, trimmed))
    }

    /// Whether a label cell says so, and whether it said it with 0 or 1 or a word; `nil` when it says neither.
    static func label(_ bytes: [UInt8], _ range: Range<Int>) -> (isAnomalous: Bool, isPlain: Bool)? {
        if let number = DecimalNumber.parse(bytes, range) { return (number != 0, number == 0 || number == 1) }
        let trimmed = trimmed(bytes, range)
        guard trimmed.count <= 9, let word = words[lowered(bytes, trimmed)] else { return nil }
        return (word, true)
    }

    private static let missing: Set = ["", "nan", "na", "n/a", "null", "none", "-"]
    private static let words: [String: Bool] = [
        "true": true, "yes": true, "anomaly": true, "anomalous": true, "abnormal": true, "failure": true,
        "false": false, "no": false, "normal": false, "ok": false,
    ]

    private static func lowered(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self).lowercased()
    }

    private static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}
