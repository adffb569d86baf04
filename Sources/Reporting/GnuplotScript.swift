import SignalCore

/// Commands and binary data for gnuplot, in the order in which it reads them.
struct GnuplotScript {
    /// Pixels from left to right: 8 inches.
    static let width = 2400
    /// Pixels from top to bottom: 4.5 inches.
    static let height = 1350
    /// 300 dots an inch.
    static let pixelsPerMetre: UInt32 = 11811

    /// What gnuplot reads.
    private(set) var bytes: [UInt8] = []

    /// Begins a picture of the fixed size; `title` is a person's text and may hold anything.
    init(title: String) {
        // `noenhanced`: an underscore in a name is no subscript.
        command("set encoding utf8")
        command(
            "set terminal pngcairo size \(Self.width),\(Self.height) font 'DejaVu Sans,10' fontscale 2.6 linewidth 3 "
                + "background rgb 'white' noenhanced")
        command("set label \(Self.quoted(Self.shortened(title))) at screen 0.5,0.955 center font ',12'")
        command("set tics out nomirror scale 0.6")
        // The default, "% h", has a blank in front that moves the numbers away from their ticks.
        command("set format '%g'")
        command("set border linewidth 0.7")
        command("unset key")
    }

    /// Appends one command. Texts in it have gone through ``quoted(_:)``.
    mutating func command(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Appends the values that the plot command before it reads from `'-'` as `%float`.
    mutating func append(_ values: some Sequence<Float>) {
        for value in values {
            for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(byte)))) }
        }
    }

    /// A text as a gnuplot string that means exactly that text.
    ///
    /// Single quotes: in double ones gnuplot runs what stands between backquotes as a shell command. Control
    /// characters are escaped, since a line break would end the command.
    static func quoted(_ text: String) -> String {
        "'" + text.escapingControlCharacters.replacing("'", with: "''") + "'"
    }

    /// A text that fits above the picture: of a longer one the middle is left out, for the ends of a path tell most.
    static func shortened(_ text: String, to limit: Int = 84) -> String {
        guard text.count > limit else { return text }
        return text.prefix(limit / 2 - 1) + "…" + text.suffix(limit - limit / 2)
    }
}
