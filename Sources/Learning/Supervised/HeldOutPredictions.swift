public import SignalCore

/// What models say of training rows that they did not learn from: for thresholds, calibration and intervals.
///
/// The rows of every fold are judged by a model of the other folds, whole groups at a time.
public enum HeldOutPredictions {
    /// The probabilities of all rows, rows x classes.
    ///
    /// - Throws: what dealing the rows and fitting throw.
    public static func probabilities<Model: Classifier>(
        _ type: Model.Type, _ data: LabelledData, folds: Int, options: Model.Options, context: FittingContext
    ) throws -> [Float] {
        try judge(data, folds: folds, seed: context.seed) { train, frames in
            try Model.fit(train, validation: nil, options: options, context: context).probabilities(frames)
        }
    }

    /// The predictions for all rows.
    ///
    /// - Throws: what dealing the rows and fitting throw.
    public static func predictions<Model: Regressor>(
        _ type: Model.Type, _ data: LabelledData, folds: Int, options: Model.Options, context: FittingContext
    ) throws -> [Float] {
        try judge(data, folds: folds, seed: context.seed) { train, frames in
            try Model.fit(train, validation: nil, options: options, context: context).predictions(frames)
        }
    }

    private static func judge(
        _ data: LabelledData, folds: Int, seed: UInt64, _ judge: (LabelledData, FeatureFrames) throws -> [Float]
    ) throws -> [Float] {
        let dealt = try GroupedFolds(data, count: folds, seed: seed)
        var all: [Float] = []
        for fold in dealt.folds.indices {
            let rows = dealt.folds[fold]
            let results = try judge(
                data.selecting(dealt.rows(without: fold)), data.selecting(rows).frames)
            let width = results.count / rows.count
            if all.isEmpty { all = Array(repeating: 0, count: data.count * width) }
            for (index, row) in rows.enumerated() {
                for place in 0..<width { all[row * width + place] = results[index * width + place] }
            }
        }
        return all
    }
}
