import Foundation
import TestSupport

/// Runs models in onnxruntime, where a Python interpreter has it.
enum OnnxRuntime {
    /// The first `python3` of the path that has what is needed.
    static let python: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
        return folders.first { path in
            FileManager.default.isExecutableFile(atPath: path)
                && (try? Program.run(path, ["-c", "import numpy, onnxruntime"]))?.status == 0
        }
    }()

    /// The scores of the windows in `windows.f32` by `model.onnx`, both in a folder. Where the package `onnx` is there
    /// too, it checks the model first.
    static func scores(python: String, folder: TemporaryFolder, shape: [Int]) throws -> [Double] {
        let program = """
            import sys, numpy, onnxruntime
            model, windows, shape = sys.argv[1], sys.argv[2], [int(n) for n in sys.argv[3:]]
            try:
                import onnx
                onnx.checker.check_model(onnx.load(model), full_check=True)
            except ImportError:
                pass
            session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
            frames = numpy.fromfile(windows, dtype="<f4").reshape(shape)
            scores = session.run(None, {"frames": frames})[0]
            assert scores.shape == (shape[0],), scores.shape
            print(*[repr(float(score)) for score in scores])
            """
        let result = try Program.run(
            python,
            ["-c", program, folder.path("model.onnx"), folder.path("windows.f32")] + shape.map(String.init))
        struct Failure: Error { let text: String }
        guard result.status == 0 else { throw Failure(text: result.output + result.errors) }
        return result.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }
}
