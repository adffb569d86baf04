import Foundation
import SignalCore

/// A report as one HTML page that needs nothing else: no script, no link to another file, pictures inside.
struct ReportPage {
    let report: Report
    /// The SVG of every figure; `nil` for one that could not be drawn.
    let pictures: [String?]
    /// Why a figure could not be drawn.
    let reasons: [String?]

    /// Longer tables are cut in the page; the files have all rows.
    private static let mostRows = 60
    private static let mostColumns = 24
    /// Texts from this length on are sentences to read, which a table of many columns would squeeze to a word a line.
    private static let sentenceLength = 40
    /// What marks a cell of such a text; tables that have one may be wider than the lines of text, where the window is.
    private static let sentence = " class=\"s\""

    func html() -> String {
        var body = ""
        var number = 0
        for (position, section) in report.sections.enumerated() {
            body += "<section id=\"s\(position + 1)\">\n<h2>\(position + 1) \(Self.escaped(section.title))</h2>\n"
            for part in section.parts {
                switch part {
                case .paragraph(let text): body += "<p>\(Self.escaped(text))</p>\n"
                case .code(let text): body += "<pre><code>\(Self.escaped(text))</code></pre>\n"
                case .table(let table, let caption):
                    let text = Self.html(table, caption: caption)
                    body += "<div class=\"scroll\(text.contains(Self.sentence) ? " wide" : "")\">\(text)</div>\n"
                case .figure(let figure):
                    body += html(figure, number: number)
                    number += 1
                }
            }
            body += "</section>\n"
        }
        let contents = report.sections.enumerated().map {
            "<li><a href=\"#s\($0 + 1)\">\(Self.escaped($1.title))</a></li>"
        }.joined(separator: "\n")
        let summary = report.summary.map { "<p>\(Self.escaped($0))</p>" }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(Self.escaped(report.title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header>
            <h1>\(Self.escaped(report.title))</h1>
            <p class="made">\(Self.escaped(report.created)) · \(Self.escaped(report.tool))</p>
            <div class="summary">\(summary)</div>
            </header>
            <nav aria-label="Contents">
            <h2>Contents</h2>
            <ol>
            \(contents)
            </ol>
            </nav>
            <main>
            \(body)</main>
            </body>
            </html>

            """
    }

    private func html(_ figure: any Figure, number: Int) -> String {
        let picture: String
        if number < pictures.count, let svg = pictures[number] {
            let data = Data(svg.utf8).base64EncodedString()
            picture = "<img alt=\"\(Self.escaped(figure.title))\" src=\"data:image/svg+xml;base64,\(data)\">"
        } else {
            let reason = number < reasons.count ? reasons[number] ?? "" : ""
            picture =
                "<p class=\"missing\">\(Self.escaped(figure.title)): no picture, since \(Self.escaped(reason)).</p>"
        }
        let numbers = figure.numbers
        // Without a picture the numbers are what there is to see.
        let isOpen = picture.hasPrefix("<p")
        return """
            <figure id="f\(number + 1)">
            \(picture)
            <figcaption><b>Figure \(number + 1).</b> \(Self.escaped(figure.caption))</figcaption>
            <details\(isOpen ? " open" : "")><summary>Numbers: figures/\(Self.escaped(figure.name)).csv, .json, .svg, .png</summary>
            <div class="scroll">\(Self.html(numbers, caption: nil))</div>
            </details>
            </figure>

            """
    }

    private static func html(_ table: NumberTable, caption: String?) -> String {
        let columns = table.columns.indices.prefix(mostColumns)
        let rows = 0..<min(table.rowCount, mostRows)
        var text = "<table>"
        if let caption { text += "<caption>\(escaped(caption))</caption>" }
        text +=
            "<thead><tr>" + columns.map { "<th>\(escaped(table.columns[$0].heading))</th>" }.joined()
            + "</tr></thead>\n"
        text += "<tbody>"
        for row in rows {
            text += "<tr>"
            for column in columns {
                let isNumber = if case .numbers = table.columns[column].cells { true } else { false }
                let cell = isNumber ? short(table, row, column) : table.text(row: row, column: column)
                let kind = isNumber ? " class=\"n\"" : cell.count >= sentenceLength ? sentence : ""
                text += "<td\(kind)>\(escaped(cell))</td>"
            }
            text += "</tr>\n"
        }
        text += "</tbody></table>"
        if rows.count < table.rowCount || columns.count < table.columns.count {
            text +=
                "<p class=\"cut\">\(rows.count) of \(table.rowCount) rows and \(columns.count) of "
                + "\(table.columns.count) columns are shown here.</p>"
        }
        return text
    }

    /// A number with six digits that count: more nobody reads in a table.
    private static func short(_ table: NumberTable, _ row: Int, _ column: Int) -> String {
        guard case .numbers(let numbers) = table.columns[column].cells, row < numbers.count, numbers[row].isFinite,
            numbers[row] != numbers[row].rounded()
        else { return table.text(row: row, column: column) }
        let number = numbers[row]
        let size = abs(number)
        guard size >= 1e-3, size < 1e6 else { return String(format: "%.4g", number) }
        return rounded(number, digits: size >= 1000 ? 1 : size >= 10 ? 3 : 4)
    }

    /// A text that is nothing but text, wherever it stands in a page.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            // Control characters are no part of HTML, and marks of direction could reorder what stands around them.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let style = """

        :root { --ink: #1a1a1a; --soft: #595959; --paper: #ffffff; --line: #d0d0d0; --fill: #f3f5f7; --link: #005a9c; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8e8e8; --soft: #a8a8a8; --paper: #16181b; --line: #3c4046; --fill: #22262b; --link: #7cc0f5; }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; color: var(--ink); background: var(--paper);
          font: 16px/1.5 "DejaVu Sans", Verdana, system-ui, sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; }
        h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
        a { color: var(--link); }
        .made, .cut, .missing { color: var(--soft); font-size: .875rem; }
        .summary { background: var(--fill); border-left: 4px solid var(--link); padding: .5rem 1rem; margin: 1rem 0; }
        .summary p { margin: .4rem 0; }
        nav h2 { margin-top: 1rem; font-size: 1rem; border: 0; }
        nav ol { columns: 2; margin: 0; padding-left: 1.6rem; }
        figure { margin: 1.5rem 0; }
        figure img { display: block; width: 100%; height: auto; background: #ffffff; border-radius: 4px; }
        figcaption { font-size: .9rem; margin-top: .4rem; }
        details { font-size: .85rem; margin-top: .3rem; }
        details summary { color: var(--soft); cursor: pointer; }
        .scroll { overflow-x: auto; margin: .6rem 0; }
        .wide { margin-inline: min(0px, (100% - min(100vw - 5rem, 80rem)) / 2); }
        table { border-collapse: collapse; font-size: .85rem; line-height: 1.35; overflow-wrap: normal; }
        caption { text-align: left; padding-bottom: .3rem; color: var(--soft); }
        th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
                 max-width: 42rem; overflow-wrap: break-word; }
        th { background: var(--fill); }
        td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td.s { min-width: 20rem; }
        pre { background: var(--fill); padding: .7rem; overflow-x: auto; white-space: pre-wrap; font-size: .85rem; }
        @media print {
          :root { --ink: #000; --soft: #333; --paper: #fff; --line: #999; --fill: #fff; --link: #000; }
          @page { size: A4; margin: 18mm 16mm; }
          body { max-width: none; padding: 0; font-size: 10.5pt; }
          figure, tr, pre { break-inside: avoid; }
          h2 { break-after: avoid; }
          .scroll { overflow: visible; margin-inline: 0; }
          table { font-size: 8pt; }
          th, td { padding: .15rem .3rem; }
          td.s { min-width: 14rem; }
          details:not([open]) { display: none; }
          a { text-decoration: none; }
        }

        """
}
