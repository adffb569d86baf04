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
        for text in ["quantile:0.995", "sigma:4", "sigma:2.5", "quantile:1"] {
            #expect(try ThresholdRule(text: text).description == text)
        }
    }

    @Test(arguments: ["evt:1e-3", "dynamic", "quantil:0.9", "", ":", "0.99"])
    func `An unknown rule is refused with the known ones listed`(text: String) {
        #expect(TestData.message { _ = try ThresholdRule(text: text) }.contains("Known: quantile, sigma"))
    }

    @Test(arguments: [
        "quantile", "quantile:", "quantile:x", "quantile:0", "quantile:1.1", "quantile:nan", "sigma:-1", "sigma:inf",
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
