import FeatureExtraction
import SignalCore

/// One feature with its options, as chosen on the command line or stored in a model.
struct FeatureChoice: Sendable {
    /// The feature.
    let type: any FeatureExtractor.Type
    /// The options that differ from the defaults, as typed.
    let settings: [(name: String, text: String)]
    /// All options.
    let options: OptionValues

    var name: String { type.name }

    init(name: String, settings: [(name: String, text: String)]) throws {
        type = try FeatureRegistry.feature(named: name)
        self.settings = settings
        do {
            options = try type.optionValues(settings: settings)
        } catch let error as SignalError {
            throw SignalError(error.code, "\(name): \(error.message)")
        }
    }

    /// Reads `-f log-mel,vibration` and `--set log-mel.melBands=128`.
    ///
    /// - Parameter members: whether names with a dot may belong to something else than a feature: a part of a model.
    /// - Returns: the features, and the settings that belong to none of them.
    static func parse(
        _ names: String, settings texts: [String], members: Bool = false
    ) throws -> (features: [FeatureChoice], others: [(name: String, text: String)]) {
        let names = names.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }.map(String.init)
        guard !names.isEmpty else { throw SignalError(.invalidOption, "--feature names at least one feature") }
        for name in names where names.count(where: { $0 == name }) > 1 {
            throw SignalError(.invalidOption, "--feature names \(name) twice")
        }
        var settings: [String: [(name: String, text: String)]] = [:]
        var others: [(name: String, text: String)] = []
        for text in texts {
            guard let mark = text.firstIndex(of: "=") else {
                throw SignalError(.invalidOption, "--set takes key=value, not '\(text.escapingControlCharacters)'")
            }
            let key = text[..<mark]
            let value = String(text[text.index(after: mark)...])
            if let dot = key.firstIndex(of: ".") {
                let feature = String(key[..<dot])
                guard names.contains(feature) else {
                    if members {
                        others.append((String(key), value))
                        continue
                    }
                    throw SignalError(
                        .invalidOption, NearestName.unknown("feature in --set:", feature, among: names))
                }
                settings[feature, default: []].append((String(key[key.index(after: dot)...]), value))
            } else {
                others.append((String(key), value))
            }
        }
        let features = try names.map { try FeatureChoice(name: $0, settings: settings[$0] ?? []) }
        return (features, others)
    }

    /// Makes the extractor for one format.
    func makeExtractor(format: SignalFormat) throws -> any FeatureExtractor {
        do {
            return try type.make(format: format, settings: settings)
        } catch let error as SignalError where error.code == .invalidOption {
            throw SignalError(.invalidOption, "\(name): \(error.message)")
        }
    }
}
