public import SignalCore

/// Where a slope is taken, and what happens at the ends of the recording.
public enum DeltaMode: String, OptionChoice {
    /// At the newest of the last `width` frames: needs no future frame, so it can run live. Before the first frame
    /// stands the first one, repeated.
    case trailing
    /// In the middle of `width` frames; the ends are read off the first and last whole fit. librosa's default.
    case interp
    /// In the middle of `width` frames, the first and the last one repeated beyond the ends.
    case nearest
}

/// The options of the `-delta` and `-delta2` of a feature: those of the feature itself, and two more.
public struct DeltaOptions<Base: AlgorithmOptions>: AlgorithmOptions {
    /// The options of the feature.
    public var base = Base()
    /// Frames that a slope is fitted to (librosa: `width`); odd, 3 to 99.
    public var deltaWidth = 9
    /// Where the slope is taken.
    public var deltaMode = DeltaMode.trailing

    /// The defaults: the slope over the last nine frames.
    public init() {}

    /// Reads the options of the feature beside the own ones.
    public init(from decoder: any Decoder) throws {
        base = try Base(from: decoder)
        let container = try decoder.container(keyedBy: Key.self)
        deltaWidth = try container.decode(Int.self, forKey: .deltaWidth)
        deltaMode = try container.decode(DeltaMode.self, forKey: .deltaMode)
    }

    /// Writes the options of the feature beside the own ones.
    public func encode(to encoder: any Encoder) throws {
        try base.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(deltaWidth, forKey: .deltaWidth)
        try container.encode(deltaMode, forKey: .deltaMode)
    }

    /// Checks the feature's options and the width.
    public func validate() throws {
        try base.validate()
        guard (3...99).contains(deltaWidth), !deltaWidth.isMultiple(of: 2) else {
            throw SignalError(.invalidOption, "deltaWidth is an odd number from 3 to 99, not \(deltaWidth)")
        }
    }

    private enum Key: String, CodingKey { case deltaWidth, deltaMode }
}

/// Which derivative ``Delta`` takes.
protocol DerivativeOrder {
    /// 1 for the slope, 2 for the curvature.
    static var order: Int { get }
    /// What is added to the feature's name.
    static var suffix: String { get }
    /// What the derivative is called.
    static var title: String { get }
}

/// The first derivative.
enum FirstDerivative: DerivativeOrder {
    static let order = 1
    static let suffix = "-delta"
    static let title = "slope over time, per frame,"
}

/// The second derivative.
enum SecondDerivative: DerivativeOrder {
    static let order = 2
    static let suffix = "-delta2"
    static let title = "second derivative over time, per frame squared,"
}

/// The derivative over time of another feature: a polynomial of the derivative's order is fitted to `deltaWidth`
/// frames (Savitzky and Golay, 1964), as `librosa.feature.delta`. Frames and columns are those of the feature.
struct Delta<Base: FeatureExtractor, Order: DerivativeOrder>: FeatureExtractor {
    static var name: String { Base.name + Order.suffix }
    static var summary: String { "\(Order.title) of \(Base.name)" }

    let schema: FeatureSchema
    var warnings: [String] { base.warnings }
    private var base: Base
    private let width: Int
    private let mode: DeltaMode
    /// The frames that a fit still needs, the oldest first.
    private var window: FeatureFrames
    /// Frames of the feature that have been dealt with.
    private var seen = 0
    /// Frames that were dropped from the start of ``window``.
    private var dropped = 0
    private let weights: [Double]

    init(format: SignalFormat, options: DeltaOptions<Base.Options>) throws {
        try options.validate()
        base = try Base(format: format, options: options.base)
        width = options.deltaWidth
        mode = options.deltaMode
        weights = Self.weights(width: options.deltaWidth)
        window = FeatureFrames(columnCount: base.schema.columns.count)
        schema = FeatureSchema(
            feature: Self.name,
            columns: base.schema.columns.map {
                FeatureColumn($0.name + Order.suffix, unit: $0.unit, band: $0.band)
            },
            frameSeconds: base.schema.frameSeconds, hopSeconds: base.schema.hopSeconds,
            isCausal: base.schema.isCausal && options.deltaMode == .trailing)
    }

    mutating func consume(_ block: SignalBlock, into frames: inout FeatureFrames) throws {
        let before = window.count
        try base.consume(block, into: &window)
        advance(from: before, into: &frames)
    }

    mutating func finish(into frames: inout FeatureFrames) throws {
        let before = window.count
        try base.finish(into: &window)
        advance(from: before, into: &frames)
        guard mode != .trailing, seen > 0 else { return }
        guard mode != .interp || seen >= width else {
            throw SignalError(
                .insufficientData,
                "\(Self.name) fits \(width) frames but the recording has \(seen); use a smaller deltaWidth or deltaMode=nearest"
            )
        }
        let half = width / 2
        for frame in max(0, seen - half)..<seen { emit(frame, into: &frames) }
    }

    mutating func reset() {
        base.reset()
        window.removeAll()
        seen = 0
        dropped = 0
    }

    /// Emits what has become possible with the frames of the window from `before` on.
    private mutating func advance(from before: Int, into frames: inout FeatureFrames) {
        let half = width / 2
        for _ in before..<window.count {
            seen += 1
            switch mode {
            case .trailing: emit(seen - 1, into: &frames)
            case .nearest: if seen > half { emit(seen - 1 - half, into: &frames) }
            case .interp:
                // The first whole fit also gives the frames before its middle.
                if seen == width { for frame in 0...half { emit(frame, into: &frames) } }
                if seen > width { emit(seen - 1 - half, into: &frames) }
            }
        }
        let keep = 2 * width
        if window.count > 4 * keep { dropOldest(window.count - keep) }
    }

    /// Appends the derivative at one frame of the recording.
    private func emit(_ frame: Int, into frames: inout FeatureFrames) {
        let half = width / 2
        var first = mode == .trailing ? frame - width + 1 : frame - half
        if mode == .interp { first = max(0, min(first, seen - width)) }
        frames.append(time: window.times[frame - dropped]) { row in
            for column in row.indices {
                var sum = 0.0
                for (offset, weight) in weights.enumerated() {
                    let source = min(max(first + offset, 0), seen - 1) - dropped
                    sum += weight * Double(window.values[source * window.columnCount + column])
                }
                row[column] = Float(sum)
            }
        }
    }

    /// The weights of the frames of a fit in the derivative.
    ///
    /// By the orthogonal polynomials of equally spaced points. The slope of a straight line is the same everywhere,
    /// and so is the curvature of a parabola, so one set of weights serves the middle and the ends.
    private static func weights(width: Int) -> [Double] {
        let count = Double(width)
        let squares = count * (count * count - 1) / 12
        return (0..<width).map { offset in
            let x = Double(offset - width / 2)
            if Order.order == 1 { return x / squares }
            return 2 * (x * x - squares / count) / (squares * (count * count - 4) / 15)
        }
    }

    private mutating func dropOldest(_ count: Int) {
        window = FeatureFrames(
            columnCount: window.columnCount, times: Array(window.times[count...]),
            values: Array(window.values[(count * window.columnCount)...]))
        dropped += count
    }
}
