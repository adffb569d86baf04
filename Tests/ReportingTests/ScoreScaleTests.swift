import Foundation
import TestSupport
import Testing

@testable import Reporting

/// Where a timeline's axis stops being linear.
@Suite struct ScoreScaleTests {
    @Test func `scores of some thresholds stay on a linear axis`() {
        #expect(ScoreScale([1, 2, 3, 60], threshold: 3) == .linear)
        #expect(ScoreScale([], threshold: 3) == .linear)
        #expect(ScoreScale([-5, -4, -1], threshold: -2) == .linear)
        #expect(ScoreScale([.nan, .infinity], threshold: 1) == .linear)
    }

    @Test func `more than twenty thresholds make it logarithmic, and symmetric where a score is zero or less`() {
        #expect(ScoreScale([1, 2, 3, 61], threshold: 3) == .logarithmic)
        #expect(ScoreScale([0, 2, 3, 61], threshold: 3) == .symmetric(unit: 3))
        #expect(ScoreScale([-1, 2, 3, 61], threshold: 3) == .symmetric(unit: 3))
        // One score near zero would stretch a logarithmic axis over many empty powers of ten.
        #expect(ScoreScale([1e-12, 2, 3, 61], threshold: 3) == .symmetric(unit: 3))
    }

    @Test func `a threshold far above all scores leaves them visible`() {
        #expect(ScoreScale([0, 1, 1, 51], threshold: 1e9) == .symmetric(unit: 1))
    }

    @Test func `ticks are zero and powers of ten within the range, and few`() {
        #expect(ScoreScale.ticks(in: -0.3...1600, unit: 3) == [0, 1, 10, 100, 1000])
        #expect(ScoreScale.ticks(in: -20...50, unit: 3) == [-10, -1, 0, 1, 10])
        #expect((3...10).contains(ScoreScale.ticks(in: -0.1...1e30, unit: 1).count))
    }

    @Test func `the axis and the caption say so, and the picture is drawn`() async throws {
        let scores = (0..<200).map { $0 % 50 == 49 ? 4000.0 : Double($0 % 7) * 0.3 }
        let figure = TimelineFigure(
            times: FigureExample.times(200), hasDates: false, scores: scores, threshold: 2.5,
            alarms: scores.map { $0 > 2.5 })
        #expect(figure.axes[1].text.contains("symmetric logarithmic") && figure.caption.contains("logarithmic"))
        let folder = try TemporaryFolder()
        let kept = ProcessInfo.processInfo.environment["AUSCULT_KEEP_FIGURES"] ?? folder.url.path
        let stem = kept + "/timeline-symmetric"
        try await Gnuplot.locate().write(figure, toPNG: stem + ".png", svg: stem + ".svg")
        #expect(try PNGFile(stem + ".png").width == 2400)
    }
}
