import Acquisition
import SignalCore
import SignalSynthesis
import Testing

/// A played board is read as a real one would be.
struct DeviceTests {
    private func read(_ device: DeviceGenerator, lines: Int) throws -> (rows: [SensorRow], reader: LineReader) {
        var device = device
        var reader = try LineReader()
        var rows: [SensorRow] = []
        reader.begin(at: arrival(0))
        for line in 0..<lines {
            let time = arrival(Double(line) / 10)
            let sent = device.next()
            reader.consume(sent.bytes, arrival: time) { rows.append($0) }
            if sent.unplugs {
                reader.disconnect()
                reader.begin(at: time)
            }
        }
        return (rows, reader)
    }

    @Test("Every line of every format becomes a row, the same for a seed", arguments: DeviceLineFormat.allCases)
    func formats(format: DeviceLineFormat) throws {
        let device = try DeviceGenerator(format: format, rate: 10, seed: 7)
        let (rows, reader) = try read(device, lines: 500)
        #expect(rows.count == 500)
        #expect(reader.parser.counters.rejectedLineCount == 0)
        #expect(reader.splitter.counters.damagedLines == 0)
        let last = try #require(rows.last)
        #expect(last.values.allSatisfy { $0.isFinite })
        if format != .nmea {
            #expect(last.columns == DeviceGenerator.columns)
            #expect(abs((last.deviceSeconds ?? 0) - 49.9) < 1e-9)
        }
        #expect(try read(device, lines: 500).rows == rows)
    }

    @Test("Each fault is counted as what it is and costs few rows", arguments: DeviceFault.allCases)
    func faults(fault: DeviceFault) throws {
        let format: DeviceLineFormat = fault == .checksum ? .nmea : .json
        let device = try DeviceGenerator(format: format, rate: 10, faults: [fault], faultShare: 0.05, seed: 7)
        let (rows, reader) = try read(device, lines: 2_000)
        let (lines, splitter) = (reader.parser.counters, reader.splitter.counters)
        // A cut line takes the next one with it; all else costs one line at most.
        #expect(rows.count > 1_750)
        switch fault {
        case .partial: #expect(lines.rejectedLines[.format, default: 0] > 50)
        case .garbage: #expect(splitter.invalidTextLines > 50)
        case .banner: #expect(lines.clock.resets > 50)
        case .crlf: #expect(rows.count == 2_000)
        case .overlong: #expect(splitter.overlongLines > 50)
        case .checksum: #expect(lines.rejectedLines[.checksum, default: 0] > 50)
        case .unplug: #expect(splitter.partialLines > 50)
        }
    }

    @Test("Rates and shares outside their range are refused")
    func refusals() {
        #expect(throws: SignalError.self) { try DeviceGenerator(format: .json, rate: 0, seed: 1) }
        #expect(throws: SignalError.self) { try DeviceGenerator(format: .json, rate: 1, faultShare: 2, seed: 1) }
    }
}
