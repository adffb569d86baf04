import SignalCore
import Testing

@testable import Learning

@Suite struct VolumeUnderSurfaceTests {
    /// The definition, written down plainly: labels, thresholds and segments anew for every buffer.
    private func obvious(_ scores: [Float], _ labels: [Bool], _ bufferLength: Int) -> (roc: Double, pr: Double) {
        let count = scores.count
        let sorted = scores.sorted(by: >)
        let runs = RowRuns.ranges(of: labels)
        let positives = Double(labels.count { $0 })
        var sums = (roc: 0.0, pr: 0.0)
        for length in 0...bufferLength {
            let reach = length / 2
            var widened = labels.map { $0 ? 1.0 : 0 }
            var isNear = labels
            for run in runs {
                for distance in stride(from: 1, through: reach, by: 1) {
                    for row in [run.lowerBound - distance, run.upperBound - 1 + distance]
                    where (0..<count).contains(row) {
                        widened[row] += (1 - Double(distance) / Double(length)).squareRoot()
                        isNear[row] = true
                    }
                }
            }
            widened = widened.map { min($0, 1) }
            // Widened events that merely touch stay two.
            var segments: [Range<Int>] = []
            for run in runs {
                let segment = max(0, run.lowerBound - reach)..<min(count, run.upperBound + reach)
                if let last = segments.last, last.upperBound > run.lowerBound - reach {
                    segments[segments.count - 1] = last.lowerBound..<segment.upperBound
                } else {
                    segments.append(segment)
                }
            }
            var curve: [(tpr: Double, fpr: Double, precision: Double)] = [(0, 0, 1)]
            for k in 0..<250 {
                let index = k == 249 ? count - 1 : Int(Double(k) * (Double(count - 1) / 249))
                let found = scores.indices.filter { scores[$0] >= sorted[index] }
                let tp = found.reduce(0) { $0 + widened[$1] }
                let mean = positives + found.reduce(0) { $0 + (labels[$1] ? 0 : widened[$1]) } / 2
                let touched = segments.filter { segment in found.contains { segment.contains($0) && isNear[$0] } }
                let share = Double(touched.count) / Double(segments.count)
                curve.append(
                    (
                        min(tp / mean, 1) * share, (Double(found.count) - tp) / (Double(count) - mean),
                        tp / Double(found.count)
                    ))
            }
            for (left, right) in zip(curve, curve.dropFirst()) {
                sums.roc += (right.fpr - left.fpr) * (right.tpr + left.tpr) / 2
                sums.pr += (right.tpr - left.tpr) * right.precision
            }
            sums.roc += (1 - curve[250].fpr) * (1 + curve[250].tpr) / 2
        }
        return (sums.roc / Double(bufferLength + 1), sums.pr / Double(bufferLength + 1))
    }

    @Test(arguments: 0..<6) func `The fast computation is the plain one`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = [40, 60, 80][Int(seed) % 3]
        var isAnomalous = false
        let labels = (0..<count).map { _ in
            if generator.uniform() < (isAnomalous ? 0.3 : 0.08) { isAnomalous.toggle() }
            return isAnomalous
        }
        let scores = labels.map { label -> Float in
            let score = generator.uniform() + (label ? 0.4 : 0)
            return Float(seed % 2 == 0 ? score : (score * 6).rounded())
        }
        for length in [0, 1, 9] {
            let expected = obvious(scores, labels, length)
            let volume = try VolumeUnderSurface([(scores, labels)], bufferLength: length)
            #expect(abs((try #require(volume.vusRoc)) - expected.roc) < 1e-12)
            #expect(abs((try #require(volume.vusPr)) - expected.pr) < 1e-12)
        }
    }

    @Test func `Without a buffer and with fewer rows than thresholds it is the area under the curve of one event`()
        throws
    {
        var generator = SeededGenerator(seed: 12)
        let labels = (0..<200).map { (80..<110).contains($0) }
        var scores = labels.map { Float(generator.uniform() + ($0 ? 0.5 : 0)) }
        // The share of events found is 1 as soon as the highest score lies in the one event.
        scores[90] = 9
        let volume = try VolumeUnderSurface([(scores, labels)], bufferLength: 0)
        let ranking = try ScoreRanking(zip(scores, labels).map { (score: Double($0), isAnomalous: $1) })
        #expect(abs((try #require(volume.vusRoc)) - (try #require(ranking.areaUnderCurve))) < 1e-12)
        #expect(abs((try #require(volume.vusPr)) - (try #require(ranking.averagePrecision))) < 1e-12)
    }

    /// `vus` 0.0.6, `metricor().RangeAUC_volume_opt(labels, scores, bufferLength)`.
    @Test(arguments: [
        (0, 0.7773170830390773, 0.3624871101518367), (5, 0.7946445998850303, 0.3812082576253455),
        (40, 0.8551223455794644, 0.48882992801156144),
    ])
    func `Volumes are those of the authors' library`(bufferLength: Int, roc: Double, pr: Double) throws {
        let labels = (0..<3000).map { (600..<640).contains($0 % 700) || (648..<650).contains($0 % 700) }
        let scores = labels.enumerated().map { row, isAnomalous in
            Float((row * 7919) % 1009) / 1024 + (isAnomalous ? 0.375 : 0)
        }
        let volume = try VolumeUnderSurface([(scores, labels)], bufferLength: bufferLength)
        #expect(abs((try #require(volume.vusRoc)) - roc) < 1e-12)
        #expect(abs((try #require(volume.vusPr)) - pr) < 1e-12)
    }

    @Test func `It forgives what is a little early or late, and not what is far off`() throws {
        let labels = (0..<2000).map { (1000..<1050).contains($0) }
        func volume(_ alarms: Range<Int>) throws -> Double {
            try #require(
                VolumeUnderSurface([(labels.indices.map { alarms.contains($0) ? 1 : 0 }, labels)]).vusPr)
        }
        #expect(try volume(1000..<1050) > volume(990..<1040))
        #expect(try volume(990..<1040) > volume(960..<1010))
        #expect(try volume(970..<1000) > 4 * volume(300..<330))
    }

    @Test func `Several series keep to themselves`() throws {
        // The event at the end of the first series must not widen into the second.
        let first = (
            scores: [Float](repeating: 0, count: 50) + [0.25], labels: [Bool](repeating: false, count: 50) + [true]
        )
        let second = (scores: [Float](repeating: 0.5, count: 50), labels: [Bool](repeating: false, count: 50))
        let apart = try VolumeUnderSurface([first, second], bufferLength: 20)
        let joined = try VolumeUnderSurface(
            [(first.scores + second.scores, first.labels + second.labels)], bufferLength: 20)
        #expect(apart.vusPr != joined.vusPr)
        let whole = try VolumeUnderSurface([second, first], bufferLength: 20)
        #expect(whole.vusPr == apart.vusPr && whole.vusRoc == apart.vusRoc)
    }

    @Test func `What cannot be measured has a reason or is refused`() throws {
        let all = try VolumeUnderSurface([([1, 2], [true, true])])
        #expect(all.vusRoc == nil && all.reason == "no row is normal")
        #expect(try VolumeUnderSurface([([1, 2], [false, false])]).reason == "no row is anomalous")
        #expect(try VolumeUnderSurface([]).reason == "there are no rows")
        let equal = try VolumeUnderSurface([([3, 3, 3, 3], [false, true, false, false])])
        #expect(equal.vusRoc?.isFinite == true && equal.vusPr?.isFinite == true)
        #expect(throws: SignalError.self) { try VolumeUnderSurface([([1, .nan], [true, false])]) }
        #expect(throws: SignalError.self) { try VolumeUnderSurface([([1], [true, false])]) }
        #expect(throws: SignalError.self) { try VolumeUnderSurface([([1], [true])], bufferLength: -1) }
    }
}
