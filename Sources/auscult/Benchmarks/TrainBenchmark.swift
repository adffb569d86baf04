import ArgumentParser
import Foundation
import Learning
import NeuralNetworks
import Reporting
import SignalCore

/// Training and use of the default LSTM autoencoder beside its matrix products alone.
struct TrainBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "The default LSTM autoencoder: time of an epoch and of a window, beside its matrix products alone.",
        discussion: """
            The network is that of train lstm-autoencoder by default, on windows of 50 rows of made-up sensors. The floor is \
            every matrix product that an epoch needs, there, back and for the gradients, by the same kernels and on as many \
            threads, and nothing else. For comparison stand the same products by OpenBLAS on one thread. Every line is the \
            fastest of its rounds.

            Example: auscult benchmark train --rounds 3
            """)

    @Option(help: ArgumentHelp("Windows of an epoch.", valueName: "n"))
    var windows = 8000

    @Option(help: ArgumentHelp("Columns of a row.", valueName: "n"))
    var columns = 4

    @Option(help: ArgumentHelp("Rounds, of which the fastest counts.", valueName: "n"))
    var rounds = 3

    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    private struct Line: Encodable {
        let what: String
        let jobs: Int
        let seconds: Double
        let windowsPerSecond: Double
        let ratioToFloor: Double?
    }

    private struct Report: ProtocolReport {
        let windows: Int
        let length: Int
        let columns: Int
        let parameters: Int
        let batchSize: Int
        let machine: String
        let kernels: String
        let lines: [Line]

        var text: String {
            var table = TextTable(["what", "jobs", "s", "windows/s", "ratio to floor"])
            for line in lines {
                table.append([
                    line.what, "\(line.jobs)", Text.number(line.seconds, digits: line.seconds < 0.01 ? 6 : 3),
                    Text.number(line.windowsPerSecond, digits: 0),
                    line.ratioToFloor.map { Text.number($0, digits: 2) } ?? "",
                ])
            }
            return """
                \(windows) windows of \(length) x \(columns), \(parameters) parameters, batches of \(batchSize); \(machine); \
                network kernels \(kernels)

                """ + table.rendered()
        }
    }

    func run() async throws {
        let jobCount = try jobs.count()
        guard (100...1_000_000).contains(windows), (1...512).contains(columns), (1...100).contains(rounds) else {
            throw SignalError(
                .invalidOption, "--windows is 100 to 1000000, --columns 1 to 512, --rounds 1 to 100")
        }
        let seed = try seeds.value()
        let options = LSTMAutoencoderOptions()
        let network = try SequenceNetwork(
            inputColumns: columns, layers: options.layers(columns: columns),
            seed: seed)
        let frames = BenchmarkData.sensors(rows: windows + options.sequenceLength - 1, columns: columns, seed: seed)
        let data = try SequenceWindows(frames, length: options.sequenceLength)
        var lines: [Line] = []
        for jobs in Set([1, jobCount]).sorted() {
            common.console.note("measuring with \(jobs) \(jobs == 1 ? "job" : "jobs")")
            lines += try self.lines(network, data, jobs: jobs, seed: seed)
        }
        let one = data.selecting([windows / 2])
        let single = try Stopwatch.fastest(of: rounds) { for _ in 0..<200 { _ = try network.outputs(of: one) } } / 200
        lines.append(
            Line(what: "one window", jobs: 1, seconds: single, windowsPerSecond: 1 / single, ratioToFloor: nil))
        let report = Report(
            windows: windows, length: options.sequenceLength, columns: columns, parameters: network.parameterCount,
            batchSize: TrainingOptions().batchSize, machine: BenchmarkMachine.words,
            kernels: NetworkKernels.instructionSet,
            lines: lines)
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(report) : report.text)
        try result.finish()
    }

    private func lines(
        _ network: SequenceNetwork, _ data: SequenceWindows, jobs: Int, seed: UInt64
    ) throws -> [Line] {
        let batchSize = TrainingOptions().batchSize
        let batches = (windows + batchSize - 1) / batchSize
        let floor = try MatrixProductFloor(network, steps: data.length, jobs: jobs)
        // In turns, so that what else the machine does meets all alike.
        var best = (floor: Double.infinity, blas: Double.infinity, epoch: Double.infinity, scores: Double.infinity)
        for _ in 0..<rounds {
            best.floor = min(
                best.floor, try Stopwatch.seconds { try floor.run(batches: batches, batchSize: batchSize) })
            if jobs == 1 {
                best.blas = min(
                    best.blas, try Stopwatch.seconds { try floor.runWithBLAS(batches: batches, batchSize: batchSize) })
            }
            var training = TrainingOptions()
            training.validationShare = 0
            training.epochs = 1
            let trainer = try Trainer(
                network, examples: TrainingExamples(reconstructing: data), options: training, seed: seed, jobs: jobs)
            best.epoch = min(best.epoch, try Stopwatch.seconds { _ = try trainer.run() })
            best.scores = min(best.scores, try Stopwatch.seconds { _ = try network.outputs(of: data, jobs: jobs) })
        }
        func line(_ what: String, _ seconds: Double, ratio: Double? = nil) -> Line {
            Line(
                what: what, jobs: jobs, seconds: seconds, windowsPerSecond: Double(windows) / seconds,
                ratioToFloor: ratio)
        }
        var lines = [line("matrix products alone", best.floor)]
        if jobs == 1 { lines.append(line("the same by OpenBLAS", best.blas, ratio: best.blas / best.floor)) }
        lines.append(line("an epoch of training", best.epoch, ratio: best.epoch / best.floor))
        lines.append(line("reconstruction in batches", best.scores))
        return lines
    }
}
