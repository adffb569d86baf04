import Foundation
import SignalCore
@testable import SignalIO
import TestSupport
import Testing

struct FilesFeatureTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Two features with different times, awkward names and values.
    static func makeSet(featureCount: Int = 2) -> FeatureSet {
        let first = FeatureSet.Feature(
            schema: FeatureSchema(
                feature: "log-mel",
                columns: [
                    FeatureColumn("log-mel.0@0-100Hz", unit: "dB", band: 0...100),
                    FeatureColumn("a,\"b\" é", unit: "dB"),
                    FeatureColumn("c"),
                ], frameSeconds: 0.064, hopSeconds: 0.032),
            frames: FeatureFrames(
                columnCount: 3, times: [0, 0.032],
                values: [-0.1, 1e-30, 16_777_216, .nan, -.infinity, .leastNonzeroMagnitude]))
        let second = FeatureSet.Feature(
            schema: FeatureSchema(feature: "rms", columns: [FeatureColumn("rms", unit: "m/s^2")], hopSeconds: 1),
            frames: FeatureFrames(columnCount: 1, times: [0, 1, 2], values: [1, 2, 3]))
        return FeatureSet(
            features: Array([first, second].prefix(featureCount)),
            metadata: [
                ("sampleRate", .number(16_000)), ("source", .text("a \"b\"\n\u{1}.wav")),
                ("options", .object([("n", .integer(3)), ("x", .number(.nan)), ("l", .list([.flag(true), .null]))])),
            ])
    }

    private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

    /// The members of a stored zip archive, found through its directory; every check sum is recomputed bit by bit.
    private func members(_ archive: [UInt8]) throws -> [String: [UInt8]] {
        func number(_ offset: Int, _ length: Int) -> Int {
            (0..<length).reduce(0) { $0 | Int(archive[offset + $1]) << (8 * $1) }
        }
        let end = archive.count - 22
        try #require(number(end, 4) == 0x0605_4B50)
        var position = number(end + 16, 4)
        #expect(position + number(end + 12, 4) == end)
        var members: [String: [UInt8]] = [:]
        for _ in 0..<number(end + 10, 2) {
            try #require(number(position, 4) == 0x0201_4B50)
            let nameLength = number(position + 28, 2)
            let name = String(decoding: archive[position + 46..<position + 46 + nameLength], as: UTF8.self)
            let local = number(position + 42, 4)
            let length = number(position + 24, 4)
            #expect(number(local, 4) == 0x0403_4B50 && number(local + 22, 4) == length && number(local + 8, 2) == 0)
            let start = local + 30 + nameLength
            let content = Array(archive[start..<start + length])
            var sum: UInt32 = 0xFFFF_FFFF
            for byte in content {
                sum ^= UInt32(byte)
                for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
            }
            #expect(number(position + 16, 4) == Int(~sum) && number(local + 14, 4) == Int(~sum))
            members[name] = content
            position += 46 + nameLength
        }
        #expect(position == end)
        return members
    }

    private func array(_ bytes: [UInt8]) throws -> ReferenceArray {
        let headerLength = Int(bytes[8]) | Int(bytes[9]) << 8
        #expect((10 + headerLength) % 64 == 0 && bytes[9 + headerLength] == UInt8(ascii: "\n"))
        return try ReferenceArray(URL(filePath: folder.write("array.npy", bytes)))
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func expectSame(_ array: ReferenceArray, _ frames: FeatureFrames) {
        #expect(array.shape == [frames.count, frames.columnCount])
        #expect(array.values.map { Float($0).bitPattern } == frames.values.map(\.bitPattern))
    }

    @Test func `npz holds an array a feature, times and meta`() throws {
        let set = Self.makeSet()
        #expect(try set.write(.npz, base: folder.path("d/x")) == [folder.path("d/x.npz")])
        let members = try members(bytes(folder.path("d/x.npz")))
        #expect(
            members.keys.sorted()
                == ["log-mel.npy", "meta.npy", "rms.npy", "times.log-mel.npy", "times.npy", "times.rms.npy"])
        for feature in set.features {
            let name = feature.schema.feature
            expectSame(try array(members["\(name).npy"] ?? []), feature.frames)
            #expect(try array(members["times.\(name).npy"] ?? []).values == feature.frames.times)
        }
        #expect(try array(members["times.npy"] ?? []).values == [0, 0.032])

        let text = members["meta.npy"] ?? []
        let headerLength = 10 + Int(text[8]) + Int(text[9]) << 8
        let header = String(decoding: text[..<headerLength], as: UTF8.self)
        let scalars = stride(from: headerLength, to: text.count, by: 4).compactMap { (index: Int) -> Unicode.Scalar? in
            let low = UInt32(text[index]) + UInt32(text[index + 1]) * 256
            return Unicode.Scalar(low + UInt32(text[index + 2]) * 65_536)
        }
        #expect(header.contains("'<U\(scalars.count)'") && header.contains("'shape': (),"))
        var json = ""
        json.unicodeScalars.append(contentsOf: scalars)
        let meta = try object(json)
        #expect(meta["columns"] as? [String] == ["log-mel.0@0-100Hz", "a,\"b\" é", "c"])
        #expect(meta["units"] as? [String] == ["dB", "dB", ""])
        #expect(meta["source"] as? String == "a \"b\"\n\u{1}.wav")
        #expect(meta["sampleRate"] as? Double == 16_000)
        let second = (meta["features"] as? [String: Any])?["rms"] as? [String: Any]
        #expect(second?["columns"] as? [String] == ["rms"] && second?["hopSeconds"] as? Double == 1)
    }

    @Test func `one feature alone has one array of times, and the same bytes every time`() throws {
        let set = Self.makeSet(featureCount: 1)
        try set.write(.npz, base: folder.path("x"))
        try set.write(.npz, base: folder.path("y"))
        #expect(try bytes(folder.path("x.npz")) == bytes(folder.path("y.npz")))
        #expect(try members(bytes(folder.path("x.npz"))).keys.sorted() == ["log-mel.npy", "meta.npy", "times.npy"])
    }

    @Test func `npy makes files for each feature and its times, and JSON beside`() throws {
        let set = Self.makeSet()
        let paths = try set.write(.npy, base: folder.path("x"))
        let names = ["x.log-mel.npy", "x.log-mel.times.npy", "x.rms.npy", "x.rms.times.npy", "x.json"]
        #expect(paths == names.map { folder.path($0) })
        for (index, feature) in set.features.enumerated() {
            expectSame(try array(bytes(paths[2 * index])), feature.frames)
            #expect(try array(bytes(paths[2 * index + 1])).values == feature.frames.times)
        }
        #expect(try object(String(decoding: bytes(paths[4]), as: UTF8.self))["feature"] as? String == "log-mel")
    }

    @Test func `csv reads back to the bit`() throws {
        let set = Self.makeSet()
        let paths = try set.write(.csv, base: folder.path("x"))
        #expect(paths == ["x.log-mel.csv", "x.rms.csv", "x.json"].map { folder.path($0) })
        let lines = String(decoding: try bytes(paths[0]), as: UTF8.self).split(separator: "\n")
        #expect(lines[0] == "time,log-mel.0@0-100Hz,\"a,\"\"b\"\" é\",c")
        let values = lines[1...].flatMap { $0.split(separator: ",").dropFirst().compactMap { Float($0) } }
        #expect(values.map(\.bitPattern) == set.features[0].frames.values.map(\.bitPattern))
        #expect(String(decoding: try bytes(paths[1]), as: UTF8.self) == "time,rms\n0.0,1.0\n1.0,2.0\n2.0,3.0\n")
    }

    @Test func `safetensors holds tensors and texts`() throws {
        let set = Self.makeSet()
        try set.write(.safetensors, base: folder.path("x"))
        let archive = try SafetensorsFile.read(folder.path("x.safetensors"))
        #expect(archive.tensors.keys.sorted() == ["log-mel", "rms", "times", "times.log-mel", "times.rms"])
        #expect(archive.tensors["rms"] == Tensor(shape: [3, 1], .float32([1, 2, 3])))
        #expect(archive.tensors["times"] == Tensor(shape: [2], .float64([0, 0.032])))
        #expect(archive.metadata["source"] == "a \"b\"\n\u{1}.wav")
        #expect(archive.metadata["options"] == "{\"n\": 3, \"x\": null, \"l\": [true, null]}")
    }

    @Test(arguments: FeatureFileFormat.allCases) func `no frames make a file with no rows`(format: FeatureFileFormat)
        throws
    {
        let schema = FeatureSchema(feature: "f", columns: [FeatureColumn("a"), FeatureColumn("b")])
        let set = FeatureSet(
            features: [FeatureSet.Feature(schema: schema, frames: FeatureFrames(columnCount: 2))], metadata: [])
        let paths = try set.write(format, base: folder.path("e"))
        #expect(paths == format.paths(base: folder.path("e"), features: ["f"]))
        for path in paths { #expect(try !bytes(path).isEmpty) }
        if format == .npy { #expect(try array(bytes(paths[0])).shape == [0, 2]) }
    }

    @Test(arguments: FeatureFileFormat.allCases) func `what cannot be written is named`(format: FeatureFileFormat)
        throws
    {
        let blocker = try folder.write("blocker", text: "")
        let error = #expect(throws: SignalError.self) { try Self.makeSet().write(format, base: blocker + "/x") }
        #expect(error?.code == .unavailable && error?.place.path != nil)
    }

    @Test func `check sums are those of the standard, whatever the pieces`() {
        var sum = CRC32()
        sum.update(Array("123456789".utf8))
        #expect(sum.value == 0xCBF4_3926)
        var pieces = CRC32()
        for piece in ["1", "23", "456789"] { pieces.update(Array(piece.utf8)) }
        #expect(pieces.value == 0xCBF4_3926)
    }

    @Test func `option values become JSON of their kind`() {
        var values = OptionValues()
        values["a"] = .flag(false)
        values["b"] = .list([.integer(1), .number(0.5)])
        values["c"] = .text("x")
        #expect(JSONValue(values).serialized == "{\"a\": false, \"b\": [1, 0.5], \"c\": \"x\"}")
    }
}
