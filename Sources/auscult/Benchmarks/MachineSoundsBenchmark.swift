import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// MIMII's machines, each by itself, with and without loudness.
struct MachineSoundsBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mimii",
        abstract: "MIMII: every machine by itself, all models, as recorded and with every clip scaled to equal RMS.",
        discussion: """
            DIR holds <machine>/<id>/{normal,abnormal}/*.wav. Of every machine's normal clips 60 % are trained on, chosen by \
            the seed; the others and the abnormal ones are judged, a clip at a time, by the mean of its frames' scores. All \
            models are at their defaults on the default log-mel. Machines with fewer than ten normal or five abnormal clips \
            are passed over, for a number on them would mean nothing. Intervals are 95 %, by bootstrap over clips.

            Loudness stands beside the models: where it is as good as they are, they may have learnt nothing else.

            Example: auscult benchmark mimii --data 0_dB --models pca,lstm-autoencoder --runs 3
            """)

    @OptionGroup var protocolOptions: ProtocolOptions

    @Option(help: ArgumentHelp("Algorithms, separated by commas, or all.", valueName: "names"))
    var models = "all"

    @Option(help: ArgumentHelp("Splits with consecutive seeds; the table shows mean and deviation.", valueName: "n"))
    var runs = 1

    private static let fewestNormal = 10
    private static let fewestAbnormal = 5

    private struct Block: Encodable {
        let machine: String
        let normalization: String
        let test: ModelComparison.TestSize
        let lines: [ModelComparison.Line]
    }

    private struct Report: ProtocolReport {
        let runs: Int
        let machine: String
        let blocks: [Block]

        var text: String {
            var text = ""
            for block in blocks {
                let kind = block.normalization == "rms" ? "every clip scaled to equal RMS" : "as recorded"
                text +=
                    "\(block.machine), \(kind): \(block.test.normal) normal and \(block.test.anomalous) abnormal clips judged\n"
                text += ModelComparison.table(block.lines).rendered() + "\n"
            }
            let spread = runs > 1 ? "; mean (standard deviation) over \(runs) splits" : ""
            return text + "published baselines over the whole set of fan id_00 (0 dB): AUC 0.59 to 0.63\n"
                + machine + spread + "\n"
        }
    }

    func run() async throws {
        guard (1...100).contains(runs) else { throw SignalError(.invalidOption, "--runs is 1 to 100, not \(runs)") }
        let names = models == "all" ? ModelRegistry.names : models.split(separator: ",").map(String.init)
        for name in names { _ = try ModelRegistry.detector(named: name) }
        let places = try machines()
        var blocks: [Block] = []
        for place in places {
            for normalization in [LoudnessNormalization.none, .rms] {
                blocks.append(try await block(place, normalization, names))
            }
        }
        try protocolOptions.write(Report(runs: runs, machine: BenchmarkMachine.words, blocks: blocks))
    }

    /// The machines with enough clips, as `fan/id_00`.
    private func machines() throws -> [String] {
        var counts: [String: (normal: Int, abnormal: Int)] = [:]
        var walker = DatasetWalker(paths: [protocolOptions.data])
        while let next = walker.next() {
            guard case .success(let item) = next, let place = item.place, item.id != nil else { continue }
            if item.label == .normal { counts[place, default: (0, 0)].normal += 1 }
            if item.label == .abnormal { counts[place, default: (0, 0)].abnormal += 1 }
        }
        let all = counts.keys.sorted()
        let usable = all.filter {
            (counts[$0]?.normal ?? 0) >= Self.fewestNormal && (counts[$0]?.abnormal ?? 0) >= Self.fewestAbnormal
        }
        let passed = all.filter { !usable.contains($0) }
        if !passed.isEmpty {
            protocolOptions.common.console.note("too few clips: \(passed.joined(separator: ", "))")
        }
        guard !usable.isEmpty else {
            throw SignalError(
                .insufficientData,
                "holds no machine with \(Self.fewestNormal) normal and \(Self.fewestAbnormal) abnormal clips in "
                    + "<machine>/<id>/normal and abnormal"
            ).at(path: protocolOptions.data)
        }
        return usable
    }

    private func block(
        _ place: String, _ normalization: LoudnessNormalization, _ names: [String]
    ) async throws -> Block {
        let console = protocolOptions.common.console
        let jobs = try protocolOptions.jobs.count()
        var lines: [[ModelComparison.Line]] = []
        var size = ModelComparison.TestSize(normal: 0, anomalous: 0, unit: "recordings")
        for run in 0..<runs {
            let seed = try protocolOptions.seeds.value() &+ UInt64(run)
            let reader = try DatasetReader(
                paths: [protocolOptions.data + "/" + place], features: FeatureOptions.parse([]),
                reading: ReadingOptions.parse([]), normalization: normalization, tables: TableFlags.parse([]),
                holdout: 0.4, wantsTest: true, jobs: jobs, seed: seed,
                console: Console(isQuiet: true, isVerbose: false))
            let dataset = try await reader.read().dataset
            let comparison = ModelComparison(
                dataset: dataset, trainer: ModelTrainer(toolVersion: ToolVersion.current), jobs: jobs, seed: seed)
            size = comparison.testSize
            var measured: [ModelComparison.Line] = []
            for name in names {
                try Interruption.check()
                let progress = FittingProgressLine("\(place) \(normalization.rawValue) \(name)", console: console)
                do {
                    measured.append(
                        try comparison.line(ModelRegistry.detector(named: name), options: [], seeds: 1) {
                            progress.report($0)
                        })
                } catch let error as SignalError where [.insufficientData, .limitExceeded].contains(error.code) {
                    measured.append(ModelComparison.Line(model: name, failure: error.message))
                    console.warn("\(name): \(error.message)")
                }
            }
            var trivial = try comparison.baselines()
            // The level is that of the file in either case; beside scaled clips it needs to be said.
            for index in trivial.indices where normalization == .rms && trivial[index].model == "loudness" {
                trivial[index].model = "loudness as recorded"
            }
            lines.append(measured + trivial)
        }
        let averaged = lines[0].indices.map { index in ModelComparison.summary(lines.map { $0[index] }) }
        return Block(machine: place, normalization: normalization.rawValue, test: size, lines: averaged)
    }
}
