import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

@Suite(.endsIfHanging) struct TablesHostileTests {
    static let victims: [String] = [
        "time,x,y,z\n" + (0..<40).map { "0.\(100 + $0),\($0),-1.5e-3,\"7\"\n" }.joined(),
        "\u{FEFF}datetime;Accelerometer 1;Temp °C;label\r\n"
            + (10..<40).map { "2024-01-01 00:00:\($0);\($0).25;20;0\r\n" }.joined(),
        (0..<40).map { "-0.0\($0)\t0.022\t0.154\r\n" }.joined(),
        "  t  a  b\n" + (0..<40).map { "\(1_700_000_000_000 + $0 * 20)   \($0) 1\n" }.joined(),
    ]

    static let options: [SignalReadingOptions] = [
        SignalReadingOptions(), SignalReadingOptions(rate: 100),
        SignalReadingOptions(channels: .mean, resampleRate: 30),
    ]

    @Test(arguments: victims.indices)
    func `every mutated table is a result or a sentence`(victim: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("table.csv")
        let original = Array(Self.victims[victim].utf8)
        var generator = SeededGenerator(seed: 7, stream: UInt64(victim))
        let pieces = [
            ",", ";", "\t", "\n", "\r", "\"", " ", "-", "e", ".", "9", "99999999999999999999", "e999", "\u{0}", "°",
            ":", "NaN",
        ]
        var results = 0
        for round in 0..<500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) where bytes.count > 20 {
                let index = Int.random(in: 0..<bytes.count - 10, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
                case 1:
                    bytes.insert(contentsOf: Array((pieces.randomElement(using: &generator) ?? ",").utf8), at: index)
                case 2: bytes.removeSubrange(index..<index + Int.random(in: 1...10, using: &generator))
                case 3: bytes.removeSubrange(index...)
                default: bytes.insert(contentsOf: bytes[index..<index + 10], at: index)
                }
            }
            try overwrite(path, bytes)
            if readingError(path, Self.options[round % Self.options.count]) == nil { results += 1 }
        }
        #expect(results > 0)
    }

    @Test func `random bytes are a result or a sentence`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("table.csv")
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<300 {
            let count = Int.random(in: 1...200, using: &generator)
            try overwrite(path, (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
            #expect(readingError(path, SignalReadingOptions(rate: 1)) != nil)
            try overwrite(
                path,
                (0..<count).map { _ in Array("0123456789.,;-e \n\t\"".utf8).randomElement(using: &generator) ?? 0 })
            _ = readingError(path, SignalReadingOptions(rate: 1))
        }
    }
}
