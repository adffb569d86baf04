/// Yields frames batch by batch: a sensor table, whose rows are frames as they stand.
public protocol FrameSource {
    /// What the columns mean, and how the frames lie in time.
    var schema: FeatureSchema { get }

    /// What a person should know about the input although it could be read, such as missing values. Complete once the
    /// end has been reached.
    var warnings: [String] { get }

    /// Whether the input ends before the place where it should. What came before is good, but somebody should know.
    /// Final once the end has been reached.
    var isIncomplete: Bool { get }

    /// Appends the next 1 to `maximum` frames; `false` at the end, where nothing is appended. A value that is missing
    /// is NaN; no other value is not finite.
    ///
    /// - Throws: ``SignalError`` with the path, the line and the column when the input is damaged.
    mutating func nextFrames(maximum: Int, into frames: inout FeatureFrames) throws -> Bool
}

/// Turns frames into other frames, batch by batch: rolling statistics, lags, calendar features.
///
/// The result does not depend on how the frames are cut into batches, to the bit. Where ``FeatureSchema/isCausal`` of
/// the ``schema`` says so, a frame depends on nothing that comes after it.
public protocol FrameTransform {
    /// What the columns of the result mean.
    var schema: FeatureSchema { get }

    /// For every frame that the last call appended, the number of the input frame it belongs to, counted from 0 since
    /// the start or the last ``reset()``; ascending. A transform may leave frames out or hold them back, so labels are
    /// to be looked up here.
    var sourceRows: [Int] { get }

    /// Takes the next frames and appends what is complete with them.
    ///
    /// - Precondition: the frames have the columns that the transform was made for.
    mutating func transform(_ input: FeatureFrames, into output: inout FeatureFrames) throws

    /// Appends what is due at the end of the input: frames that waited for later ones.
    mutating func finish(into output: inout FeatureFrames) throws

    /// Forgets the frames so far, ready for another input of the same columns.
    mutating func reset()
}
