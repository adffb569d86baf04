import Foundation
import SignalCore
@testable import SignalIO
import TestSupport
import Testing

struct FilesSpoolTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func names(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(name)).sorted()
    }

    /// A feature whose frames come in blocks of unlike lengths.
    private static func feature(
        _ name: String, columns: Int, frames count: Int, spool: FrameSpool
    ) throws -> FeatureSet.Feature {
        var generator = SeededGenerator(seed: UInt64(count))
        var spool = spool
        var frames = FeatureFrames(columnCount: columns)
        var blockLength = 1
        var blockEnd = 0
        for frame in 0..<count {
            let row = (0..<columns).map { _ in Float.random(in: -1...1, using: &generator) }
            frames.append(time: 0.032 * Double(frame), row: row)
            if frame == blockEnd {
                try spool.relieve(&frames)
                blockLength = blockLength * 3 % 71 + 1
                blockEnd += blockLength
            }
        }
        let schema = FeatureSchema(feature: name, columns: (0..<columns).map { FeatureColumn("\(name).\($0)") })
        return FeatureSet.Feature(schema: schema, frames: frames, earlier: spool)
    }

    /// Three features: long, short, and without any frame.
    private static func makeSet(spool: FrameSpool, featureCount: Int = 3) throws -> FeatureSet {
        let all = [
            try feature("log-mel", columns: 7, frames: 1201, spool: spool),
            try feature("vibration", columns: 3, frames: 101, spool: spool),
            try feature("welch", columns: 2, frames: 0, spool: spool),
        ]
        return FeatureSet(features: Array(all.prefix(featureCount)), metadata: [("source", .text("long.wav"))])
    }

    @Test(arguments: FeatureFileFormat.allCases, [1, 3]) func `frames put aside give the same bytes`(
        format: FeatureFileFormat, featureCount: Int
    ) throws {
        let whole = try Self.makeSet(spool: FrameSpool(folder: folder.path("none")), featureCount: featureCount)
        #expect(whole.features[0].frames.count == 1201)
        let expected = try whole.write(format, base: folder.path("whole/x"))
        // No memory at all, a little, and so much that only the long feature has too many frames for it.
        for limit in [0, 1000, 12_000] {
            let spool = FrameSpool(folder: folder.path("spooled"), memoryLimit: limit)
            let set = try Self.makeSet(spool: spool, featureCount: featureCount)
            #expect(set.features.map(\.frameCount) == whole.features.map(\.frameCount))
            #expect(set.features[0].frames.count < 700)
            if limit == 12_000, featureCount > 1 { #expect(set.features[1].frames.count == 101) }
            let written = try set.write(format, base: folder.path("spooled/x"))
            #expect(written.count == expected.count)
            for (one, other) in zip(written, expected) {
                #expect(
                    try Data(contentsOf: URL(filePath: one)) == Data(contentsOf: URL(filePath: other)), "\(one)")
            }
            // The spools are still there, but their files have no names.
            #expect(try names("spooled") == names("whole"))
        }
    }

    @Test func `frames that fit into memory touch no disk`() throws {
        var frames = FeatureFrames(columnCount: 1, times: [0, 1], values: [2, 3])
        var spool = FrameSpool(folder: folder.path("none"), memoryLimit: 24)
        try spool.relieve(&frames)
        #expect(frames.count == 2 && spool.frameCount == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.path("none")))
        frames.append(time: 2, row: [4])
        try spool.relieve(&frames)
        #expect(frames.isEmpty && spool.frameCount == 3)
        #expect(try names("none").isEmpty)
    }

    @Test func `copies of a spool keep frames of their own`() throws {
        func filled(_ spool: FrameSpool, _ value: Float) throws -> FrameSpool {
            var spool = spool
            var frames = FeatureFrames(columnCount: 1, times: [Double(value)], values: [value])
            try spool.relieve(&frames)
            return spool
        }
        let first = try filled(FrameSpool(folder: folder.path("x"), memoryLimit: 0), 1)
        let (second, third) = (try filled(first, 2), try filled(first, 3))
        for (spool, expected) in [(first, [1, 9]), (second, [1, 2, 9]), (third, [1, 3, 9])] as [(FrameSpool, [Float])] {
            var values: [Float] = []
            try spool.values(then: [9]).forEachPiece { values += $0 }
            #expect(values == expected)
            #expect(spool.values(then: [9]).count == expected.count)
        }
    }

    @Test func `a folder that cannot be written to is named`() throws {
        let blocked = try folder.write("blocker", text: "") + "/x"
        var spool = FrameSpool(folder: blocked, memoryLimit: 0)
        var frames = FeatureFrames(columnCount: 1, times: [0], values: [1])
        let error = #expect(throws: SignalError.self) { try spool.relieve(&frames) }
        #expect(error?.code == .unavailable && error?.place.path == blocked)
    }

    @Test func `a full disk is a sentence`() throws {
        let file = ScratchFile(descriptor: unsafe open("/dev/full", O_RDWR | O_CLOEXEC), folder: "features")
        let error = #expect(throws: SignalError.self) { try file.append([1.0, 2.0]) }
        #expect(error?.code == .unavailable)
        #expect(
            error?.message
                == "the temporary file in features cannot be written: \(unsafe String(cString: strerror(ENOSPC)))")
    }
}
