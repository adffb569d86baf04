internal import SignalCore

/// Takes all measures of ``SeriesEvaluation`` of some series.
struct SeriesMeasuring {
    let threshold: Float
    let bufferLength: Int
    let seed: UInt64
    let baselineNames: [String]

    /// The rows of all series by one of their scores, ranked together.
    func ranking(_ series: [LabelledSeries], _ scores: (LabelledSeries) -> [Float]) throws -> ScoreRanking {
        var items: [(score: Double, isAnomalous: Bool)] = []
        items.reserveCapacity(series.reduce(0) { $0 + $1.labels.count })
        for one in series {
            for (score, label) in zip(scores(one), one.labels) { items.append((Double(score), label)) }
        }
        return try ScoreRanking(items)
    }

    /// All measures of some series together, of which the ranking is known.
    func group(_ series: [LabelledSeries], _ ranking: ScoreRanking, name: String?) throws -> SeriesEvaluation.Group {
        let rows = series.map { one in
            EventMetrics.Rows(
                times: one.times, labels: one.labels, alarms: one.alarms ?? one.scores.map { $0 > threshold })
        }
        let intervals = RowBlocks(zip(series, rows).map { ($0.scores, $1.labels, $1.alarms) }).intervals(seed: seed)
        return SeriesEvaluation.Group(
            name: name, rowCount: ranking.anomalousCount + ranking.normalCount,
            anomalousRowCount: ranking.anomalousCount,
            ranking: RankingMetrics(ranking, interval: intervals.auc.map { $0[0]...$0[1] }),
            classification: ClassificationMetrics(
                summing: rows.map { one in
                    ClassificationMetrics(zip(one.alarms, one.labels).lazy.map { (isFound: $0, isAnomalous: $1) })
                }),
            events: EventMetrics(rows),
            volume: try VolumeUnderSurface(series.map { ($0.scores, $0.labels) }, bufferLength: bufferLength),
            nab: try nab(rows), pointAdjustment: PointAdjustment(rows, seed: seed), intervals: intervals,
            baselines: [try random(series, ranking)] + (try baselineNames.map { try baseline($0, series) }))
    }

    private func nab(_ rows: [EventMetrics.Rows]) throws -> [NABScore] {
        let files = rows.map { one in
            NABSeries(
                scores: one.alarms.map { $0 ? 1 : 0 },
                windows: RowRuns.ranges(of: one.labels).map { $0.lowerBound...$0.upperBound - 1 }, probationLength: 0)
        }
        guard files.contains(where: { !$0.windows.isEmpty }) else { return [] }
        let corpus = try NABCorpus(files)
        return NABProfile.all.map { corpus.score($0, threshold: 1) }
    }

    private func random(_ series: [LabelledSeries], _ ranking: ScoreRanking) throws -> SeriesEvaluation.Baseline {
        let rows = ranking.anomalousCount + ranking.normalCount
        // Large series need fewer draws, because each is nearer to the mean.
        let draws = min(20, max(2, 200_000 / max(1, rows)))
        var volumes: [(roc: Double, pr: Double)] = []
        for draw in 0..<draws {
            var generator = SeededGenerator(seed: seed, stream: 0x5655_0000 + UInt64(draw))
            let volume = try VolumeUnderSurface(
                series.map { one in (one.labels.map { _ in Float(generator.uniform()) }, one.labels) },
                bufferLength: bufferLength)
            if let roc = volume.vusRoc, let pr = volume.vusPr { volumes.append((roc, pr)) }
        }
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        return SeriesEvaluation.Baseline(
            name: "random",
            ranking: try RankingMetrics(
                chanceOfAnomalous: ranking.anomalousCount, normal: ranking.normalCount, seed: seed),
            vusRoc: mean(volumes.map(\.roc)), vusPr: mean(volumes.map(\.pr)))
    }

    private func baseline(_ name: String, _ series: [LabelledSeries]) throws -> SeriesEvaluation.Baseline {
        let scores = series.map { $0.baselines[name] ?? [] }
        let volume = try VolumeUnderSurface(
            zip(scores, series).map { ($0, $1.labels) }, bufferLength: bufferLength)
        let blocks = RowBlocks(zip(scores, series).map { ($0, $1.labels, $1.labels.map { _ in false }) })
        return SeriesEvaluation.Baseline(
            name: name,
            ranking: RankingMetrics(
                try ranking(series) { $0.baselines[name] ?? [] },
                interval: blocks.intervals(seed: seed).auc.map { $0[0]...$0[1] }),
            vusRoc: volume.vusRoc, vusPr: volume.vusPr)
    }
}
