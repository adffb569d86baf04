import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct NABScoreTests {
    /// The rule of the benchmark, written down row by row.
    private func obvious(_ files: [NABSeries], _ profile: NABProfile, threshold: Double) -> Double {
        func sigmoid(_ y: Double) -> Double { 2 / (1 + exp(5 * y)) - 1 }
        var sum = 0.0
        var windowCount = 0
        for file in files {
            windowCount += file.windows.count
            let detections = file.scores.indices.filter {
                $0 >= file.probationLength && file.scores[$0] >= threshold
            }
            for window in file.windows where window.upperBound >= file.probationLength {
                let hits = detections.filter(window.contains)
                guard let first = hits.min() else {
                    sum -= profile.falseNegativeWeight
                    continue
                }
                let y = -Double(window.upperBound - first + 1) / Double(window.count)
                sum += sigmoid(y) / sigmoid(-1) * profile.truePositiveWeight
            }
            for row in detections where !file.windows.contains(where: { $0.contains(row) }) {
                guard let last = file.windows.last(where: { $0.upperBound < row }) else {
                    sum -= profile.falsePositiveWeight
                    continue
                }
                let y = Double(row - last.upperBound) / Double(last.count - 1)
                sum += profile.falsePositiveWeight * (y > 3 ? -1 : sigmoid(y))
            }
        }
        let null = -profile.falseNegativeWeight * Double(windowCount)
        return 100 * (sum - null) / (profile.truePositiveWeight * Double(windowCount) - null)
    }

    private func files(_ seed: UInt64, ties: Bool = true) -> [NABSeries] {
        var generator = SeededGenerator(seed: seed)
        return (0..<3).map { _ in
            let scores = (0..<400).map { _ in
                ties ? (generator.uniform() * 12).rounded() / 12 : generator.uniform()
            }
            let start = 20 + Int(generator.uniform() * 60)
            let windows = [start...start + 30, 150...150, 200...229]
            return NABSeries(scores: scores, windows: windows)
        }
    }

    @Test(arguments: 0..<4) func `The score is that of the rule, and the sweep finds the best`(seed: UInt64) throws {
        for ties in [true, false] {
            let files = files(seed, ties: ties)
            let corpus = try NABCorpus(files)
            for profile in NABProfile.all {
                let thresholds = Set(files.flatMap(\.scores)).sorted().reversed()
                var best = 0.0
                for threshold in ties ? thresholds[...] : thresholds.prefix(20) {
                    let expected = obvious(files, profile, threshold: threshold)
                    let score = corpus.score(profile, threshold: threshold)
                    #expect(abs(score.score - expected) < 1e-9)
                    best = max(best, expected)
                }
                let found = corpus.best(profile)
                #expect(found.score > best - 1e-9)
                #expect(abs(obvious(files, profile, threshold: found.threshold) - found.score) < 1e-9)
            }
        }
    }

    @Test func `Nothing is 0, perfection is 100, and a hit is worth less the later it comes`() throws {
        var scores = Array(repeating: 0.0, count: 1000)
        let windows = [300...399, 700...799]
        func score(_ threshold: Double = 1) throws -> NABScore {
            try NABCorpus([NABSeries(scores: scores, windows: windows)]).score(.standard, threshold: threshold)
        }
        #expect(try score().score == 0)
        (scores[300], scores[700]) = (1, 1)
        let perfect = try score()
        #expect(abs(perfect.score - 100) < 1e-12 && perfect.foundWindowCount == 2 && perfect.falsePositiveCount == 0)
        // A later hit in the same window changes nothing, an alarm before every window costs all of 0.11.
        scores[750] = 1
        #expect(try score().score == perfect.score)
        scores[200] = 1
        #expect(abs(try score().score - (100 - 100 * 0.11 / 4)) < 1e-12)
        (scores[200], scores[300], scores[399]) = (0, 0, 1)
        let late = try score()
        #expect(abs(late.fileSums[0] - (1 + (2 / (1 + exp(-0.05)) - 1) / (2 / (1 + exp(-5.0)) - 1))) < 1e-12)
        // On probation nothing counts.
        scores[149] = 1
        #expect(try score() == late)
        scores[150] = 1
        #expect(try score().falsePositiveCount == 1)
        // Where alarms cost more than they bring, the best is none.
        let hopeless = try NABCorpus([
            NABSeries(scores: (0..<1000).map { $0 < 300 ? 1 : 0 }, windows: [998...999], probationLength: 0)
        ])
        #expect(hopeless.best(.standard).score == 0 && hopeless.best(.standard).threshold > 1)
        #expect(NABSeries(scores: Array(repeating: 0, count: 99), windows: []).probationLength == 14)
        #expect(NABSeries(scores: Array(repeating: 0, count: 18_050), windows: []).probationLength == 750)
    }

    @Test func `Files that cannot be scored are refused`() {
        func message(_ file: NABSeries) -> String { TestData.message { _ = try NABCorpus([file]) } }
        #expect(message(NABSeries(scores: [1], windows: [])).contains("there is none"))
        #expect(message(NABSeries(scores: [.nan], windows: [0...0])).contains("not finite"))
        #expect(message(NABSeries(scores: [1, 2], windows: [0...2])).contains("must lie in its 2 rows"))
        #expect(message(NABSeries(scores: [1, 2, 3], windows: [0...1, 1...2])).contains("apart"))
        #expect(message(NABSeries(scores: [], windows: [0...0])).contains("must lie"))
    }

    @Test func `Change points by SKAB's rule`() throws {
        func score(_ changePoints: [Double], _ predictions: [Double]) throws -> ChangePointScore {
            try ChangePointScore([(changePoints, predictions)])
        }
        let nothing = try score([100, 500], [])
        #expect(nothing.standard == 0 && nothing.lowFalseNegatives == 0 && nothing.missedCount == 2)
        let perfect = try score([100, 500], [500, 100])
        #expect(abs(perfect.standard - 100) < 1e-12 && perfect.meanDelay == 0)
        // In the middle of a window a hit is worth the mean of a hit and a false alarm, but for the 1000 steps.
        let middle = try score([100], [130])
        #expect(abs(middle.standard - 100 * ((1 - 0.11) / 2 + 1) / 2) < 0.1 && middle.meanDelay == 30)
        // At its end it is worth a false alarm, a moment later it is one and a miss.
        #expect(abs(try score([100], [160]).standard - 100 * (1 - 0.11) / 2) < 1e-9)
        let outside = try score([100], [160.5])
        #expect(abs(outside.standard + 100 * 0.11 / 2) < 1e-9 && outside.falseAlarmCount == 1)
        #expect(abs(outside.lowFalsePositives + 100 * 0.22 / 2) < 1e-9)
        #expect(abs(outside.lowFalseNegatives + 100 * 0.11 / 3) < 1e-9)
        // Only the first in a window counts, and the others are no false alarms.
        #expect(try score([100], [100, 110, 150]).standard == perfect.standard)
        // The second window begins where the first one ends.
        let overlapping = try score([100, 130], [165])
        #expect(overlapping.missedCount == 1 && overlapping.meanDelay == 5 && overlapping.falseAlarmCount == 0)
        let several = try ChangePointScore([([100], [100]), ([], [5]), ([7], [])])
        #expect(several.changePointCount == 2 && several.missedCount == 1 && several.falseAlarmCount == 1)
        #expect(throws: SignalError.self) { try score([], [1]) }
        #expect(throws: SignalError.self) { try score([.nan], [1]) }
        #expect(throws: SignalError.self) { try ChangePointScore([([1], [1])], windowSeconds: 0) }
        #expect(try score([100, 100], [100, 160]).missedCount == 0)
    }
}
