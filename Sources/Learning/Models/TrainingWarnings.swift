internal import SignalCore

/// What a user of a model should know about its training.
enum TrainingWarnings {
    static func of(
        _ data: TrainingData, isTable: Bool, contextLength: Int, threshold: Threshold, scoresAreInSample: Bool
    ) -> [String] {
        var warnings: [String] = []
        let constant = FrameScaler(data.frames).constantColumns.map { data.schema.columns[$0].name }
        if !constant.isEmpty {
            let names = constant.prefix(8).joined(separator: ", ") + (constant.count > 8 ? ", …" : "")
            warnings.append(
                "\(constant.count) of \(data.schema.columns.count) columns are constant in the training data and kept "
                    + "unscaled, so that any change in them counts: \(names)")
        }
        if data.frames.count < data.schema.columns.count * contextLength {
            warnings.append(
                "\(data.frames.count) frames are fewer than the \(data.schema.columns.count * contextLength) values a "
                    + "score looks at; more \(isTable ? "rows" : "recordings") would make the model more certain")
        }
        let short = data.segments.count { $0.count < contextLength }
        if short > 0 {
            warnings.append(
                "\(short) \(isTable ? "stretches of normal rows" : "recordings") are shorter than \(contextLength) frames and "
                    + "were not used")
        }
        if case .quantile(let share) = threshold.rule, share < 1,
            Double(threshold.scoreCount) * (1 - share) < 1
        {
            let (count, item) = (threshold.scoreCount, isTable ? "row" : "recording")
            warnings.append(
                "the threshold of a \(item) rests on \(count) scores, too few for the quantile \(share): it lies near "
                    + "the largest of them, and about one new normal \(item) in \(count + 1) will exceed that")
        }
        if scoresAreInSample {
            warnings.append(
                "the thresholds come from scores of the data the model was fitted on; scores of new normal data are "
                    + "higher, so expect false alarms")
        }
        if !data.schema.isCausal {
            warnings.append("the feature looks at the whole recording, so the model cannot run on a live signal")
        }
        return warnings
    }
}
