/// Turns a signal into frames, block by block.
///
/// The frames do not depend on how the signal is cut into blocks, to the bit. One object serves one recording after
/// the other (``reset()``), so that plans, windows and filter banks are made once.
public protocol FeatureExtractor: SendableMetatype {
    /// The options of the extractor.
    associatedtype Options: AlgorithmOptions

    /// The name used on the command line and in files, such as `log-mel`.
    static var name: String { get }
    /// What the feature is, in one line, for listings.
    static var summary: String { get }

    /// Makes an extractor for signals of one format.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption` when the options contradict themselves or the format.
    init(format: SignalFormat, options: Options) throws

    /// What the columns mean: those of the first channel, then those of the second, and so on. With more than one
    /// channel every column's name begins with the channel's name and a slash.
    var schema: FeatureSchema { get }

    /// What a person should know about this combination of options and format although it works, such as mel bands
    /// without an FFT bin in them.
    var warnings: [String] { get }

    /// Takes the next block and appends the frames that are complete with it.
    ///
    /// - Precondition: the block has the format's number of channels.
    mutating func consume(_ block: SignalBlock, into frames: inout FeatureFrames) throws

    /// Appends what is due at the end of the signal: the padded frames of a centred feature, the one frame of a
    /// feature that looks at the whole recording.
    mutating func finish(into frames: inout FeatureFrames) throws

    /// Forgets the signal so far, ready for another one of the same format.
    mutating func reset()
}
