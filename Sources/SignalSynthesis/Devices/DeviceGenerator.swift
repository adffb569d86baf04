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

/// Plays an Arduino with a DHT22 (temperature, humidity), an ACS712 (current), an accelerometer, a divider (voltage), a
/// pressure and a viscosity sensor: the bytes that it sends, line by line. The same seed gives the same bytes.
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

    private let format: DeviceLineFormat
    private let rate: Double
    private let faults: [DeviceFault]
    private let faultShare: Double
    private var random: SeededGenerator
    private var line = 0
    private var lineSinceStart = 0

    /// Makes a board.
    ///
    /// - Parameters:
    ///   - format: how its lines are written.
    ///   - rate: lines a second, by which its counter `millis` goes on.
    ///   - faults: what goes wrong.
    ///   - faultShare: the share of lines at which one of the faults happens, 0 to 1.
    ///   - seed: gives the noise of the readings and the places of the faults.
    /// - Throws: `SignalError` with code `invalidOption` for a rate or share outside its range.
    public init(
        format: DeviceLineFormat, rate: Double, faults: [DeviceFault] = [], faultShare: Double = 0.02, seed: UInt64
    ) throws {
        guard (0.01...1_000).contains(rate) else {
            throw SignalError(.invalidOption, "rate is 0.01 to 1000 lines a second, not \(rate)")
        }
        guard (0...1).contains(faultShare) else {
            throw SignalError(.invalidOption, "faultShare is 0 to 1, not \(faultShare)")
        }
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
            lineSinceStart = 0
            prefix += Array("\r\nAuscult board, firmware 1.0\r\n".utf8)
        }
        if fault == .garbage { prefix += (0..<24).map { _ in UInt8(truncatingIfNeeded: random.next()) | 0x80 } }
        if format == .csv, lineSinceStart == 0 {
            prefix += Array((["millis"] + Self.columns).joined(separator: ",").utf8) + [0x0D, 0x0A]
        }
        var text = Array(self.text(hasWrongChecksum: fault == .checksum).utf8)
        line += 1
        lineSinceStart += 1
        switch fault {
        case .partial: return Transmission(bytes: prefix + text.prefix(text.count / 2), unplugs: false)
        case .unplug:
            lineSinceStart = 0
            return Transmission(bytes: prefix + text.prefix(text.count / 2), unplugs: true)
        case .overlong: text += [UInt8](repeating: UInt8(ascii: "7"), count: 8_192)
        default: break
        }
        let ends: [[UInt8]] = [[0x0D, 0x0A], [0x0A], [0x0D]]
        let end = faults.contains(.crlf) ? ends[Int(choice >> 32) % ends.count] : ends[0]
        return Transmission(bytes: prefix + text + end, unplugs: false)
    }

    private mutating func text(hasWrongChecksum: Bool) -> String {
        let millis = "\(Int((Double(lineSinceStart) * 1_000 / rate).rounded()))"
        let values = readings()
        switch format {
        case .json:
            let members = zip(Self.columns, values).map { ",\"\($0)\":\($1)" }.joined()
            return "{\"millis\":\(millis)\(members)}"
        case .csv:
            return ([millis] + values).joined(separator: ",")
        case .labelled:
            return "millis:\(millis)" + zip(Self.columns, values).map { ",\($0):\($1)" }.joined()
        case .nmea:
            let content = "DEV," + ([millis] + values).joined(separator: ",")
            let sum = content.utf8.reduce(UInt8(0), ^) ^ (hasWrongChecksum ? 0x5A : 0)
            let digits = String(sum, radix: 16, uppercase: true)
            return "$\(content)*" + (digits.count < 2 ? "0" : "") + digits
        }
    }

    /// Readings that hang together: the load sways within a minute, warms the machine and thins its oil.
    private mutating func readings() -> [String] {
        let phase = (Double(line) / rate / 60).truncatingRemainder(dividingBy: 1)
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
