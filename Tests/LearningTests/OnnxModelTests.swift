import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct OnnxModelTests {
    @Test func `Fields have the bytes that the documentation of Protocol Buffers shows`() {
        var writer = ProtobufWriter()
        writer.field(1, 150)
        #expect(writer.bytes == [0x08, 0x96, 0x01])
        writer = ProtobufWriter()
        writer.field(2, "testing")
        #expect(writer.bytes == [0x12, 0x07] + Array("testing".utf8))
        writer = ProtobufWriter()
        writer.field(3) { $0.field(1, 150) }
        #expect(writer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01])
        writer = ProtobufWriter()
        writer.field(6, [3, 270, 86942])
        #expect(writer.bytes == [0x32, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05])
        writer = ProtobufWriter()
        writer.field(1, -2)
        #expect(writer.bytes == [0x08, 0xFE] + Array(repeating: 0xFF, count: 8) + [0x01])
        writer = ProtobufWriter()
        writer.field(20, 7)
        #expect(writer.bytes == [0xA0, 0x01, 0x07])
    }

    @Test func `The graph is complete: every value is made before it is used, and every weight is there`() throws {
        let detector = try Self.detector("lstm-autoencoder", rule: "maximum")
        let model = try Message(detector.onnxModel().bytes)
        #expect(model[1] == [.number(7)])
        #expect(model.messages(8).first?[2] == [.number(14)])
        let graph = try #require(model.messages(7).first)
        var known = Set((graph.messages(11).map { $0.text(1) } + graph.messages(5).map { $0.text(8) }))
        for node in graph.messages(1) {
            for index in 0..<(node[1] ?? []).count where !node.text(1, index).isEmpty {
                #expect(known.contains(node.text(1, index)))
            }
            for index in 0..<(node[2] ?? []).count where !node.text(2, index).isEmpty {
                #expect(known.insert(node.text(2, index)).inserted)
            }
        }
        #expect(graph.messages(12).map { $0.text(1) } == ["score", "reconstruction"])
        #expect(graph.messages(12).allSatisfy { known.contains($0.text(1)) })
        #expect(graph.messages(1).map { $0.text(4) }.filter { $0 == "LSTM" }.count == 4)
        // The gates stand in the order input, output, forget, cell.
        let weights = try #require(graph.messages(5).first { $0.text(8) == "encoder.0.weight_ih_l0" })
        let archive = try detector.archived()
        let ours = try archive.float32("encoder.0.weight_ih_l0", shape: [32, 8])
        let theirs = weights.floats(9)
        #expect(weights.numbers(1) == [1, 32, 8] && theirs.count == 256)
        #expect(theirs[0..<64] == ours[0..<64] && theirs[64..<128] == ours[192..<256])
        #expect(theirs[128..<192] == ours[64..<128] && theirs[192..<256] == ours[128..<192])
    }

    @Test func `A forecaster that is no network is refused`() throws {
        let options = try ForecastErrorOptions().setting([("forecaster", "last-value")])
        let detector = try ForecastErrorDetector.fit(
            TestData.correlated(seed: 1), options: options, context: .init())
        let error = #expect(throws: SignalError.self) { try detector.onnxModel() }
        #expect(error?.code == .unsupported)
    }

    @Test(
        arguments: [
            ("lstm-autoencoder", "mean"), ("lstm-autoencoder", "maximum"), ("lstm-autoencoder", "lastFrame"),
            ("autoencoder", "mean"), ("autoencoder", "maximum"), ("forecast-error", "maximum"),
            ("forecast-error", "mean"), ("forecast-error linear", "maximum"),
            ("lstm-autoencoder in full size", "maximum"),
        ])
    func `onnxruntime gives the same scores`(name: String, rule: String) throws {
        guard let python = OnnxRuntime.python else {
            print("skipped: no python3 with onnxruntime and numpy is on the path")
            return
        }
        let detector = try Self.detector(name, rule: rule)
        let frames = TestData.correlated(seed: 2, clips: 1, framesPerClip: 60).frames
        let expected = try detector.scores(frames)
        let length = detector.contextLength
        let folder = try TemporaryFolder()
        let windows = expected.indices.flatMap { frames.values[$0 * 8..<($0 + length) * 8] }
        try Data(detector.onnxModel().bytes).write(to: URL(filePath: folder.path("model.onnx")))
        let content = windows.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
        }
        try Data(content).write(to: URL(filePath: folder.path("windows.f32")))
        let scores = try OnnxRuntime.scores(
            python: python, folder: folder, shape: [expected.count, length, 8])
        #expect(scores.count == expected.count)
        for (ours, theirs) in zip(expected, scores) {
            #expect(abs(Double(ours) - theirs) <= 1e-4 * max(abs(theirs), 1e-3))
        }
    }

    private static func detector(_ name: String, rule: String) throws -> any OnnxExporting {
        let data = TestData.correlated(seed: 1)
        switch name {
        case "lstm-autoencoder in full size":
            return try LSTMAutoencoderDetector.fit(
                TestData.correlated(seed: 1, clips: 2, framesPerClip: 100),
                options: LSTMAutoencoderOptions().setting([("epochs", "1"), ("scoreRule", rule)]), context: .init())
        case "lstm-autoencoder":
            return try LSTMAutoencoderDetector.fit(
                data,
                options: LSTMAutoencoderOptions().setting([
                    ("sequenceLength", "6"), ("encoderUnits", "8+4"), ("bottleneck", "3"), ("epochs", "3"),
                    ("scoreRule", rule),
                ]), context: .init())
        case "autoencoder":
            return try AutoencoderDetector.fit(
                data,
                options: AutoencoderOptions().setting([("units", "16+8"), ("epochs", "3"), ("scoreRule", rule)]),
                context: .init())
        default:
            let forecaster =
                name.hasSuffix("linear")
                ? [("forecaster", "linear"), ("forecaster.horizon", "2")]
                : [("forecaster.units", "8+6"), ("forecaster.epochs", "3"), ("forecaster.targets", "3")]
            return try ForecastErrorDetector.fit(
                data,
                options: ForecastErrorOptions().setting(
                    [("forecaster.sequenceLength", "5"), ("scoreRule", rule), ("smoothing", "4")] + forecaster),
                context: .init())
        }
    }
}
