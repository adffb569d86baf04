import SignalCore

/// How a played board writes its lines.
public enum DeviceLineFormat: String, Sendable, CaseIterable {
    /// A JSON object a line.
    case json
    /// Values between commas under a header line.
    case csv
    /// Pairs of name and value.
    case labelled
    /// Sentences with a checksum, `$DEV,…*hh`.
    case nmea
}

/// What goes wrong between a board and its reader.
public enum DeviceFault: String, Sendable, CaseIterable {
    /// A line is cut off and the next one follows at once.
    case partial
    /// Bytes that are no text stand before a line.
    case garbage
    /// The board begins anew: a banner, and its counter at 0.
    case banner
    /// Lines end with CR, LF or both, by chance.
    case crlf
    /// A line is far too long.
    case overlong
    /// A checksum is wrong; happens to sentences only.
    case checksum
    /// The plug is pulled in the middle of a line and put back.
    case unplug
}

/// What a played board measures.
public enum DeviceSensors: Sendable, Equatable {
    /// Nine readings of a machine, one set a line.
    case nine
    /// The three axes of an accelerometer at a machine that turns.
    case accelerometer(DeviceVibration)

    var columns: [String] {
        switch self {
        case .nine: DeviceGenerator.columns
        case .accelerometer: DeviceVibration.columns
        }
    }

    /// The name of the counter in front of a line, and its ticks a second.
    var counter: (name: String, ticks: Double) {
        switch self {
        case .nine: ("millis", 1_000)
        case .accelerometer: ("micros", 1_000_000)
        }
    }

    /// Samples of a transmission.
    var batch: Int {
        switch self {
        case .nine: 1
        case .accelerometer(let vibration): vibration.batch
        }
    }

    /// Samples a second at most.
    var highestRate: Double {
        switch self {
        case .nine: 1_000
        case .accelerometer: 8_000
        }
    }
}

/// Plays an Arduino with a DHT22 (temperature, humidity), an ACS712 (current), an accelerometer, a divider (voltage), a
/// pressure and a viscosity sensor, or one with an accelerometer alone: the bytes that it sends, line by line. The same seed
/// gives the same bytes.
public struct DeviceGenerator: Sendable {
    /// What a board sends for one line.
    public struct Transmission: Sendable, Equatable {
        /// The bytes, the line end included.
        public var bytes: [UInt8]
        /// Whether the plug is pulled after them.
        public var unplugs: Bool
    }

    /// The names of the readings.
    public static let columns = [
        "temperature", "humidity", "current", "ax", "ay", "az", "voltage", "pressure", "viscosity",
    ]

    private let sensors: DeviceSensors
    private let format: DeviceLineFormat
    private let rate: Double
    private let faults: [DeviceFault]
    private let faultShare: Double
    private var random: SeededGenerator
    /// Samples so far, and those since the board began anew.
    private var sample = 0
    private var sampleSinceStart = 0

    /// Makes a board.
    ///
    /// - Parameters:
    ///   - sensors: what it measures.
    ///   - format: how its lines are written.
    ///   - rate: samples a second, by which its counter `millis`, or `micros` with an accelerometer, goes on.
    ///   - faults: what goes wrong.
    ///   - faultShare: the share of lines at which one of the faults happens, 0 to 1.
    ///   - seed: gives the noise of the readings and the places of the faults.
    /// - Throws: `SignalError` with code `invalidOption` for a rate or share outside its range.
    public init(
        sensors: DeviceSensors = .nine, format: DeviceLineFormat, rate: Double, faults: [DeviceFault] = [],
        faultShare: Double = 0.02, seed: UInt64
    ) throws {
        guard (0.01...sensors.highestRate).contains(rate) else {
            throw SignalError(
                .invalidOption, "rate is 0.01 to \(Int(sensors.highestRate)) samples a second, not \(rate)")
        }
        if case .accelerometer(let vibration) = sensors { try vibration.validate() }
        guard (0...1).contains(faultShare) else {
            throw SignalError(.invalidOption, "faultShare is 0 to 1, not \(faultShare)")
        }
        self.sensors = sensors
        self.format = format
        self.rate = rate
        self.faults = faults
        self.faultShare = faultShare
        random = SeededGenerator(seed: seed)
    }

    /// What is sent next.
    public mutating func next() -> Transmission {
        let roll = random.uniform()
        let choice = random.next()
        let fault = faults.isEmpty || roll >= faultShare ? nil : faults[Int(choice % UInt64(faults.count))]
        var prefix: [UInt8] = []
        if fault == .banner {
            sampleSinceStart = 0
            prefix += Array("\r\nAuscult board, firmware 1.0\r\n".utf8)
        }
        if fault == .garbage { prefix += (0..<24).map { _ in UInt8(truncatingIfNeeded: random.next()) | 0x80 } }
        if format == .csv, sampleSinceStart == 0 {
            prefix += Array(([sensors.counter.name] + sensors.columns).joined(separator: ",").utf8) + [0x0D, 0x0A]
        }
        var text = Array(self.text(hasWrongChecksum: fault == .checksum).utf8)
        // Anywhere but at the end.
        let cut = 1 + Int((choice >> 16) % UInt64(max(1, text.count - 2)))
        switch fault {
        case .partial: return Transmission(bytes: prefix + text.prefix(cut), unplugs: false)
        case .unplug:
            sampleSinceStart = 0
            return Transmission(bytes: prefix + text.prefix(cut), unplugs: true)
        case .overlong: text += [UInt8](repeating: UInt8(ascii: "7"), count: 8_192)
        default: break
        }
        let ends: [[UInt8]] = [[0x0D, 0x0A], [0x0A], [0x0D]]
        let end = faults.contains(.crlf) ? ends[Int(choice >> 32) % ends.count] : ends[0]
        return Transmission(bytes: prefix + text + end, unplugs: false)
    }

    /// The lines of the next samples, without the end of the last one.
    private mutating func text(hasWrongChecksum: Bool) -> String {
        let times = (0..<sensors.batch).map { index in
            let ticks = Double(sampleSinceStart + index) * sensors.counter.ticks / rate
            return "\(UInt32(truncatingIfNeeded: Int(ticks.rounded())))"
        }
        let samples = (0..<sensors.batch).map { _ in
            defer { sample += 1 }
            return readings()
        }
        sampleSinceStart += sensors.batch
        if format == .json, samples.count > 1 {
            let arrays = sensors.columns.enumerated().map { column, name in
                ",\"\(name)\":[" + samples.map { $0[column] }.joined(separator: ",") + "]"
            }
            return "{\"\(sensors.counter.name)\":\(times[0])\(arrays.joined())}"
        }
        return zip(times, samples).map { line(time: $0, values: $1, hasWrongChecksum: hasWrongChecksum) }
            .joined(separator: "\r\n")
    }

    private func line(time: String, values: [String], hasWrongChecksum: Bool) -> String {
        let counter = sensors.counter.name
        switch format {
        case .json:
            let members = zip(sensors.columns, values).map { ",\"\($0)\":\($1)" }.joined()
            return "{\"\(counter)\":\(time)\(members)}"
        case .csv:
            return ([time] + values).joined(separator: ",")
        case .labelled:
            return "\(counter):\(time)" + zip(sensors.columns, values).map { ",\($0):\($1)" }.joined()
        case .nmea:
            let content = "DEV," + ([time] + values).joined(separator: ",")
            let sum = content.utf8.reduce(UInt8(0), ^) ^ (hasWrongChecksum ? 0x5A : 0)
            let digits = String(sum, radix: 16, uppercase: true)
            return "$\(content)*" + (digits.count < 2 ? "0" : "") + digits
        }
    }

    /// Readings that hang together: the load sways within a minute, warms the machine and thins its oil.
    private mutating func readings() -> [String] {
        if case .accelerometer(let vibration) = sensors {
            return vibration.sample(at: Double(sample) / rate, rate: rate, using: &random).map(Self.thousandths)
        }
        let phase = (Double(sample) / rate / 60).truncatingRemainder(dividingBy: 1)
        let load = 1 - abs(2 * phase - 1)
        let temperature = 40 + 15 * load + noise(0.2)
        let values = [
            temperature, 50 - 10 * load + noise(0.5), 2 + 2 * load + noise(0.05), noise(0.05), noise(0.05),
            1 + noise(0.05),
            12 - 0.3 * load + noise(0.02), 2.5 + load + noise(0.02), 68 - 0.8 * (temperature - 40) + noise(0.3),
        ]
        return values.map(Self.thousandths)
    }

    /// Noise of a standard deviation, as the sum of twelve uniform numbers.
    private mutating func noise(_ deviation: Double) -> Double {
        ((0..<12).reduce(0.0) { sum, _ in sum + random.uniform() } - 6) * deviation
    }

    private static func thousandths(_ value: Double) -> String {
        let whole = Int((value * 1_000).rounded())
        let digits = "\(abs(whole))"
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return (whole < 0 ? "-" : "") + padded.dropLast(3) + "." + padded.suffix(3)
    }
}
