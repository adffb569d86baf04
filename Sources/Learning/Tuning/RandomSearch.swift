public import SignalCore

/// Tries options of an algorithm, drawn at random from the ranges it declares (Bergstra and Bengio, "Random Search for
/// Hyper-Parameter Optimization", JMLR 13, 2012).
///
/// Trial 0 is the defaults, so that a search never ends with less than them. What a trial tries depends on the seed and
/// its number alone: a search can be interrupted, resumed, or made longer.
public struct RandomSearch: Sendable {
    private let algorithm: any Detector.Type
    private let space: [OptionSearch]
    private let fixed: [(name: String, text: String)]
    private let seed: UInt64

    /// Prepares a search.
    ///
    /// - Parameters:
    ///   - algorithm: the algorithm, from ``ModelRegistry``.
    ///   - fixed: options that all trials share, as typed; they are not searched.
    ///   - seed: the seed of what is tried and of every fit.
    /// - Throws: `SignalError` with code `invalidOption` when a fixed option does not exist or is out of range.
    public init(of algorithm: any Detector.Type, fixed: [(name: String, text: String)] = [], seed: UInt64) throws {
        func space<Algorithm: Detector>(_ type: Algorithm.Type) throws -> [OptionSearch] {
            _ = try Algorithm.Options().setting(fixed)
            return Algorithm.Options.searchSpace
        }
        self.algorithm = algorithm
        self.fixed = fixed
        self.seed = seed
        self.space = try space(algorithm).filter { search in !fixed.contains { $0.name == search.name } }
    }

    /// The ranges that are searched, in words; empty where the algorithm has nothing to search.
    public var ranges: [(name: String, words: String)] { space.map { ($0.name, $0.words) } }

    /// The options that a trial sets beside the fixed ones, as a person would type them.
    public func assignments(ofTrial number: Int) -> [(name: String, text: String)] {
        guard number > 0 else { return [] }
        var generator = SeededGenerator(seed: seed, stream: UInt64(number))
        return space.map { ($0.name, $0.draw(using: &generator).description) }
    }

    /// Fits and judges one trial. A trial whose options do not fit the data (more components than columns) is no error:
    /// it has no quality, and says why.
    ///
    /// - Parameters:
    ///   - number: the trial, from 0.
    ///   - training: the normal data to fit on.
    ///   - judge: what the fit is judged by.
    ///   - context: threads and reports; its seed is replaced by that of the search.
    /// - Throws: what the context's report throws, or an error of code `unexpected`.
    public func trial(
        _ number: Int, training: TrainingData, judge: SearchJudge, context: FittingContext
    ) throws -> SearchTrial {
        func run<Algorithm: Detector>(_ type: Algorithm.Type, _ options: [(name: String, text: String)]) throws
            -> Double
        {
            var context = context
            context.seed = seed
            let detector = try Algorithm.fit(
                training, options: Algorithm.Options().setting(fixed + options), context: context)
            return try judge.quality(of: detector, jobs: context.jobs)
        }
        let options = assignments(ofTrial: number)
        let texts = Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0.text) })
        do {
            return SearchTrial(number: number, options: texts, quality: try run(algorithm, options), failure: nil)
        } catch let error as SignalError where [.invalidOption, .insufficientData, .limitExceeded].contains(error.code)
        {
            return SearchTrial(number: number, options: texts, quality: nil, failure: error.message)
        }
    }
}

/// What came of one trial of a ``RandomSearch``.
public struct SearchTrial: Sendable, Equatable, Codable {
    /// The number of the trial; 0 is the defaults.
    public let number: Int
    /// The options that were drawn, as a person would type them.
    public let options: [String: String]
    /// The quality, 0 to 1, higher is better; `nil` where the options could not be used.
    public let quality: Double?
    /// Why there is no quality.
    public let failure: String?

    /// Makes a trial.
    public init(number: Int, options: [String: String], quality: Double?, failure: String?) {
        self.number = number
        self.options = options
        self.quality = quality
        self.failure = failure
    }

    /// The trial of the highest quality, the earliest among equals; `nil` when none has one.
    public static func best(of trials: [SearchTrial]) -> SearchTrial? {
        trials.sorted { $0.number < $1.number }.reduce(nil) { best, trial in
            guard let quality = trial.quality else { return best }
            return quality > best?.quality ?? -1 ? trial : best
        }
    }
}
