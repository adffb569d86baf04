internal import SignalCore

/// The result of judging a model by labelled series: over all rows, series by series and the mean over these, each beside
/// trivial baselines. The counterpart of ``Evaluation`` for rows instead of recordings.
public struct SeriesEvaluation: Sendable, Equatable, Encodable {
    /// The threshold of the decisions; a row is in alarm when its score is greater, unless its series says otherwise.
    public let threshold: Float
    /// The seed of the resamples and of the random baseline.
    public let seed: UInt64
    /// All rows together.
    public let overall: Group
    /// The ROC curve over all rows, thinned to 200 points; `nil` where there is none.
    public let rocCurve: [ScoreRanking.OperatingPoint]?
    /// The precision-recall curve over all rows, thinned to 200 points; `nil` where there is none.
    public let prCurve: [ScoreRanking.PrecisionPoint]?
    /// Every series by itself.
    public let series: [Group]
    /// The arithmetic mean over ``series``; one without a measure is left out of that measure.
    public let mean: Evaluation.Mean

    /// What was measured on some of the series.
    public struct Group: Sendable, Equatable, Encodable {
        /// The series' name; `nil` for all.
        public let name: String?
        /// The number of rows.
        public let rowCount: Int
        /// The number of anomalous rows.
        public let anomalousRowCount: Int
        /// How well the score ranks rows. The interval of the AUC is that of ``intervals``.
        public let ranking: RankingMetrics
        /// How well the alarms agree with the labels, row by row.
        public let classification: ClassificationMetrics
        /// How well the alarms find events.
        public let events: EventMetrics
        /// The volumes under the surface.
        public let volume: VolumeUnderSurface
        /// NAB's score of the alarms in its three profiles, every event being a window and no row on probation. For
        /// NAB's own protocol see ``NABCorpus``. Empty without an event.
        public let nab: [NABScore]
        /// F1 after point adjustment beside that of random alarms: an extra.
        public let pointAdjustment: PointAdjustment
        /// 95 % intervals by resampling blocks of rows.
        public let intervals: RowIntervals
        /// The ranking measures and volumes of trivial rules: `random` first, then the given ones by name.
        public let baselines: [Baseline]
    }

    /// A trivial rule.
    public struct Baseline: Sendable, Equatable, Encodable {
        /// Its name.
        public let name: String
        /// How well it ranks; for `random` the mean over many draws and the range of the AUC that 95 % of them reach.
        public let ranking: RankingMetrics
        /// The volume under the ROC surface.
        public let vusRoc: Double?
        /// The volume under the precision-recall surface.
        public let vusPr: Double?
    }

    /// Evaluates scores.
    ///
    /// - Parameters:
    ///   - series: the labelled series; none of them should have been trained on.
    ///   - threshold: the model's threshold, chosen without these labels.
    ///   - bufferLength: the longest buffer of the volumes under the surface, in rows.
    ///   - seed: the seed of the resamples and of the random baseline.
    /// - Throws: `SignalError` with code `insufficientData` when there is no series or one has no rows, `malformed` when a
    ///   score or time is not finite or times are not in order, `mismatch` when counts differ within a series or baselines
    ///   between series, `invalidOption` for a buffer out of range.
    public init(
        _ series: [LabelledSeries], threshold: Float,
        bufferLength: Int = VolumeUnderSurface.defaultBufferLength, seed: UInt64
    ) throws {
        guard let first = series.first else {
            throw SignalError(.insufficientData, "there is no labelled series to evaluate on")
        }
        for one in series { try one.check() }
        let names = first.baselines.keys.sorted()
        guard series.allSatisfy({ $0.baselines.keys.sorted() == names }) else {
            throw SignalError(.mismatch, "some series lack a baseline that others have")
        }
        guard !names.contains("random") else {
            throw SignalError(.mismatch, "the baseline name 'random' is taken; call it otherwise")
        }
        let measuring = SeriesMeasuring(
            threshold: threshold, bufferLength: bufferLength, seed: seed, baselineNames: names)
        let ranking = try measuring.ranking(series, \.scores)
        let all = try measuring.group(series, ranking, name: nil)
        self.threshold = threshold
        self.seed = seed
        overall = all
        rocCurve = ranking.operatingPoints(atMost: 200)
        prCurve = ranking.precisionPoints(atMost: 200)
        self.series = try series.map { one in
            // A single series is all there is: nothing needs to be measured twice.
            if series.count == 1 { return all.named(one.name) }
            return try measuring.group([one], try measuring.ranking([one], \.scores), name: one.name)
        }
        mean = Evaluation.Mean(
            self.series.map { group in
                (group.ranking, group.classification.f1, group.baselines.map { ($0.name, $0.ranking) })
            })
    }
}

extension SeriesEvaluation.Group {
    fileprivate func named(_ name: String) -> SeriesEvaluation.Group {
        SeriesEvaluation.Group(
            name: name, rowCount: rowCount, anomalousRowCount: anomalousRowCount, ranking: ranking,
            classification: classification, events: events, volume: volume, nab: nab, pointAdjustment: pointAdjustment,
            intervals: intervals, baselines: baselines)
    }
}
