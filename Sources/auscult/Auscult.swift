import ArgumentParser
import Foundation
import SignalCore

/// The root of the command line. Commands parse, call and print; what they call lives in the other targets.
struct Auscult: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auscult",
        abstract: "Listens to machines: features, models and verdicts from recordings and sensors.",
        discussion: """
            Results go to standard output, everything for people to standard error.
            Exit codes: 0 done; 1 some of several inputs failed, or a gate was missed; 64 usage; 65 bad data; \
            66 no such input; 69 something needed is not there; 70 internal; 73 cannot create; 130 interrupted.
            """,
        version: ToolVersion.current,
        subcommands: [
            Inspect.self, Extract.self, Spectrum.self, Synth.self, Train.self, Detect.self, Evaluate.self,
            Stream.self, Upload.self, Serve.self, ChannelCommand.self, Forecast.self, Maintain.self, Energy.self,
            History.self, Tune.self, Compare.self, ReportCommand.self, Export.self, Models.self, Benchmark.self,
            Worker.self, Doctor.self, Config.self,
        ])
}

/// The version of the tool, as printed and as stored in the files it writes.
enum ToolVersion {
    static let current = "0.1.0"
}

/// Starts the tool and turns errors into one sentence and an exit code.
@main
enum Main {
    /// Waits for the command on the first thread. An asynchronous entry point would end that thread, which instruction
    /// counters such as callgrind do not survive.
    static func main() {
        Interruption.prepare()
        Task.detached {
            await run()
            exit(0)
        }
        while true { pause() }
    }

    private static func run() async {
        do {
            for warning in Settings.current.warnings { Console.printWarning(warning) }
            try suggestCommand()
            var command = try Auscult.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as SignalError {
            Console.printError(error.description)
            exit(ExitStatus.code(for: error))
        } catch {
            Auscult.exit(withError: error)
        }
    }

    /// Answers an unknown command with the nearest known one, which the parser does not.
    private static func suggestCommand() throws {
        var commands = Auscult.configuration.subcommands
        var kind = "command"
        for (position, name) in CommandLine.arguments.dropFirst().enumerated() {
            guard !commands.isEmpty, !name.hasPrefix("-") else { return }
            if position == 0, name == "help" { continue }
            let known = commands.compactMap { $0.configuration.commandName }
            guard let index = known.firstIndex(of: name) else {
                throw SignalError(.invalidOption, NearestName.unknown(kind, name, among: known))
            }
            commands = commands[index].configuration.subcommands
            kind = "command of \(name)"
        }
    }
}

/// The exit codes of the tool (see `auscult --help`), after `sysexits.h`.
enum ExitStatus {
    static let someFailed: Int32 = 1
    static let interrupted: Int32 = 130

    static func code(for error: SignalError) -> Int32 {
        switch error.code {
        case .invalidOption: 64
        case .unreadable: 66
        case .unavailable: error.place.path == nil ? 69 : 73
        case .unexpected: 70
        case .cancelled: interrupted
        case .malformed, .unsupported, .limitExceeded, .mismatch, .insufficientData: 65
        default: 70
        }
    }
}
