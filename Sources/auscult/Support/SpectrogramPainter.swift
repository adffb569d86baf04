import FeatureExtraction
import Learning
import Reporting
import SignalCore
import SignalIO

/// Draws the spectrogram of a recording of any length, in bounded memory.
final class SpectrogramPainter {
    private let gnuplot: Gnuplot
    private let pipeline: FeaturePipeline

    /// - Throws: `SignalError` when the feature that is drawn cannot be made.
    init(gnuplot: Gnuplot, reading: SignalReadingOptions) throws {
        self.gnuplot = gnuplot
        var reading = reading
        // A picture shows one channel.
        if reading.channels == nil || reading.channels == .all { reading.channels = .index(0) }
        let feature = try FeatureChoice(
            name: "log-mel", settings: [("fftLength", "2048"), ("hopLength", "512"), ("melBands", "128")])
        pipeline = FeaturePipeline(features: [feature], reading: reading, normalization: .none)
    }

    /// Draws one recording.
    func paint(_ item: DatasetItem, to path: String) async throws {
        var accumulator: SpectrogramAccumulator?
        _ = try pipeline.run(item.path) { _, schema, frames in
            if accumulator == nil { accumulator = try SpectrogramAccumulator(schema: schema) }
            accumulator?.consume(frames)
            frames.removeAll()
        }
        guard let accumulator else { return }
        let place = [item.machine, item.id, item.label?.rawValue].compactMap(\.self)
        let file = item.path.split(separator: "/").last.map(String.init) ?? item.path
        let plot = SpectrogramPlot(
            title: (place + [file]).joined(separator: " "), spectrogram: try accumulator.spectrogram())
        try await plot.write(to: path, using: gnuplot)
    }
}
