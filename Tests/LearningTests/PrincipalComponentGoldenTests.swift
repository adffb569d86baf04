import LinearAlgebra
import SignalCore
import TestSupport
import Testing

@testable import Learning

/// Against scikit-learn. The table is read in single precision, which moves results by some 1e-7 of their size.
@Suite(.enabled(if: SharedData.isPresent)) struct PrincipalComponentGoldenTests {
    private func numbers(_ json: [String: Any], _ key: String) throws -> [Double] {
        let value = try #require(json[key])
        if let rows = value as? [[Double]] { return rows.flatMap { $0 } }
        return try #require(value as? [Double])
    }

    private func unscaledAxes(_ frames: FeatureFrames) throws -> (scaler: FrameScaler, axes: PrincipalAxes) {
        var scaler = FrameScaler(frames)
        scaler.scale = [1, 1, 1, 1]
        return (
            scaler,
            try PrincipalAxes(
                frames, stacker: WindowStacker(scaler: scaler, contextFrames: 1), runs: [0..<frames.count])
        )
    }

    @Test func `The scaler is StandardScaler`() throws {
        let frames = try TestData.reference()
        let scaler = FrameScaler(frames)
        let parameters = try SharedData.json("tabular/scaler_standard_params.json")
        #expect(Closeness.relativeToPeak(scaler.mean, try numbers(parameters, "mean_")) < 1e-7)
        #expect(Closeness.relativeToPeak(scaler.scale, try numbers(parameters, "scale_")) < 1e-7)
        #expect(scaler.constantColumns.isEmpty)
        let transformed = try ReferenceArray(SharedData.golden("tabular/scaler_standard.npy"))
        let own = frames.values.enumerated().map { (Double($1) - scaler.mean[$0 % 4]) / scaler.scale[$0 % 4] }
        #expect(Closeness.relativeToPeak(own, transformed.values) < 1e-7)
    }

    @Test func `Axes and variances are those of PCA`() throws {
        let (_, axes) = try unscaledAxes(TestData.reference())
        let parameters = try SharedData.json("tabular/pca_params.json")
        #expect(Closeness.relativeToPeak(axes.variances, try numbers(parameters, "explained_variance_")) < 1e-7)
        #expect(Closeness.relativeToPeak(axes.axes.elements, try numbers(parameters, "components_")) < 1e-6)
        #expect(axes.rank == 4)
        // 0.452, 0.300, 0.164, 0.084 of the variance.
        #expect(axes.count(forShare: 0.45) == 1)
        #expect(axes.count(forShare: 0.46) == 2)
        #expect(axes.count(forShare: 0.95) == 4)
    }

    @Test func `Projection and residual in single precision are those of PCA`() throws {
        let frames = try TestData.reference()
        let (scaler, axes) = try unscaledAxes(frames)
        func detector(_ count: Int) -> PrincipalComponentDetector {
            PrincipalComponentDetector(
                options: PrincipalComponentOptions(), scaler: scaler,
                components: Matrix(
                    rowCount: count, columnCount: 4, elements: axes.axes.elements[..<(count * 4)].map { Float($0) }),
                eigenvalues: Array(axes.variances[..<count]), limits: .init(hotelling: 1, residual: 1),
                contributionMean: [1, 1, 1, 1])
        }
        var projected: [Float] = []
        detector(4).forEachBlock(of: 0..<frames.count, in: frames) { block, count in
            for lane in 0..<count { projected += block.projection.map { $0[lane] } }
        }
        let transformed = try ReferenceArray(SharedData.golden("tabular/pca_transform.npy"))
        #expect(Closeness.relativeToPeak(projected, transformed.values) < 1e-6)

        var residuals: [Float] = []
        detector(2).forEachBlock(of: 0..<frames.count, in: frames) { block, count in
            for lane in 0..<count { residuals.append(block.residual[lane] / 4) }
        }
        let errors = try ReferenceArray(SharedData.golden("tabular/pca2_reconstruction_error.npy"))
        #expect(Closeness.relativeToPeak(residuals, errors.values) < 1e-6)
    }

    @Test func `With all components kept, T² is the squared Mahalanobis distance`() throws {
        let frames = try TestData.reference()
        var options = PrincipalComponentOptions()
        options.componentCount = 4
        options.statistic = .hotelling
        let detector = try PrincipalComponentDetector.fit(
            TestData.oneSegment(frames), options: options, context: FittingContext())
        let squared = try detector.scores(frames).map { Double($0) * detector.limits.hotelling }
        let expected = try numbers(SharedData.json("tabular/mahalanobis.json"), "distance_ddof1").map { $0 * $0 }
        #expect(Closeness.relativeToPeak(squared, expected) < 1e-6)
    }
}
