import Foundation
import SignalCore
@testable import SignalIO
import TestSupport
import Testing

struct FilesSafetensorsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let archive = ModelArchive(
        tensors: [
            "weight": Tensor(shape: [2, 3], .float32([1, -2, 3.5, .infinity, 0, -0])),
            "scaler.mean": Tensor(shape: [1], .float64([1e-300])),
            "steps": Tensor(shape: [2, 1, 2], .int64([.min, -1, 0, .max])),
            "scalar": Tensor(shape: [], .float32([7])),
            "empty": Tensor(shape: [0, 4], .float32([])),
        ],
        metadata: ["format": "1", "text \"é\u{1F600}\"": "line\none\u{7}"])

    private func file(_ header: String, data: Int = 0) throws -> String {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(header.utf8.count))
        return try folder.write("x", bytes + header.utf8 + [UInt8](repeating: 0, count: data))
    }

    @Test func `what is written is read back, and written the same again`() throws {
        try SafetensorsFile.write(Self.archive, to: folder.path("x"))
        let read = try SafetensorsFile.read(folder.path("x"))
        #expect(read == Self.archive)
        try SafetensorsFile.write(read, to: folder.path("y"))
        let bytes = try Data(contentsOf: URL(filePath: folder.path("x")))
        #expect(try bytes == Data(contentsOf: URL(filePath: folder.path("y"))))
        #expect(bytes[0] % 8 == 0)
        try SafetensorsFile.write(ModelArchive(), to: folder.path("z"))
        #expect(try SafetensorsFile.read(folder.path("z")) == ModelArchive())
    }

    @Test(arguments: [
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        " {\n\"a\" : { \"data_offsets\":[0 , 8],\"shape\":[1,2],\"dtype\":\"F32\" } }\t ",
        #"{"__metadata__":{},"\u0061\ud83d\ude00\/":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#,
    ])
    func `headers as other programs write them are read`(header: String) throws {
        #expect(try SafetensorsFile.read(file(header, data: 8)).tensors.isEmpty == false)
    }

    @Test(arguments: [
        #"{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":"y"}}"#,
        #"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"__metadata__":{"a":"1","a":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}"#,
        #"{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"\ud800\u0041":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, #"{"\x":1}"#, #"{"\u00"#, "{\"a\u{1}",
        "{}", "", "[]", "null", "{",
    ])
    func `headers that contradict themselves or the file are refused`(header: String) throws {
        let path = try file(header, data: 8)
        let error = #expect(throws: SignalError.self) { try SafetensorsFile.read(path) }
        #expect(error?.place.path == path)
        #expect(error.map { [.malformed, .unsupported].contains($0.code) } == true)
        #expect((error?.message.count ?? 0) > 20)
    }

    @Test func `deep nesting, long headers and what is no file are refused`() throws {
        let nested = String(repeating: "[", count: 100_000)
        for header in [nested, "{\"a\":" + nested, "{\"__metadata__\":{\"a\":" + nested, "{\"a\":{\"shape\":" + nested]
        {
            #expect(throws: SignalError.self) { try SafetensorsFile.read(file(header)) }
        }
        let long = #expect(throws: SignalError.self) {
            try SafetensorsFile.read(file(String(repeating: " ", count: 1 << 20 + 1)))
        }
        #expect(long?.code == .limitExceeded)
        let wave = Array("RIFF\u{24}\u{8}\u{0}\u{0}WAVEfmt ".utf8)
        #expect(throws: SignalError.self) { try SafetensorsFile.read(folder.write("w", wave)) }
        #expect(throws: SignalError.self) { try SafetensorsFile.read(folder.path("none")) }
        #expect(throws: SignalError.self) { try SafetensorsFile.read(folder.url.path) }
        let large = try folder.write("large", text: "")
        #expect(unsafe truncate(large, 1 << 31 + 1) == 0)
        #expect(#expect(throws: SignalError.self) { try SafetensorsFile.read(large) }?.code == .limitExceeded)
    }

    @Test func `every cut-off file is refused`() throws {
        try SafetensorsFile.write(Self.archive, to: folder.path("x"))
        let whole = [UInt8](try Data(contentsOf: URL(filePath: folder.path("x"))))
        for length in 0..<whole.count {
            let path = try folder.write("cut", whole[..<length])
            #expect(throws: SignalError.self) { try SafetensorsFile.read(path) }
        }
        #expect(throws: SignalError.self) { try SafetensorsFile.read(folder.write("more", whole + [0])) }
    }

    @Test func `any damage gives a sentence or an archive that fits its file`() throws {
        try SafetensorsFile.write(Self.archive, to: folder.path("x"))
        let whole = [UInt8](try Data(contentsOf: URL(filePath: folder.path("x"))))
        let size = Self.archive.tensors.values.reduce(0) { $0 + Self.byteCount($1) }
        var generator = SeededGenerator(seed: 11)
        var readable = 0
        let path = try folder.write("damaged", whole)
        let file = try FileHandle(forUpdating: URL(filePath: path))
        for _ in 0..<10_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
                case 2: bytes[index] = Array("0123456789{}[]\",:\\ ".utf8).randomElement(using: &generator) ?? 0
                default: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &generator))
                }
            }
            try file.seek(toOffset: 0)
            try file.write(contentsOf: bytes)
            do {
                let archive = try SafetensorsFile.read(path)
                readable += 1
                #expect(archive.tensors.values.reduce(0) { $0 + Self.byteCount($1) } == size)
            } catch let error as SignalError {
                #expect(!error.message.isEmpty && error.place.path == path)
            }
        }
        #expect(readable > 100)
    }

    private static func byteCount(_ tensor: Tensor) -> Int {
        if case .float32 = tensor.elements { return 4 * tensor.elements.count }
        return 8 * tensor.elements.count
    }
}
