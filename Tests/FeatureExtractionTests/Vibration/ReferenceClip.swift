import Foundation
import TestSupport

/// The samples and reference results of one clip of `goldens/audio`.
struct ReferenceClip: CustomStringConvertible {
    static let names = ["mono_16k_s16", "mono_44k_s24", "mono_44k_f32"]

    let name: String
    let sampleRate: Double
    let samples: [Float]
    var description: String { name }

    /// Reads mono WAV files of 16 and 24 bit integers and 32 bit floats.
    init(_ name: String) throws {
        self.name = name
        let bytes = [UInt8](try Data(contentsOf: SharedData.golden("audio/\(name).wav")))
        func number(_ offset: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        var offset = 12
        var rate = 0
        var bits = 0
        var samples: [Float] = []
        while offset + 8 <= bytes.count {
            let kind = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
            let size = number(offset + 4, 4)
            if kind == "fmt " {
                rate = number(offset + 12, 4)
                bits = number(offset + 22, 2)
            } else if kind == "data" {
                let width = bits / 8
                samples = (0..<size / width).map { index in
                    let raw = number(offset + 8 + index * width, width)
                    if bits == 32 { return Float(bitPattern: UInt32(raw)) }
                    let signed = raw >= 1 << (bits - 1) ? raw - 1 << bits : raw
                    return Float(signed) / Float(1 << (bits - 1))
                }
            }
            offset += 8 + size + size % 2
        }
        sampleRate = Double(rate)
        self.samples = samples
    }

    func golden(_ feature: String) throws -> ReferenceArray {
        try ReferenceArray(SharedData.golden("audio/\(name)/\(feature).npy"))
    }
}
