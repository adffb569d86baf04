/// Writes tables as text by RFC 4180, with line feeds alone as line ends.
public enum CSVText {
    /// One row with its line end; fields that hold a comma, a quote or a line end are quoted.
    public static func row(_ fields: some Sequence<String>) -> String {
        fields.map(field).joined(separator: ",") + "\n"
    }

    /// One field, quoted if need be.
    public static func field(_ text: String) -> String {
        let special: (UInt8) -> Bool = { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        guard text.utf8.contains(where: special) else { return text }
        // By scalars: a quote that a combining mark follows is no character of its own, but still a quote to readers.
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
