import SignalCore
import Testing

@testable import Learning

@Suite struct DynamicThresholdTests {
    private func noise(_ count: Int, seed: UInt64 = 4) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(0.5 + 0.1 * generator.uniform()) }
    }

    /// The authors' choice of the multiple, written down plainly: for every multiple all means anew.
    private func obviousMultiple(_ errors: [Double], buffer: Int) -> Double {
        func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
        }
        let whole = moments(errors)
        var best = (multiple: 12.0, gain: 0.0)
        for step in stride(from: 2.5, to: 12, by: 0.5) {
            let threshold = whole.mean + step * whole.deviation
            var marked = Array(repeating: false, count: errors.count)
            for (row, error) in errors.enumerated() where error > threshold {
                for other in max(0, row - buffer + 1)..<min(errors.count, row + buffer) { marked[other] = true }
            }
            let rows = marked.count { $0 }
            guard rows > 0 else { continue }
            let rest = moments(errors.filter { $0 < threshold })
            let runs = RowRuns.ranges(of: marked).count
            let gain =
                ((whole.mean - rest.mean) / whole.mean + (whole.deviation - rest.deviation) / whole.deviation)
                / Double(runs * runs + rows)
            if gain >= best.gain, runs <= 5, rows * 2 < errors.count { best = (step, gain) }
        }
        return best.multiple
    }

    @Test(arguments: 0..<30) func `The multiple is the one of the plain computation`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var errors = (0..<400).map { _ in generator.uniform() }
        for _ in 0..<Int(seed % 4) {
            let start = Int(generator.uniform() * 390)
            for row in start..<start + 3 { errors[row] += 2 + 5 * generator.uniform() }
        }
        for buffer in [1, 2, 10] {
            let multiple = DynamicThreshold.multiple(of: errors, ErrorMoments(errors), buffer: buffer)
            #expect(multiple == obviousMultiple(errors, buffer: buffer))
        }
    }

    @Test func `As a rule it separates what stands out`() throws {
        var scores = noise(2000)
        #expect(try Threshold(.dynamic, of: scores, basis: "").value > (scores.max() ?? 0))
        for row in 700..<710 { scores[row] = 3 }
        let threshold = try Threshold(.dynamic, of: scores, basis: "")
        #expect(threshold.value > 0.6 && threshold.value < 3)
        let moved = try Threshold(.dynamic, of: scores.map { $0 - 10 }, basis: "")
        #expect(moved.value > -9.4 && moved.value < -7)
    }

    @Test func `Smoothing is pandas'`() {
        var threshold = DynamicThreshold()
        (threshold.batchLength, threshold.batchesPerWindow, threshold.smoothingShare) = (3, 1, 1)
        // pandas.Series([1, 5, 2, 8, 3, 3]).ewm(span=3).mean()
        let expected = [1.0, 11.0 / 3, 19.0 / 7, 83.0 / 15, 131.0 / 31, 227.0 / 63]
        #expect(zip(threshold.smoothed([1, 5, 2, 8, 3, 3]), expected).allSatisfy { abs($0 - $1) < 1e-14 })
        // From a usual error on it is pandas.Series([2, 4, 0]).ewm(span=3, adjust=False).mean().
        #expect(threshold.smoothed([4, 0], usualError: 2) == [3, 1.5])
        threshold.settlingLength = 1
        #expect(abs(threshold.smoothed([1, 5, 2])[0] - 7.0 / 3) < 1e-14)
        threshold.settlingLength = 100
        #expect(threshold.smoothed([1, 1]) == [1, 1] && threshold.smoothed([]).isEmpty)
    }

    @Test func `An excursion is found in a long series, whatever comes later`() throws {
        var errors = noise(9000)
        for row in 5000..<5080 { errors[row] = 2 }
        let threshold = DynamicThreshold()
        let ranges = try threshold.anomalousRanges(in: errors)
        #expect(ranges.count == 1)
        let found = try #require(ranges.first)
        #expect(found.overlaps(5000..<5080) && found.lowerBound > 4850 && found.upperBound < 5400)
        // What was judged stays, to the row, up to the batch that the cut goes through.
        let cut = try threshold.anomalousRanges(in: Array(errors.prefix(7000)))
        #expect(cut == ranges)
        #expect(try threshold.anomalousRanges(in: noise(9000)).isEmpty)
    }

    @Test func `Dips, ignored rows and errors that are small beside the values`() throws {
        var errors = noise(4000)
        for row in 3000..<3080 { errors[row] = 0 }
        var threshold = DynamicThreshold()
        #expect(try threshold.anomalousRanges(in: errors).contains { $0.overlaps(3000..<3080) })
        threshold.includesDips = false
        #expect(try threshold.anomalousRanges(in: errors).allSatisfy { !$0.overlaps(3000..<3080) })

        errors = noise(4000)
        for row in 1000..<1080 { errors[row] = 2 }
        #expect(try threshold.anomalousRanges(in: errors).count == 1)
        let values = (0..<4000).map { Float($0 % 100) }
        #expect(try threshold.anomalousRanges(in: errors, values: values).isEmpty)
        #expect(try threshold.anomalousRanges(in: errors, values: values.map { $0 / 100 }).count == 1)
        threshold.ignoredLength = 2000
        #expect(try threshold.anomalousRanges(in: errors).isEmpty)
        threshold.ignoredLength = 10_000
        #expect(try threshold.anomalousRanges(in: errors).isEmpty)
    }

    @Test func `Ranges below the last sufficient drop are pruned`() {
        func kept(_ peaks: [Double], background: Double, isKnown: Bool = false) -> [Int] {
            var errors = Array(repeating: background, count: 1000)
            let ranges = peaks.indices.map { 100 * ($0 + 1)..<100 * ($0 + 1) + 5 }
            for (peak, range) in zip(peaks, ranges) { errors[range.lowerBound + 2] = peak }
            let window = DynamicThresholdWindow(errors: errors, firstRow: 50, judged: 50..<1050, scale: nil)
            let moved = ranges.map { $0.lowerBound + 50..<$0.upperBound + 50 }
            let known = Array(repeating: isKnown, count: 1050)
            let left = window.pruned(moved, minimumDrop: 0.13, known: known)
            return moved.indices.filter { left.contains(moved[$0]) }
        }
        #expect(kept([3, 5, 4], background: 1) == [0, 1, 2])
        // From 5.5 to 5 is no drop of 13 %, but from 5 to 1 is, so both stay.
        #expect(kept([5, 5.5], background: 1) == [0, 1])
        // From 5 to 4.5 and on to the rest is never enough.
        #expect(kept([5, 4.5, 9], background: 4.4) == [2])
        #expect(kept([5, 4.5], background: 4.4) == [])
        // What an earlier window found is no measure of the usual.
        #expect(kept([5, 4.5], background: 4.4, isKnown: true) == [0, 1])
        #expect(kept([], background: 1) == [])
    }

    @Test func `Hostile series`() throws {
        let threshold = DynamicThreshold()
        let largest = Float.greatestFiniteMagnitude
        for count in [0, 1, 2, 69, 70, 71, 2099, 2100, 2101, 2170] {
            #expect(try threshold.anomalousRanges(in: Array(repeating: 1, count: count)).isEmpty)
            #expect(try threshold.anomalousRanges(in: Array(repeating: 0, count: count)).isEmpty)
            _ = try threshold.anomalousRanges(in: (0..<count).map { $0 % 2 == 0 ? largest : -largest })
            let ranges = try threshold.anomalousRanges(in: (0..<count).map { $0 == count / 2 ? largest : 0 })
            #expect(ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= count })
        }
        #expect(throws: SignalError.self) { try threshold.anomalousRanges(in: [1, .nan]) }
        #expect(throws: SignalError.self) { try threshold.anomalousRanges(in: [1, 2], values: [1]) }
        for (name, value) in [
            ("batchLength", "0"), ("batchesPerWindow", "0"), ("smoothingShare", "2"), ("buffer", "0"),
            ("minimumDrop", "1"), ("settlingLength", "-1"),
        ] {
            #expect(throws: SignalError.self) { try threshold.setting([(name: name, text: value)]) }
        }
    }
}
