public import SignalCore

/// A model in the Open Neural Network Exchange format, as other programs (onnxruntime, TensorRT, OpenVINO) run it.
public struct OnnxModel: Sendable, Equatable {
    /// The content of the file.
    public let bytes: [UInt8]
}

/// A detector that can be run by other programs, scaler and score included.
public protocol OnnxExporting: Detector {
    /// The model as a graph from windows to scores.
    ///
    /// It has one input, `frames`: windows of frames as they come, not scaled. Shape: batch x ``contextLength`` x
    /// ``columnCount``. Its output `score` has one element a window: the score, but for rounding of single precision.
    ///
    /// - Throws: `SignalError` with code `unsupported` when a part of the model has no such form.
    func onnxModel() throws -> OnnxModel
}
