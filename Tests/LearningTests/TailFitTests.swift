import Foundation
import SignalCore
import Testing

@testable import Learning

/// Reference values are scipy 1.17.1's; maximum likelihood by `scipy.optimize.minimize` on `logpdf`.
@Suite struct TailFitTests {
    @Test(arguments: [
        (0.5, 0.2, 0.47291074313446196, 0.5270892568655381), (1, 3, 0.950212931632136, 0.04978706836786395),
        (2.5, 2, 0.4505840486472198, 0.5494159513527802), (10, 15, 0.9301463393005901, 0.06985366069940986),
        (100, 80, 0.0171083130351331, 0.9828916869648668), (1e4, 10100, 0.8413487504471796, 0.15865124955282037),
        (1e6, 998500, 0.06675317283160982, 0.9332468271683901),
        (0.01, 1e-3, 0.9385706525261288, 0.06142934747387101), (3, 40, 0.9999999999999964, 3.572865928700233e-15),
    ])
    func `The incomplete gamma function is scipy's`(shape: Double, x: Double, lower: Double, upper: Double) {
        let result = GammaFunction.incomplete(shape, x)
        #expect(abs(result.lower / lower - 1) < 1e-11 && abs(result.upper / upper - 1) < 1e-11)
    }

    @Test func `The incomplete gamma function has its closed forms`() {
        for x in [1e-9, 0.01, 0.5, 1, 2, 3.7, 20, 100] {
            #expect(abs(GammaFunction.incomplete(1, x).lower + expm1(-x)) < 1e-14)
            #expect(abs(GammaFunction.incomplete(0.5, x).lower - erf(x.squareRoot())) < 1e-14)
            // For whole shapes the complement is a sum of Poisson probabilities.
            var term = exp(-x)
            var sum = 0.0
            for k in 0..<12 {
                sum += term
                term *= x / Double(k + 1)
            }
            #expect(abs(GammaFunction.incomplete(12, x).upper - sum) < 1e-13)
        }
        #expect(GammaFunction.incomplete(2, 0) == (0, 1) && GammaFunction.incomplete(2, 1e9).lower == 1)
    }

    @Test(arguments: [
        (0.5, 0.1, 0.00789538704671561), (0.1, 0.01, 6.073048362407912e-21), (1, 0.99, 4.60517018598809),
        (2.5, 0.9, 4.618178449890562), (10, 0.999, 22.65737330906293), (100, 0.99, 124.7225614907208),
        (1e4, 0.5, 9999.666668642047), (1e6, 0.999, 1003093.0823698544), (0.05, 0.5, 5.573878440746256e-07),
        (7, 1e-6, 0.4998190342272766),
    ])
    func `Quantiles of the gamma distribution are scipy's`(shape: Double, share: Double, quantile: Double) {
        #expect(abs(GammaFunction.quantile(shape, share) / quantile - 1) < 1e-10)
    }

    @Test func `Quantiles undo the incomplete gamma function`() {
        for shape in [0.02, 0.3, 1, 1.5, 8, 77, 3000, 1e6] {
            for share in [1e-9, 1e-3, 0.2, 0.5, 0.9, 0.999, 1 - 1e-9] {
                let x = GammaFunction.quantile(shape, share)
                guard x > 0 else { continue }
                let (lower, upper) = GammaFunction.incomplete(shape, x)
                #expect(abs(lower - share) < 1e-10 * share || abs(upper - (1 - share)) < 1e-9 * (1 - share))
            }
        }
    }

    @Test func `The shape solves its equation`() {
        // digamma(1) is minus Euler's constant; log(2) - digamma(2) follows from digamma(2) = 1 - Euler's constant.
        #expect(abs(GammaFunction.logMinusDigamma(1) - 0.5772156649015329) < 1e-13)
        #expect(abs(GammaFunction.logMinusDigamma(2) - (log(2) - 1 + 0.5772156649015329)) < 1e-13)
        for shape in [0.01, 0.5, 1, 3, 50, 1e4, 1e6] {
            let found = GammaFit.shape(spread: GammaFunction.logMinusDigamma(shape))
            #expect(abs(found / shape - 1) < 1e-9)
        }
    }

    @Test func `The gamma fit is scipy's`() throws {
        let waves = (0..<300).map { (index: Int) -> Double in
            let step = Double(index % 7)
            return 10 + 2 * sin(Double(index) * 1.7) + 0.1 * step * step
        }
        let first = try #require(GammaFit(waves))
        #expect(abs(first.shape - 14.85664) < 0.01 && abs(first.location - 3.86424) < 0.003)
        #expect(abs(first.quantile(0.99) - 16.491143747) < 1e-4)
        let skewed = (0..<500).map { (index: Int) -> Double in
            let exponent = 0.5 * sin(Double(index) * 0.7) + 0.3 * cos(Double(index) * 1.3)
            return 100 * exp(exponent)
        }
        let second = try #require(GammaFit(skewed))
        #expect(abs(second.shape - 1.763522) < 1e-3 && abs(second.location - 42.91757) < 0.02)
        #expect(abs(second.scale - 37.48195) < 0.02 && abs(second.quantile(0.99) - 274.96237) < 0.02)
        // Moved and stretched scores give a moved and stretched distribution.
        let moved = try #require(GammaFit(skewed.map { 3 * $0 - 1000 }))
        #expect(abs(moved.quantile(0.99) - (3 * second.quantile(0.99) - 1000)) < 1e-3)
    }

    @Test(arguments: [
        ("heavy", 0.29169484, 1.00605199), ("exponential", -0.01046769, 1.00872168),
        ("short", -0.41471256, 1.01351702),
    ])
    func `Grimshaw's fit is the maximum of the likelihood`(kind: String, shape: Double, scale: Double) {
        let excesses = (0..<200).map { (index: Int) -> Double in
            let u = (Double(index) + 0.5) / 200
            return switch kind {
            case "heavy": (pow(1 - u, -0.3) - 1) / 0.3
            case "short": (1 - pow(1 - u, 0.4)) / 0.4
            default: -log1p(-u)
            }
        }
        let tail = ParetoTail(excesses)
        #expect(abs(tail.shape - shape) < 2e-5 && abs(tail.scale - scale) < 2e-5)
        let stretched = ParetoTail(excesses.map { 1e30 * $0 })
        #expect(abs(stretched.shape - tail.shape) < 1e-9 && abs(stretched.scale / 1e30 / tail.scale - 1) < 1e-9)
    }

    @Test func `Levels of a tail`() {
        #expect(ParetoTail([2, 2, 2]).shape == 0)
        #expect(abs(ParetoTail([2, 2, 2]).level(exceededBy: 0.01) - 2 * log(100)) < 1e-12)
        let heavy = ParetoTail(
            (0..<500).map { (index: Int) -> Double in 1 / (1 - (Double(index) + 0.5) / 500).squareRoot() - 1 })
        #expect(heavy.shape > 0.4 && heavy.level(exceededBy: 1e-4) > 50)
    }

    @Test func `Extreme values are found beyond what was seen, and too few peaks are said to be`() throws {
        var generator = SeededGenerator(seed: 2)
        let scores = (0..<20_000).map { _ in Float(-log(1 - generator.uniform())) }
        let threshold = try Threshold(.extremeValue(risk: 1e-6), of: scores, basis: "of the test")
        // The exponential distribution exceeds 13.8 once in a million times.
        #expect(abs(threshold.value - 13.8) < 2.5 && threshold.value > (scores.max() ?? 0))
        #expect(threshold.basis == "of the test")
        let rare = try Threshold(.extremeValue(risk: 1e-3), of: scores, basis: "").value
        let share = scores.count { $0 > rare }
        #expect((10...30).contains(share))

        let few = try Threshold(.extremeValue(risk: 0.001), of: Array(scores.prefix(100)), basis: "of the test")
        #expect(few.basis.hasPrefix("of the test; 2 of 100 scores lie above their 0.98 quantile, too few"))
        #expect(Double(few.value).isNear(Quantile.linear(of: Array(scores.prefix(100)), 0.999)))
        let common = try Threshold(.extremeValue(risk: 0.1), of: scores, basis: "")
        #expect(common.basis.contains("not in the tail"))
        #expect(Double(common.value).isNear(Quantile.linear(of: scores, 0.9)))
        #expect(try Threshold(.gamma(0.9), of: [1, 2, 3], basis: "").basis.contains("too few for a gamma"))
        #expect(try Threshold(.gamma(0.9), of: scores.map { _ in 1 }, basis: "").basis.contains("all scores are equal"))
    }
}

extension Double {
    fileprivate func isNear(_ other: Double) -> Bool { abs(self - other) <= 1e-6 * Swift.max(1, abs(other)) }
}
