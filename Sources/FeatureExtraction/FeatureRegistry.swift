public import SignalCore

/// The features that exist, by name. A line here adds one: to `--feature`, to the listings and to the contract tests.
public enum FeatureRegistry {
    /// The features that are computed from a signal itself.
    private static let basic: [any FeatureExtractor.Type] = [
        PerChannel<ShortTimeTransform>.self,
        PerChannel<MelSpectrogram>.self,
        PerChannel<LogMelSpectrogram>.self,
        PerChannel<CepstralCoefficients>.self,
        PerChannel<KaldiFilterBank>.self,
        PerChannel<SpectralAnalysis>.self,
        PerChannel<ChromaAnalysis>.self,
        PerChannel<WelchAnalysis>.self,
        PerChannel<EnvelopeAnalysis>.self,
        PerChannel<VibrationAnalysis>.self,
    ]

    /// All features: the basic ones, then the first and second derivative of each.
    public static let all: [any FeatureExtractor.Type] =
        basic + basic.map { derivative(of: $0, FirstDerivative.self) }
        + basic.map { derivative(of: $0, SecondDerivative.self) }

    /// The feature of one name.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, with the nearest known name.
    public static func feature(named name: String) throws -> any FeatureExtractor.Type {
        guard let feature = all.first(where: { $0.name == name }) else {
            throw SignalError(.invalidOption, NearestName.unknown("feature", name, among: all.map { $0.name }))
        }
        return feature
    }

    private static func derivative<Base: FeatureExtractor, Order: DerivativeOrder>(
        of base: Base.Type, _ order: Order.Type
    ) -> any FeatureExtractor.Type {
        Delta<Base, Order>.self
    }
}

extension FeatureExtractor {
    /// Makes an extractor from options that a person typed (`melBands` → `128`) over the defaults.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public static func make(format: SignalFormat, settings: [(name: String, text: String)]) throws -> Self {
        try Self(format: format, options: Options().setting(settings))
    }

    /// The options of the feature after what a person typed, by name.
    public static func optionValues(settings: [(name: String, text: String)] = []) throws -> OptionValues {
        try Options().setting(settings).values()
    }
}
