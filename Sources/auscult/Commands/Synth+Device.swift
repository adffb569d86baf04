import Acquisition
public import ArgumentParser
import Foundation
import SignalCore
public import SignalSynthesis

extension DeviceLineFormat: ExpressibleByArgument {}
extension DeviceVibrationFault: ExpressibleByArgument {}

extension Synth {
    /// A board at a serial port.
    struct Device: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "device",
            abstract: "Play a board with sensors at a pseudo-terminal or a port of TCP, with faults if wanted.",
            discussion: """
                Prints the path of the port on standard output, again whenever it changes, and sends lines to it until \
                Ctrl-C: temperature, humidity, current, acceleration, voltage, pressure and viscosity, or with --sensors \
                accelerometer three axes in g, up to 8000 times a second. What nobody reads is lost, as with a real port. \
                The same seed sends the same bytes.

                --link keeps a symbolic link to the port at a path that stays. --tcp listens instead, prints \
                tcp:HOST:PORT, begins with the first client and sends the same lines to all.

                Faults: partial (lines cut off), garbage (bytes that are no text), banner (the board begins anew), crlf \
                (mixed line ends), overlong, checksum (with --format nmea), unplug (the port goes in the middle of \
                a line and comes back under another path).

                Example:
                  auscult synth device --rate 10 --faults partial,unplug --link /tmp/board
                  auscult synth device --sensors accelerometer --rate 1000 --batch 50 --tcp 127.0.0.1:9000
                """)

        /// What the board measures.
        enum Sensors: String, ExpressibleByArgument, CaseIterable {
            case nine, accelerometer
        }

        @Option(help: "What the board measures: nine (sensors, one set a line) or accelerometer.")
        var sensors = Sensors.nine

        @Option(help: "How lines are written: json, csv, labelled, nmea.")
        var format = DeviceLineFormat.json

        @Option(
            help: ArgumentHelp(
                "Samples a second, 0.01 to 1000, or 8000 of an accelerometer (default: 10, or 1000).", valueName: "hz"))
        var rate: Double?

        @Option(
            help: ArgumentHelp(
                "Samples of an accelerometer that are sent at once, in JSON as arrays of one line.", valueName: "n"))
        var batch = 1

        @Option(help: ArgumentHelp("Seconds after which the machine at the accelerometer fails.", valueName: "s"))
        var faultFrom: Double?

        @Option(help: "How it fails: imbalance or knocks (of a bearing).")
        var machineFault = DeviceVibrationFault.imbalance

        @Option(help: ArgumentHelp("Bits a second of the port; a byte takes ten.", valueName: "baud"))
        var speed = SourceAddress.usualSpeed

        @Option(
            help: ArgumentHelp("Listen on TCP instead, on port 0 for any that is free.", valueName: "host:port"))
        var tcp: String?

        @Option(help: ArgumentHelp("Keep a symbolic link to the port at this path.", valueName: "path"))
        var link: String?

        @Option(help: ArgumentHelp("What goes wrong, separated by commas.", valueName: "names"))
        var faults = ""

        @Option(help: ArgumentHelp("The share of lines at which something goes wrong.", valueName: "share"))
        var faultShare = 0.02

        @Option(help: ArgumentHelp("Lines, or batches of samples, to send; 0 for no end.", valueName: "n"))
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
            let rate = rate ?? (sensors == .nine ? 10 : 1_000)
            var device = try naming([
                "rate": "--rate", "faultShare": "--fault-share", "batch": "--batch", "faultStart": "--fault-from",
            ]) {
                try DeviceGenerator(
                    sensors: try measured(), format: format, rate: rate, faults: kinds, faultShare: faultShare,
                    seed: seeds.value())
            }
            var port = try PlayedPort(tcp: tcp, link: link)
            defer { port.close() }
            while tcp != nil, !port.isListenedTo {
                try await Self.wait(until: ContinuousClock.now.advanced(by: .milliseconds(5)))
            }
            let spacing = Double(sensors == .nine ? 1 : batch) / rate
            // Deadlines are absolute, so that the time of writing does not add up.
            var deadline = ContinuousClock.now
            var sent = 0
            var isSlow = false
            while lines == 0 || sent < lines {
                try Interruption.check()
                let transmission = device.next()
                port.write(transmission.bytes)
                sent += 1
                let transfer = tcp == nil ? Double(transmission.bytes.count) * 10 / Double(speed) : 0
                if transfer > spacing, sent > 1, !isSlow, kinds.isEmpty {
                    isSlow = true
                    common.console.warn(
                        "lines take longer than their samples at \(speed) bits a second; set a higher --speed or a lower --rate"
                    )
                }
                deadline = deadline.advanced(by: .seconds(max(spacing, transfer)))
                try await Self.wait(until: deadline)
                if transmission.unplugs { try port.replug() }
            }
        }

        private func measured() throws -> DeviceSensors {
            guard sensors == .accelerometer else {
                guard batch == 1, faultFrom == nil else {
                    throw SignalError(
                        .invalidOption, "--batch and --fault-from are for --sensors accelerometer; add it")
                }
                return .nine
            }
            var vibration = DeviceVibration()
            vibration.batch = batch
            vibration.fault = machineFault
            vibration.faultStart = faultFrom
            return .accelerometer(vibration)
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
