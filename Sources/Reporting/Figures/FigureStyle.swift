/// Colours, line styles and marks that stay apart in grey and for colour-blind people.
enum FigureStyle {
    /// How one of several series is drawn.
    struct Series {
        /// Red, green and blue as `#rrggbb`.
        var colour: String
        /// gnuplot's dash pattern.
        var dash: String
        /// gnuplot's mark.
        var mark: Int

        /// The style as gnuplot's options for lines.
        var line: String { "linecolor rgb '\(colour)' dashtype \(dash)" }
        /// The style as gnuplot's options for marks.
        var point: String { "linecolor rgb '\(colour)' pointtype \(mark)" }
    }

    /// The colours of Okabe and Ito (2008), neighbours far apart in lightness, each with its own dashes and mark.
    private static let series: [Series] = [
        Series(colour: "#0072b2", dash: "1", mark: 7),
        Series(colour: "#e69f00", dash: "'-'", mark: 9),
        Series(colour: "#000000", dash: "'.'", mark: 5),
        Series(colour: "#009e73", dash: "'-.'", mark: 11),
        Series(colour: "#d55e00", dash: "'_'", mark: 13),
        Series(colour: "#56b4e9", dash: "'-..'", mark: 6),
        Series(colour: "#cc79a7", dash: "'_.'", mark: 4),
    ]

    /// The style of the series with this number; numbers beyond the last begin again.
    static func series(_ number: Int) -> Series { series[number % series.count] }

    /// What is measured: dark blue.
    static let measured = "#1f3a5f"
    /// What is expected, forecast or a model's: blue.
    static let model = "#0072b2"
    /// What is anomalous or an alarm: vermilion.
    static let alarm = "#d55e00"
    /// What is true by label: pale yellow as an area behind.
    static let truth = "#f7efa0"
    /// What is normal: sky blue.
    static let normal = "#56b4e9"
    /// What serves for comparison only.
    static let reference = "#707070"

    /// From low to high with lightness rising evenly: viridis by van der Walt and Smith (2015).
    static let rising =
        "set palette maxcolors 256 defined (0 '#440154', 1 '#481a6c', 2 '#472f7d', 3 '#414487', 4 '#39568c', "
        + "5 '#31688e', 6 '#2a788e', 7 '#23888e', 8 '#1f988b', 9 '#22a884', 10 '#35b779', 11 '#54c568', "
        + "12 '#7ad151', 13 '#a5db36', 14 '#d2e21b', 15 '#fde725')"
}
