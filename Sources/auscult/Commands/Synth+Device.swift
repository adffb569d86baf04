import Acquisition
public import ArgumentParser
import Foundation
import SignalCore
public import SignalSynthesis

extension DeviceLineFormat: ExpressibleByArgument {}

extension Synth {
    /// A board at a serial port.
    struct Device: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "device",
            abstract: "Play an Arduino with nine sensors at a pseudo-terminal, with faults if wanted.",
            discussion: """
                Prints the path of the port on standard output, again whenever it changes, and sends lines to it until \
                Ctrl-C: temperature, humidity, current, acceleration, voltage, pressure and viscosity. What nobody reads \
                is lost, as with a real port. The same seed sends the same bytes.

                Faults: partial (lines cut off), garbage (bytes that are no text), banner (the board begins anew), crlf \
                (mixed line ends), overlong, checksum (with --format nmea), unplug (the port goes and comes back under \
                another path).

                Example:
                  auscult synth device --rate 10 --faults partial,unplug
                """)

        @Option(help: "How lines are written: json, csv, labelled, nmea.")
        var format = DeviceLineFormat.json

        @Option(help: ArgumentHelp("Lines a second, 0.01 to 1000.", valueName: "hz"))
        var rate = 10.0

        @Option(help: ArgumentHelp("Bits a second of the port; a byte takes ten.", valueName: "baud"))
        var speed = SourceAddress.usualSpeed

        @Option(help: ArgumentHelp("What goes wrong, separated by commas.", valueName: "names"))
        var faults = ""

        @Option(help: ArgumentHelp("The share of lines at which something goes wrong.", valueName: "share"))
        var faultShare = 0.02

        @Option(help: ArgumentHelp("Lines to send; 0 for no end.", valueName: "n"))
        var lines = 0

        @OptionGroup var seeds: SeedOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            guard (50...20_000_000).contains(speed), lines >= 0 else {
                throw SignalError(.invalidOption, "--speed is 50 to 20000000 bits a second and --lines 0 or more")
            }
            let names = faults.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            let kinds = try names.map { name in
                guard let fault = DeviceFault(rawValue: name) else {
                    throw SignalError(
                        .invalidOption,
                        NearestName.unknown("fault", name, among: DeviceFault.allCases.map(\.rawValue)))
                }
                return fault
            }
            var device = try naming(["rate": "--rate", "faultShare": "--fault-share"]) {
                try DeviceGenerator(
                    format: format, rate: rate, faults: kinds, faultShare: faultShare, seed: seeds.value())
            }
            var terminal = try open()
            // Deadlines are absolute, so that the time of writing does not add up.
            var deadline = ContinuousClock.now
            var sent = 0
            while lines == 0 || sent < lines {
                try Interruption.check()
                let transmission = device.next()
                Self.write(transmission.bytes, to: terminal.descriptor)
                sent += 1
                let seconds = max(1 / rate, Double(transmission.bytes.count) * 10 / Double(speed))
                deadline = deadline.advanced(by: .seconds(seconds))
                try await Self.wait(until: deadline)
                if transmission.unplugs {
                    terminal = try open()
                }
            }
        }

        private func open() throws -> PseudoTerminal {
            let terminal = try PseudoTerminal()
            let flags = fcntl(terminal.descriptor, F_GETFL)
            _ = fcntl(terminal.descriptor, F_SETFL, flags | O_NONBLOCK)
            try FileHandle.standardOutput.write(contentsOf: Data((terminal.port + "\n").utf8))
            return terminal
        }

        /// Writes what the terminal has room for; the rest is lost, as it is at a port that nobody reads.
        private static func write(_ bytes: [UInt8], to descriptor: Int32) {
            _ = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
        }

        /// Waits in short steps, so that Ctrl-C is heard at once.
        private static func wait(until deadline: ContinuousClock.Instant) async throws {
            while ContinuousClock.now < deadline {
                try Interruption.check()
                try await Task.sleep(until: min(deadline, ContinuousClock.now.advanced(by: .milliseconds(100))))
            }
        }
    }
}
