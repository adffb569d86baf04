import ArgumentParser
import Foundation
import Learning
import SignalCore
import SignalIO

/// Writes a model for other programs.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a network model in the ONNX format, for other programs to run.",
        discussion: """
            The file's graph takes windows of frames as they come (input frames: batch x frames x columns, not scaled) and \
            gives their scores (output score); scaler and score rule are part of it. The threshold and how frames are made \
            stay in the model file; models show prints them. A summary is printed on standard output.

            Example: auscult export --model pump.safetensors --format onnx -o pump.onnx
            """)

    /// The formats.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case onnx
    }

    @Option(help: ArgumentHelp("The model file.", valueName: "file"))
    var model: String

    @Option(help: "The format: onnx.")
    var format = Format.onnx

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file to write (default: beside the model).", valueName: "file"))
    var output: String?

    @Flag(help: "Print the summary as one JSON document.")
    var json = false

    @OptionGroup var common: CommonOptions

    private struct Summary: Encodable {
        let output: String
        let algorithm: String
        let bytes: Int
        let contextFrames: Int
        let columns: [String]
        let frameThreshold: Float
    }

    func run() async throws {
        let file = try ModelFile(path: model)
        guard let exporting = file.model.detector as? any OnnxExporting else {
            let known = ModelRegistry.detectors.filter { $0 is any OnnxExporting.Type }.map { $0.name }
            throw SignalError(
                .unsupported,
                "a model of algorithm \(file.model.algorithm) has no ONNX form; those of \(known.joined(separator: ", ")) have"
            ).at(path: model)
        }
        let onnx = try exporting.onnxModel()
        let base = model.hasSuffix(".safetensors") ? String(model.dropLast(12)) : model
        let path = output ?? base + ".onnx"
        try AtomicFile.write(onnx.bytes, to: path)
        let summary = Summary(
            output: path, algorithm: file.model.algorithm, bytes: onnx.bytes.count,
            contextFrames: file.model.detector.contextLength, columns: file.model.recipe.schema.columns.map(\.name),
            frameThreshold: file.model.frameThreshold.value)
        let result = try ResultOutput(path: nil)
        try result.write(
            json
                ? JSONText.document(summary)
                : "\(path): \(summary.bytes) bytes; frames (batch x \(summary.contextFrames) x \(summary.columns.count)) "
                    + "to score, anomalous above \(summary.frameThreshold)\n")
        try result.finish()
    }
}
