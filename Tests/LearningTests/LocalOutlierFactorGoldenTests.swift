import SignalCore
import TestSupport
import Testing

@testable import Learning

/// Against scikit-learn. The table is read in single precision, which moves results by some 1e-7 of their size.
@Suite(.enabled(if: SharedData.isPresent)) struct LocalOutlierFactorGoldenTests {
    private func options(_ change: (inout LocalOutlierFactorOptions) -> Void = { _ in }) -> LocalOutlierFactorOptions {
        var options = LocalOutlierFactorOptions()
        options.scaling = .none
        change(&options)
        return options
    }

    private func largestRelativeDifference(_ own: [Float], _ expected: [Double]) -> Double {
        guard own.count == expected.count else { return .infinity }
        return zip(own, expected).map { abs(Double($0) - $1) / abs($1) }.max() ?? 0
    }

    @Test func `The outlier form is -negative_outlier_factor_`() throws {
        let frames = try TestData.reference()
        let model = try LocalOutlierFactor.fit(
            TestData.oneSegment(frames), options: options { $0.form = .outlier }, context: FittingContext())
        let own = try model.scores(frames)
        let expected = try ReferenceArray(SharedData.golden("tabular/lof_negative_outlier_factor.npy")).values.map {
            -$0
        }
        #expect(largestRelativeDifference(own, expected) < 1e-6)
    }

    @Test func `The novelty form is -score_samples`() throws {
        let frames = try TestData.reference()
        let model = try LocalOutlierFactor.fit(
            TestData.oneSegment(frames.frames(in: 0..<400)), options: options(), context: FittingContext())
        let own = try model.scores(frames.frames(in: 400..<500))
        let expected = try ReferenceArray(SharedData.golden("tabular/lof_novelty_score_samples_holdout.npy")).values
        #expect(largestRelativeDifference(own, expected.map { -$0 }) < 1e-6)
    }

    @Test func `Duplicates and equal distances`() throws {
        let json = try SharedData.json("tabular/lof_ties.json")
        let rows = try #require(json["X"] as? [[Double]])
        var frames = FeatureFrames(columnCount: rows[0].count)
        for (index, row) in rows.enumerated() { frames.append(time: Double(index), row: row.map { Float($0) }) }
        let data = TestData.oneSegment(frames)
        let model = try LocalOutlierFactor.fit(data, options: options { $0.neighbours = 5 }, context: FittingContext())
        let lists = try model.neighbourhood.search.nearestOthers(5, of: Array(rows.indices), jobs: 1)
        let distances = try #require(json["kneighbors_distance"] as? [[Double]]).flatMap { $0 }
        #expect(Closeness.largestDifference(lists.squaredDistances.map { $0.squareRoot() }, distances) < 1e-12)
        // Which of several points equally far are neighbours is not defined, and decides between 1 and billions here;
        // where the fifth neighbour is nearer than the sixth, there is nothing to choose.
        let six = try model.neighbourhood.search.nearestOthers(6, of: Array(rows.indices), jobs: 1)
        let isDefinite = rows.indices.map { six.squaredDistances[6 * $0 + 4] < six.squaredDistances[6 * $0 + 5] }
        let outlierForm = options {
            $0.neighbours = 5
            $0.form = .outlier
        }
        let own = try LocalOutlierFactor.fit(data, options: outlierForm, context: FittingContext()).scores(frames)
        let expected = try #require(json["negative_outlier_factor"] as? [Double]).map { -$0 }
        var compared = 0
        for row in rows.indices
        where isDefinite[row]
            && lists.range(of: row).allSatisfy({
                isDefinite[Int(lists.indices[$0])]
            })
        {
            compared += 1
            #expect(abs(Double(own[row]) - expected[row]) < 1e-6 * expected[row])
        }
        #expect(compared > 0)
    }
}
