import ArgumentParser
import Foundation
import SignalCore
import SignalIO
import SignalSynthesis
import Synchronization

/// Makes demo data with known faults.
struct Synth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth",
        abstract:
            "Make demo data with ground truth: machine sounds, bearing vibration, sensor tables, fleets, a board.",
        subcommands: [MachineSounds.self, Vibration.self, Sensors.self, Fleet.self, Device.self])

    /// Recordings in MIMII layout.
    struct MachineSounds: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "mimii",
            abstract: "Recordings of fans, pumps, sliders and valves, normal and faulty, in MIMII layout.",
            discussion: """
                Writes <machine>/<id>/<normal|abnormal>/00000000.wav and events.json with fault and severity of every \
                abnormal recording. The level of a recording says nothing about the fault. The same seed gives the same \
                files on any number of cores.

                Example:
                  auscult synth mimii --machines fan,valve --normal 60 --snr -6 -o demo
                """)

        @Option(
            help: ArgumentHelp("Kinds of machine, separated by commas: fan, pump, slider, valve.", valueName: "names"))
        var machines = "fan,pump,slider,valve"

        @Option(help: ArgumentHelp("Machines of each kind, 1 to 4.", valueName: "n"))
        var ids = 1

        @Option(help: ArgumentHelp("Normal recordings of each machine.", valueName: "n"))
        var normal = 40

        @Option(help: ArgumentHelp("Abnormal recordings of each machine.", valueName: "n"))
        var abnormal = 20

        @Option(help: ArgumentHelp("Seconds of each recording.", valueName: "s"))
        var seconds = 10.0

        @Option(help: ArgumentHelp("Machine over factory background, in dB.", valueName: "db"))
        var snr = 0.0

        @Option(help: ArgumentHelp("Sample rate in Hz.", valueName: "hz"))
        var rate = 16000.0

        @Option(help: ArgumentHelp("Microphones of the array: 1 to 8 channels.", valueName: "n"))
        var channels = 1

        @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"))
        var output = "datasets/demo"

        @OptionGroup var seeds: SeedOptions
        @OptionGroup var jobs: JobOptions
        @OptionGroup var common: CommonOptions

        private struct Clip: Sendable {
            let generator: MachineSoundGenerator
            let index: Int
            let fault: MachineFault?
            let folder: String
            let name: String

            var path: String { folder + "/" + name }
        }

        func run() async throws {
            let console = common.console
            let clips = try self.clips()
            try refuseOthers(than: clips)
            let progress = ProgressLine("synth", total: clips.count, console: console)
            let events = Mutex<[GroundTruthEvent]>([])
            let (folder, channelCount, sampleRate) = (output, channels, Int(rate))
            try await ParallelWork.run(jobs: jobs.count(), over: clips) {
            } work: { (_: Void, clip: Clip) -> Result<GroundTruthEvent?, SignalError> in
                Result.capturing(path: folder + "/" + clip.path) {
                    let made = try clip.generator.clip(clip.index, fault: clip.fault)
                    try AtomicFile.makeFolder(folder + "/" + clip.folder)
                    let writer = try RecordingWriter(
                        path: folder + "/" + clip.path, sampleRate: sampleRate, channelCount: channelCount,
                        isExtensible: channelCount > 1)
                    try writer.append(made.block)
                    try writer.finish()
                    return made.event(path: clip.path)
                }
            } deliver: { result in
                let event = try result.get()
                events.withLock { if let event { $0.append(event) } }
                progress.advance()
            }
            // Also after Ctrl-C: what is finished is kept, and its truth with it.
            let document = try JSONText.document(events.withLock { $0 })
            try AtomicFile.write(Array(document.utf8), to: output + "/events.json")
            try Interruption.check()
            console.note("\(clips.count) recordings and events.json in \(output)")
        }

        /// Refuses a folder with recordings that are not part of this data set, which would go unnoticed among them.
        private func refuseOthers(than clips: [Clip]) throws {
            let own = Set(clips.map(\.path))
            for folder in Set(clips.map(\.folder)).sorted() {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: output + "/" + folder)) ?? []
                guard let other = names.filter({ $0.hasSuffix(".wav") && !own.contains("\(folder)/\($0)") }).min()
                else {
                    continue
                }
                throw SignalError(
                    .mismatch, "holds \(other), which is not part of this data set; choose another folder or remove it"
                ).at(path: output + "/" + folder)
            }
        }

        private func clips() throws -> [Clip] {
            guard (1...Machine.usualIDs.count).contains(ids) else {
                throw SignalError(.invalidOption, "--ids is 1 to \(Machine.usualIDs.count), not \(ids)")
            }
            let counts = 0...1_000_000
            guard counts.contains(normal), counts.contains(abnormal), normal + abnormal > 0 else {
                throw SignalError(.invalidOption, "--normal and --abnormal are 0 to 1000000 recordings, not both 0")
            }
            var names: [String] = []
            for name in machines.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) })
            where !name.isEmpty && !names.contains(name) {
                names.append(name)
            }
            guard !names.isEmpty else { throw SignalError(.invalidOption, "--machines names at least one machine") }
            guard rate == rate.rounded() else {
                throw SignalError(.invalidOption, "--rate is a whole number of Hz, not \(rate)")
            }
            var options = MachineSoundOptions()
            options.seconds = seconds
            options.signalToNoise = snr
            options.sampleRate = rate
            options.microphones = channels
            try naming([
                "signalToNoise": "--snr", "microphones": "--channels", "sampleRate": "--rate", "seconds": "--seconds",
            ]) {
                try options.validate()
            }
            let seed = try seeds.value()
            return try names.flatMap { name -> [Clip] in
                guard let machine = Machine(rawValue: name) else {
                    let known = Machine.allCases.map(\.rawValue)
                    throw SignalError(.invalidOption, NearestName.unknown("machine", name, among: known))
                }
                return try Machine.usualIDs.prefix(ids).flatMap { id -> [Clip] in
                    let generator = try MachineSoundGenerator(machine: machine, id: id, options: options, seed: seed)
                    let folder = "\(machine.rawValue)/id_\(id < 10 ? "0" : "")\(id)"
                    func clip(_ index: Int, _ label: String, _ fault: MachineFault?) -> Clip {
                        let number = String(repeating: "0", count: max(0, 8 - "\(index)".count)) + "\(index)"
                        return Clip(
                            generator: generator, index: index, fault: fault, folder: "\(folder)/\(label)",
                            name: "\(number).wav")
                    }
                    return (0..<normal).map { clip($0, "normal", nil) }
                        + (0..<abnormal).map { clip($0, "abnormal", generator.fault(ofClip: $0)) }
                }
            }
        }
    }

    /// Snapshots of a bearing test.
    struct Vibration: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "vibration",
            abstract: "A bearing running to failure: snapshots in the form of the NASA IMS data.",
            discussion: """
                Writes one tab-separated text file a snapshot (a column a bearing, in g), named by its time, and \
                events.json with the fault; truth.json has severity, stage and remaining life of every snapshot.

                Example:
                  auscult synth vibration --snapshots 50 --defect inner-race -o bearing
                """)

        @Option(help: ArgumentHelp("Snapshots from the beginning to the failure.", valueName: "n"))
        var snapshots = 100

        @Option(help: ArgumentHelp("What fails: outer-race, inner-race or rolling-element.", valueName: "name"))
        var defect = BearingDefect.outerRace.rawValue

        @Option(help: ArgumentHelp("Share of the life after which the fault begins.", valueName: "share"))
        var onset = 0.55

        @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"))
        var output = "datasets/vibration"

        @OptionGroup var seeds: SeedOptions
        @OptionGroup var jobs: JobOptions
        @OptionGroup var common: CommonOptions

        private struct Truth: Encodable {
            let path: String
            let truth: BearingSnapshotTruth
        }

        func run() async throws {
            let console = common.console
            let options = try naming(["snapshots": "--snapshots", "defect": "--defect", "onset": "--onset"]) {
                try BearingRunOptions().setting([
                    ("snapshots", "\(snapshots)"), ("defect", defect), ("onset", "\(onset)"),
                ])
            }
            let run = try BearingRunToFailure(options: options, seed: seeds.value())
            let progress = ProgressLine("synth", total: snapshots, console: console)
            let truths = Mutex<[Truth]>([])
            let (folder, count) = (output, snapshots)
            try await ParallelWork.run(jobs: jobs.count(), over: Array(0..<count)) {
            } work: { (_: Void, number: Int) -> Result<(String, BearingSnapshotTruth), SignalError> in
                Result.capturing(path: folder) {
                    let snapshot = try run.snapshot(number)
                    let name = Self.name(secondsSinceStart: snapshot.truth.seconds)
                    try AtomicFile.write(Array(Self.text(snapshot.block).utf8), to: "\(folder)/\(name)")
                    return (name, snapshot.truth)
                }
            } deliver: { result in
                let (name, truth) = try result.get()
                truths.withLock { $0.append(Truth(path: name, truth: truth)) }
                progress.advance()
            }
            try Interruption.check()
            let first = Self.name(secondsSinceStart: 0)
            try AtomicFile.write(
                Array(JSONText.document([run.event(path: first)]).utf8), to: output + "/events.json")
            try AtomicFile.write(Array(JSONText.document(truths.withLock { $0 }).utf8), to: output + "/truth.json")
            console.note("\(snapshots) snapshots, events.json and truth.json in \(output)")
        }

        /// The name of a snapshot in the form of the IMS data, `2024.01.01.00.10.00`.
        private static func name(secondsSinceStart seconds: Double) -> String {
            let date = Date(timeIntervalSince1970: BearingRunToFailure.startEpochSeconds + seconds)
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .gmt
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let rest = [parts.month, parts.day, parts.hour, parts.minute, parts.second].map { part in
                let text = "\(part ?? 0)"
                return text.count < 2 ? "0" + text : text
            }
            return "\(parts.year ?? 0)." + rest.joined(separator: ".")
        }

        private static func text(_ block: SignalBlock) -> String {
            var text = ""
            text.reserveCapacity(block.samples.count * 7)
            for frame in 0..<block.frameCount {
                for channel in 0..<block.channelCount {
                    if channel > 0 { text += "\t" }
                    text += thousandths(block.samples[channel * block.frameCount + frame])
                }
                text += "\r\n"
            }
            return text
        }

        /// A number with three digits after the point, as in the IMS files.
        private static func thousandths(_ value: Float) -> String {
            let whole = Int((Double(value) * 1000).rounded())
            let digits = "\(abs(whole))"
            let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            return (whole < 0 ? "-" : "") + padded.dropLast(3) + "." + padded.suffix(3)
        }
    }
}

/// Puts the flags that people type in place of the options they stand for, in what is wrong with them.
func naming<Value>(_ flags: [String: String], _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as SignalError where error.code == .invalidOption {
        let words = error.message.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        throw SignalError(.invalidOption, words.map { flags[$0] ?? $0 }.joined(separator: " "))
    }
}
