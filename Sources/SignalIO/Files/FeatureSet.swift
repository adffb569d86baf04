public import SignalCore

/// The features of one input, and what there is to say about them: what a feature file holds.
public struct FeatureSet: Sendable {
    /// One feature.
    public struct Feature: Sendable {
        /// What the columns mean.
        public var schema: FeatureSchema
        /// The frames; of a long input, those after the ``earlier`` ones.
        public var frames: FeatureFrames
        /// The frames of a long input that were put aside.
        public var earlier: FrameSpool?

        /// Makes a feature.
        ///
        /// - Precondition: the frames have the schema's columns.
        public init(schema: FeatureSchema, frames: FeatureFrames, earlier: FrameSpool? = nil) {
            precondition(schema.columns.count == frames.columnCount, "frames have the columns of their schema")
            self.schema = schema
            self.frames = frames
            self.earlier = earlier
        }

        /// The number of frames, those put aside included.
        public var frameCount: Int { (earlier?.frameCount ?? 0) + frames.count }
        /// The start of every frame in seconds.
        var times: SpooledArray<Double> { earlier?.times(then: frames.times) ?? SpooledArray(frames.times) }
        /// The values, row after row.
        var values: SpooledArray<Float> { earlier?.values(then: frames.values) ?? SpooledArray(frames.values) }
    }

    /// The features, in the order asked for.
    public let features: [Feature]
    /// What else is known of the input and of how the features were made: sample rate, options, source, version.
    public let metadata: [(name: String, value: JSONValue)]

    /// Makes a set.
    ///
    /// - Precondition: the features have different names, none of them `times` or `meta`.
    public init(features: [Feature], metadata: [(name: String, value: JSONValue)]) {
        let names = features.map(\.schema.feature)
        precondition(Set(names).union(["times", "meta"]).count == names.count + 2, "features have names of their own")
        self.features = features
        self.metadata = metadata
    }

    /// The whole of `meta`: feature, columns, units, bands, frame and hop length of the first feature, then
    /// ``metadata``, then, where there are several features, the same description of each under `features`.
    public var meta: [(name: String, value: JSONValue)] {
        var members = features.first.map(Self.description) ?? []
        members += metadata
        if features.count > 1 {
            let all = features.map { (name: $0.schema.feature, value: JSONValue.object(Self.description($0))) }
            members.append(("features", .object(all)))
        }
        return members
    }

    /// The times of the frames: `times` are the first feature's; where there are several, `times.<feature>` are those
    /// of each.
    var times: [(name: String, values: SpooledArray<Double>)] {
        var all = features.prefix(1).map { (name: "times", values: $0.times) }
        if features.count > 1 { all += features.map { ("times.\($0.schema.feature)", $0.times) } }
        return all
    }

    private static func description(_ feature: Feature) -> [(name: String, value: JSONValue)] {
        let schema = feature.schema
        var members: [(name: String, value: JSONValue)] = [
            ("feature", .text(schema.feature)),
            ("columns", .list(schema.columns.map { .text($0.name) })),
            ("units", .list(schema.columns.map { .text($0.unit) })),
        ]
        if schema.columns.contains(where: { $0.band != nil }) {
            let bands = schema.columns.map { column in
                column.band.map { JSONValue.list([.number($0.lowerBound), .number($0.upperBound)]) } ?? .null
            }
            members.append(("bands", .list(bands)))
        }
        members.append(("frameSeconds", .number(schema.frameSeconds)))
        members.append(("hopSeconds", .number(schema.hopSeconds)))
        return members
    }
}
