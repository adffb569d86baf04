import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

@Suite struct TablesAccelerometerTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func table(_ text: String, _ options: SignalReadingOptions = SignalReadingOptions()) throws
        -> AccelerometerTable
    {
        try AccelerometerTable(path: try folder.write("table.csv", text: text), options: options)
    }

    private func error(_ text: String, _ options: SignalReadingOptions = SignalReadingOptions()) throws -> SignalError {
        try #require(readingError(try folder.write("table.csv", text: text), options))
    }

    @Test(arguments: [
        "time,x,y,z\n0.00,1,2,3\n0.02,4,5,6\n0.04,7,8,9\n",
        "\u{FEFF}time;x;y;z\r\n0.00;1;2;3\r\n\r\n0.02;4;5;6\r\n0.04;7;8;9",
        "time\tx\ty\tz\n0.00\t1\t2\t3\n0.02\t4\t5\t6\n0.04\t7\t8\t9\t\n",
        "  time x   y z\n 0.00 1 2 3\n 0.02   4 5 6 \n0.04\t7 8 9\n",
        "\"time\",\"x\",\"y\",\"z\"\n\"0.00\",\"1\",2,3\n0.02,4,5,6\n0.04,7,8,9",
        "timestamp,acc_x,acc_y,acc_z,anomaly\n2024-01-01T00:00:00.00Z,1,2,3,0\n2024-01-01T00:00:00.02Z,4,5,6,0\n2024-01-01T00:00:00.04Z,7,8,9,1\n",
        "datetime,ax,ay,az\n2024-02-28 23:59:59.98,1,2,3\n2024-02-29 00:00:00,4,5,6\n2024-02-29 00:00:00.020,7,8,9\n",
        "t,temperature,X,Y,Z\n1700000000000,20,1,2,3\n1700000000020,21,4,5,6\n1700000000040,22,7,8,9\n",
        "time_ms,accX,accY,accZ,gyro_x\n0,1,2,3,0\n20,4,5,6,0\n40,7,8,9,0\n",
        ",x,y,z\n2024-01-01T10:00:00+01:00,1,2,3\n2024-01-01T10:00:00.02+01:00,4,5,6\n2024-01-01T10:00:00.04+01:00,7,8,9\n",
        "operator,time,x,y,z\n\"Smith, \"\"J\"\"\n\",0,1,2,3\nA,0.02,4,5,6\nB,4e-2,7,8,9\n",
    ])
    func `a table is read however it is written`(text: String) throws {
        let source = try table(text)
        #expect(source.format == SignalFormat(sampleRate: 50, channelNames: ["x", "y", "z"], unit: .unspecified))
        #expect(try readAll(source) == [[1, 4, 7], [2, 5, 8], [3, 6, 9]])
        #expect(source.warnings.isEmpty)
    }

    @Test(arguments: [
        ("x_g,y_g,z_g", SignalUnit.standardGravity, ["x", "y", "z"]),
        ("acc_x (m/s^2),acc_y (m/s^2),acc_z (m/s^2)", .metresPerSecondSquared, ["x", "y", "z"]),
        ("ax [m/s²],ay [m/s²],az [m/s²]", .metresPerSecondSquared, ["x", "y", "z"]),
        ("x_m_s2,y_m_s2,z_m_s2", .metresPerSecondSquared, ["x", "y", "z"]),
        ("DE_g,FE_g,BA_g", .standardGravity, ["DE", "FE", "BA"]),
        ("Bearing 1,Bearing 2,Bearing 3", .unspecified, ["Bearing 1", "Bearing 2", "Bearing 3"]),
        ("acc1_x,acc2_x,mag", .unspecified, ["acc1_x", "acc2_x", "mag"]),
    ])
    func `units and channels come from the column names`(header: String, unit: SignalUnit, names: [String]) throws {
        let source = try table("\(header)\n1,2,3\n4,5,6\n", SignalReadingOptions(rate: 100))
        #expect(source.format == SignalFormat(sampleRate: 100, channelNames: names, unit: unit))
        let other: SignalUnit = unit == .standardGravity ? .metresPerSecondSquared : .standardGravity
        let options = SignalReadingOptions(rate: 100, unit: other)
        if unit == .unspecified {
            #expect(try table("\(header)\n1,2,3\n", options).format.unit == other)
        } else {
            // What the header says is not relabelled.
            #expect(try error("\(header)\n1,2,3\n", options).code == .mismatch)
        }
    }

    @Test func `label columns and row numbers are no signal`() throws {
        let labelled = try table(
            "window,a,b,anomaly,changepoint\n0,1,2,0,0\n0,3,4,1,0\n", SignalReadingOptions(rate: 10))
        #expect(labelled.format.channelNames == ["a", "b"])
        let numbered = try table(",a,b\n0,1,2\n1,3,4\n", SignalReadingOptions(rate: 10))
        #expect(numbered.format.channelNames == ["a", "b"])
        #expect(try error(",a,b\n0,1,2\n1,3,4\n").message.contains("--rate"))
    }

    @Test func `a table without a header has numbered columns`() throws {
        let source = try table("1\t2\r\n3\t4\r\n5\t6\r\n", SignalReadingOptions(rate: 1000))
        #expect(source.format.channelNames == ["0", "1"])
        #expect(try readAll(source, maximumFrames: 2) == [[1, 3, 5], [2, 4, 6]])
        let column = try table("0.5\n-0.25\n1e-3\n", SignalReadingOptions(rate: 1000))
        #expect(try readAll(column) == [[0.5, -0.25, 0.001]])
        let timed = try table("2024-01-01 00:00:00,7\n2024-01-01 00:00:01,8\n")
        #expect(timed.format.sampleRate == 1 && timed.startTime == 1_704_067_200)
        #expect(try readAll(timed) == [[7, 8]])
    }

    @Test func `channels are chosen by position among the signal's columns`() throws {
        let text = "time,x,y,z\n0,1,2,6\n1,4,5,9\n"
        #expect(try readAll(table(text, SignalReadingOptions(channels: .index(2)))) == [[6, 9]])
        #expect(try readAll(table(text, SignalReadingOptions(channels: .mean))) == [[3, 6]])
        #expect(try error(text, SignalReadingOptions(channels: .index(3))).code == .invalidOption)
    }

    @Test func `blocks of any size give the same samples`() throws {
        let rows = Tone.noise(seed: 2, count: 30000).map { String($0) }
        let path = try folder.write("long.csv", text: "v\n" + rows.joined(separator: "\n"))
        let whole = try readAll(SignalOpener.open(path, options: SignalReadingOptions(rate: 1)), maximumFrames: .max)
        #expect(whole == [Tone.noise(seed: 2, count: 30000)])
        for size in [1, 999, 4096] {
            let source = try SignalOpener.open(path, options: SignalReadingOptions(rate: 1))
            #expect(try readAll(source, maximumFrames: size) == whole)
        }
    }

    @Test func `numbers are read to the last bit`() throws {
        let texts = [
            "0.1", "-0.088", "1e22", "123456789012345", "1234567890123456789", ".5", "5.", "+3", "1E-5",
            "0.000000000000000000000000000001", "3.4028234e38", "1.17549435e-38", "00012.50", "2.5e+2", " 7 ",
        ]
        let source = try table("v\n" + texts.joined(separator: "\n"), SignalReadingOptions(rate: 1))
        let expected = try texts.map { Float(try #require(Double($0.trimmingCharacters(in: .whitespaces)))) }
        #expect(try readAll(source) == [expected])
    }

    @Test(arguments: [
        ("t,x\n0,1\n1,abc\n", 3, "x", "'abc' is not a number"), ("t,x\n0,1\n1,\n", 3, "x", "a value is missing"),
        ("t,x\n0,1\n1,NaN\n", 3, "x", "not a finite number"), ("t,x\n0,1\n1,inf\n", 3, "x", "not a finite number"),
        ("t;x\n0;1,5\n1;2,5\n", 2, "x", "decimal comma"), ("t,x\n0,1\n1,1e39\n", 3, "x", "too large"),
        ("t,x\n0,1\n1,0x10\n", 3, "x", "not a number"), ("t,x\n0,1\nyesterday,2\n2,3\n", 3, "t", "is no time"),
        ("t,x\n0,1\n1,2\n1,3\n", 4, "t", "the row before"), ("t,x\n0,1\n1,2\n0.5,3\n", 4, "t", "goes back"),
        ("t,x\n0,1\n1\n2,3\n", 3, nil, "1 columns where the first has 2"),
        ("t,x\n0,1\n1,2,3\n", 3, nil, "3 columns where the first has 2"),
        ("t,x\n0,1\n1,\"2\n3,4\n", 3, nil, "never closed"), ("t,x\n0,1\n1,\"2\"x\n", 3, nil, "closing quote"),
    ])
    func `what is wrong is named with its line and column`(
        text: String, line: Int, column: String?, message: String
    ) throws {
        let found = try error(text)
        #expect(found.code == .malformed && found.place.line == line && found.place.column == column)
        #expect(found.message.contains(message), "\(found)")
    }

    @Test(arguments: [
        ("x\n", SignalError.Code.unsupported), ("t,x\n", .insufficientData), ("\n \n\r\n", .insufficientData),
        ("t,x\n0,1\n", .insufficientData), ("x\n1\n2\n", .invalidOption), ("Dear Sir,\nhello there\n", .unsupported),
        ("a\u{0}b", .unsupported), ("t,x_g,y_(m/s^2)\n0,1,2\n1,2,3\n", .mismatch),
        ("time,x\n10:42:39,1\n10:42:40,2\n", .invalidOption),
    ])
    func `tables that are none are refused`(text: String, code: SignalError.Code) throws {
        let found = try error(text)
        #expect(found.code == code, "\(found)")
    }

    @Test func `text that is not UTF-8 is refused with its line`() throws {
        let bytes = Array("t,x\n0,1\n1,".utf8) + [0xB0] + Array("\n".utf8)
        let found = try #require(readingError(try folder.write("latin.csv", bytes)))
        #expect(found.message.contains("not UTF-8") && found.place.line == 3)
    }

    @Test func `a line without end is refused`() throws {
        let line = Array(repeating: UInt8(0x31), count: 3 << 20)
        let found = try #require(readingError(try folder.write("a.csv", line), SignalReadingOptions(rate: 1)))
        #expect(found.code == .limitExceeded && found.place.line == 1)
    }

    @Test func `a last row that is cut off is left out`() throws {
        let source = try table("t,x,y\n0,1,2\n1,3,4\n2,5")
        #expect(try readAll(source) == [[1, 3], [2, 4]])
        #expect(source.warnings == ["the last row is cut off and was left out"])
    }
}
