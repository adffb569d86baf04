import SignalCore
import TestSupport
import Testing

@testable import Learning

/// The table is read in single precision, which moves results by some 1e-7 of their size.
@Suite struct FrameScalerTests {
    private func transformed(_ frames: FeatureFrames, _ scaler: FrameScaler) -> [Double] {
        let columns = frames.columnCount
        return frames.values.enumerated().map {
            (Double($1) - scaler.offset[$0 % columns]) / scaler.scale[$0 % columns]
        }
    }

    @Test(
        .enabled(if: SharedData.isPresent),
        arguments: [
            (FrameScaling.standard, "standard", "mean_", "scale_"),
            (.minMax, "minmax", "data_min_", "data_range_"), (.robust, "robust", "center_", "scale_"),
        ])
    func `Every scaling is that of scikit-learn`(
        scaling: FrameScaling, file: String, offset: String, scale: String
    ) throws {
        let frames = try TestData.reference()
        let scaler = FrameScaler(frames, scaling: scaling)
        let parameters = try SharedData.json("tabular/scaler_\(file)_params.json")
        let expectedOffset = try #require(parameters[offset] as? [Double])
        let expectedScale = try #require(parameters[scale] as? [Double])
        #expect(Closeness.relativeToPeak(scaler.offset, expectedOffset) < 1e-7)
        #expect(Closeness.relativeToPeak(scaler.scale, expectedScale) < 1e-7)
        let expected = try ReferenceArray(SharedData.golden("tabular/scaler_\(file).npy"))
        #expect(Closeness.relativeToPeak(transformed(frames, scaler), expected.values) < 1e-7)
    }

    @Test(arguments: FrameScaling.allCases)
    func `Constant columns are named and not divided by zero`(scaling: FrameScaling) {
        let frames = FeatureFrames(
            columnCount: 2, times: [0, 1, 2], values: [16_777_218, 1, 16_777_218, 2, 16_777_218, 4])
        let scaler = FrameScaler(frames, scaling: scaling)
        #expect(scaler.constantColumns == [0])
        #expect(scaler.scale[0] == 1)
        let isFinite = transformed(frames, scaler).allSatisfy(\.isFinite)
        #expect(isFinite)
    }

    @Test func `A column whose middle half is constant is scaled by its deviation`() {
        let values: [Float] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]
        let frames = FeatureFrames(columnCount: 1, times: values.map(Double.init), values: values)
        let scaler = FrameScaler(frames, scaling: .robust)
        #expect(scaler.offset == [0] && scaler.scale == [3] && scaler.constantColumns.isEmpty)
    }

    @Test func `Without scaling, values stay as they are`() {
        let frames = FeatureFrames(columnCount: 1, times: [0, 1], values: [3, 5])
        let scaler = FrameScaler(frames, scaling: .none)
        #expect(transformed(frames, scaler) == [3, 5])
    }
}
