import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct ThresholdTests {
    @Test func `Quantiles are NumPy's`() {
        // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], q)
        let values: [Float] = [3, 1, 4, 1, 5, 9, 2, 6]
        let expected: [(Double, Double)] = [
            (0, 1), (0.1, 1), (0.25, 1.75), (0.5, 3.5), (0.9, 6.9), (0.99, 8.79), (1, 9),
        ]
        for (share, value) in expected { #expect(abs(Quantile.linear(of: values, share) - value) < 1e-12) }
        #expect(Quantile.linear(of: [Float(7)], 0.3) == 7)
    }

    @Test func `Rules are read and written`() throws {
        #expect(try ThresholdRule(text: "quantile:0.99") == .quantile(0.99))
        #expect(try ThresholdRule(text: "sigma:4") == .sigma(4))
        #expect(try ThresholdRule(text: "evt:1e-3") == .extremeValue(risk: 0.001))
        #expect(try ThresholdRule(text: "gamma:0.99") == .gamma(0.99))
        #expect(try ThresholdRule(text: "dynamic") == .dynamic)
        for text in [
            "quantile:0.995", "sigma:4", "sigma:2.5", "quantile:1", "evt:0.001", "evt:1e-06", "gamma:0.9", "dynamic",
        ] {
            #expect(try ThresholdRule(text: text).description == text)
        }
    }

    @Test(arguments: ["extreme:1e-3", "dynamics", "quantil:0.9", "", ":", "0.99"])
    func `An unknown rule is refused with the known ones listed`(text: String) {
        #expect(
            TestData.message { _ = try ThresholdRule(text: text) }.contains(
                "Known: quantile, sigma, evt, gamma, dynamic"))
    }

    @Test(arguments: [
        "quantile", "quantile:", "quantile:x", "quantile:0", "quantile:1.1", "quantile:nan", "sigma:-1", "sigma:inf",
        "evt", "evt:0", "evt:1", "evt:-1e-3", "gamma", "gamma:0", "gamma:1", "gamma:x", "dynamic:", "dynamic:3",
    ])
    func `A rule with an unusable number is refused`(text: String) {
        #expect(throws: SignalError.self) { try ThresholdRule(text: text) }
    }

    @Test func `Values of the rules`() throws {
        let scores = (0...100).map(Float.init)
        let quantile = try Threshold(.quantile(0.99), of: scores, basis: "test")
        #expect(quantile.value == 99 && quantile.usualScore == 50 && quantile.scoreCount == 101)
        let sigma = try Threshold(.sigma(2), of: [1, 2, 3, 4], basis: "test")
        #expect(abs(Double(sigma.value) - (2.5 + 2 * (5.0 / 3).squareRoot())) < 1e-6)
        #expect(try Threshold(.quantile(0.99), of: scores, multiplier: 2, basis: "test").value == 148)
        #expect(throws: SignalError.self) { try Threshold(.sigma(2), of: [], basis: "") }
        #expect(throws: SignalError.self) { try Threshold(.sigma(2), of: [1, .nan], basis: "") }
        #expect(throws: SignalError.self) { try Threshold(.sigma(2), of: [1], multiplier: 0, basis: "") }
    }

    @Test(arguments: ["quantile:0.99", "sigma:4", "evt:0.001", "gamma:0.99", "dynamic"], [0.01, 0.5, 1, 3, 100])
    func `Another multiplier needs no training`(rule: String, multiplier: Double) throws {
        var generator = SeededGenerator(seed: 9)
        let scores = (0..<2000).map { _ in Float(10 + generator.uniform() * generator.uniform()) }
        let rule = try ThresholdRule(text: rule)
        let threshold = try Threshold(rule, of: scores, multiplier: 2, basis: "test")
        let stretched = try threshold.withMultiplier(multiplier)
        let trained = try Threshold(rule, of: scores, multiplier: multiplier, basis: "test")
        let reach = abs(Double(trained.value) - Double(trained.usualScore))
        #expect(abs(Double(stretched.value) - Double(trained.value)) <= 1e-6 * (10 + reach * 10))
        #expect(stretched.multiplier == multiplier && stretched.rule == rule && stretched.basis == threshold.basis)
        #expect(try stretched.withMultiplier(2).value.isApproximately(threshold.value))
        for unusable in [0, 0.001, 101, .nan, -1] {
            #expect(throws: SignalError.self) { try threshold.withMultiplier(unusable) }
        }
    }

    @Test(arguments: ["quantile:0.99", "sigma:4", "evt:0.001", "evt:0.5", "gamma:0.99", "gamma:0.01", "dynamic"])
    func `Every rule survives hostile scores`(text: String) throws {
        let rule = try ThresholdRule(text: text)
        let largest = Float.greatestFiniteMagnitude
        let cases: [[Float]] = [
            [3], [0], [-1], [3, 4], Array(repeating: 7, count: 1000), Array(repeating: 0, count: 1000),
            Array(repeating: -largest, count: 600), [largest, -largest], (0..<1000).map { $0 % 2 == 0 ? 1 : 2 },
            (0..<1000).map { $0 == 500 ? 1 : 0 }, (0..<1000).map { $0 < 30 ? 5 : 0 },
            (0..<1000).map { $0 % 2 == 0 ? largest : -largest }, (0..<1000).map { Float(1e-38) * Float($0) },
            (0..<1000).map { $0 < 990 ? 1e-30 : 1e30 }, (0..<1000).map { Float(($0 % 5) * ($0 % 5)) },
            (0..<1000).map { -Float($0 * $0) }, (0..<1000).map { Float.leastNonzeroMagnitude * Float($0 % 3) },
            (0..<1000).map { 1 + Float.ulpOfOne * Float($0 % 2) },
        ]
        for scores in cases {
            let threshold = try Threshold(rule, of: scores, basis: "test")
            #expect(threshold.value.isFinite, "\(text) of \(scores.prefix(3))")
            let least = scores.min() ?? 0
            // A gamma distribution reaches below its smallest score when a small quantile of it is asked for.
            if rule != .gamma(0.01) { #expect(threshold.value >= least, "\(text) of \(scores.prefix(3))") }
            #expect(try Threshold(rule, of: scores, basis: "test") == threshold)
        }
        let equal = try Threshold(rule, of: Array(repeating: 7, count: 1000), basis: "test")
        #expect(equal.value == 7)
    }

    @Test func `A score is anomalous above the threshold, not at it, and severity grows with it`() throws {
        let threshold = try Threshold(.quantile(0.99), of: (0...100).map(Float.init), basis: "test")
        #expect(!threshold.isExceeded(by: 99) && threshold.isExceeded(by: Float(99).nextUp))
        let steps = stride(from: Float(0), to: 400, by: 0.5).map(threshold.severity(of:))
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(threshold.severity(of: 99) == .none)
        #expect(threshold.severity(of: 147) == .low)
        #expect(threshold.severity(of: 149) == .medium)
        #expect(threshold.severity(of: 247) == .high)
        let flat = try Threshold(.quantile(0.99), of: [3, 3, 3], basis: "test")
        #expect(flat.severity(of: 3) == .none && flat.severity(of: 4) == .high)
    }

    @Test func `Clip aggregation`() throws {
        let scores: [Float] = [1, 2, 3, 4, 10]
        #expect(try ClipAggregation(text: "mean").score(of: scores) == 4)
        #expect(try ClipAggregation(text: "max").score(of: scores) == 10)
        #expect(try ClipAggregation(text: "quantile:0.5").score(of: scores) == 3)
        for text in ["mean", "max", "quantile:0.9"] { #expect(try ClipAggregation(text: text).description == text) }
        for text in ["median", "quantile", "quantile:2", "quantile:nan", ""] {
            #expect(throws: SignalError.self) { try ClipAggregation(text: text) }
        }
        #expect(ClipAggregation.mean.score(of: []) == nil)
    }
}

extension Float {
    fileprivate func isApproximately(_ other: Float) -> Bool { abs(self - other) <= 1e-5 * max(abs(self), abs(other)) }
}
