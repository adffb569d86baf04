/// Results of other detectors by the Numenta Anomaly Benchmark, as its repository publishes them (v1.1).
enum NABPublished {
    /// A detector, its normalised scores for the three profiles, and its unnormalised standard score a file.
    struct Line: Encodable {
        let detector: String
        let scores: [String]
        var fileSums: [Double] = []

        init(_ text: String) {
            let fields = text.split(separator: "|").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
            detector = fields[0]
            scores = Array(fields[1...3])
            fileSums = fields.dropFirst(4).compactMap(Double.init)
        }
    }

    /// The whole corpus: 58 files, 116 windows; the threshold of each maximises its score over them.
    static let corpus = [
        "ARTime|74.9|65.1|80.4", "Numenta HTM|70.5-69.7|62.6-61.7|75.2-74.2", "CAD OSE|69.9|67.0|73.2",
        "earthgecko Skyline|58.2|46.2|63.9", "KNN CAD|58.0|43.4|64.8", "Relative Entropy|54.6|47.6|58.8",
        "Random Cut Forest|51.7|38.4|59.7", "Twitter ADVec|47.1|33.6|53.5", "Windowed Gaussian|39.6|20.9|47.4",
        "Etsy Skyline|35.7|27.1|44.5", "Bayesian Changepoint|17.7|3.2|32.2", "EXPoSE|16.4|3.2|26.9",
        "Random|11.0|1.2|19.5", "Null|0|0|0",
    ].map(Line.init)

    /// The group realKnownCause alone (7 files, 19 windows), from the published sums a file; thresholds from the whole
    /// corpus. Files: ambient temperature, CPU utilisation, EC2 request latency, machine temperature, New York taxis, key hold
    /// and key up-down of the rogue agent.
    static let knownCauses = [
        "ARTime|63.9|52.2|70.7|1.66|-0.26|1.39|2.56|3.78|-1.28|-2.57",
        "Numenta HTM|55.5|49.3|61.5|-0.76|-0.26|1.71|1.36|2.44|-1.11|-1.30",
        "Relative Entropy|49.9|39.3|56.1|-1.40|0.42|2.04|-0.92|3.83|-1.52|-2.49",
        "KNN CAD|45.2|27.9|54.7|-0.77|-1.11|1.93|-2.86|0.27|0.30|0.43",
        "Random Cut Forest|43.1|16.0|47.8|1.76|0.67|1.85|-2.12|-3.19|-1.53|-0.07",
        "CAD OSE|41.8|38.0|49.4|-0.32|-0.14|1.99|-0.17|-1.32|-0.96|-2.22",
        "earthgecko Skyline|32.9|27.7|36.0|1.73|0.06|0.10|1.40|-5.00|-2.33|-2.45",
        "Twitter ADVec|26.7|21.5|30.1|-2.00|-0.02|2.02|-0.24|-5.00|-2.22|-1.40",
        "EXPoSE|13.5|5.2|21.8|-2.00|-2.00|0.73|-3.11|-5.00|-2.00|-0.48",
        "Windowed Gaussian|13.4|9.9|15.9|-2.00|-1.11|2.02|-4.00|-5.00|-2.44|-1.40",
        "Etsy Skyline|10.1|6.8|12.0|-2.00|-1.55|0.09|-2.13|-5.00|-2.00|-2.56",
        "Bayesian Changepoint|-1.2|-38.7|22.9|-2.00|-9.92|-0.28|-3.32|-5.00|1.28|-0.20",
    ].map(Line.init)
}
