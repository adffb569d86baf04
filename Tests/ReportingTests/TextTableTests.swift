import Testing

@testable import Reporting

@Suite("Tables for people")
struct TextTableTests {
    @Test("Texts stand left and numbers right, under a line")
    func alignment() {
        var table = TextTable(["file", "seconds", "share", "note"])
        table.append(["a.wav", "10", "98.6 %", ""])
        table.append(["longer name.wav", "1,400.5", "3 %", "n/a now"])
        table.append(["c", "-", "", "7"])
        #expect(
            table.rendered() == """
                file             seconds   share  note
                ---------------  -------  ------  -------
                a.wav                 10  98.6 %
                longer name.wav  1,400.5     3 %  n/a now
                c                      -          7

                """)
    }

    @Test("Control characters cannot break a row or reach the terminal")
    func controlCharacters() {
        var table = TextTable(["name", "n"])
        table.append(["a\n\u{1B}[31mb\tc", "1"])
        let text = table.rendered()
        #expect(text.contains("a\\n\\u{1b}[31mb\\tc"))
        #expect(text.split(separator: "\n").count == 3)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
    }

    @Test("Wide characters and accents keep the columns straight")
    func widths() {
        #expect(TextTable.width(of: "Lüfter") == 6)
        #expect(TextTable.width(of: "u\u{308}") == 1)
        #expect(TextTable.width(of: "风扇") == 4)
        #expect(TextTable.width(of: "🔧") == 2)
        #expect(TextTable.width(of: "a\u{200B}b") == 2)
    }

    @Test("Without rows the header stands alone")
    func empty() {
        #expect(TextTable(["a", "bc"]).rendered() == "a  bc\n-  --\n")
    }
}
