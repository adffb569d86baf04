public import Foundation

/// The samples of a simple WAV file of the reference data, read without the project's own reader.
public struct ReferenceRecording {
    /// Sample frames per second.
    public let sampleRate: Double
    /// The samples of every channel, in double precision: integers divided by half their range.
    public let channels: [[Double]]

    /// The samples of the first channel in single precision.
    public var samples: [Float] { channels[0].map(Float.init) }

    /// Reads 16-bit, 24-bit and 32-bit float files in which a `fmt ` chunk comes before the `data` chunk.
    public init(_ url: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: url))
        func number(_ at: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
        var position = 12
        var (channelCount, rate, bits) = (1, 0, 16)
        while position + 8 <= bytes.count {
            let name = String(decoding: bytes[position..<position + 4], as: UTF8.self)
            let size = number(position + 4, 4)
            position += 8
            if name == "fmt " {
                (channelCount, rate, bits) = (
                    number(position + 2, 2), number(position + 4, 4), number(position + 14, 2)
                )
            } else if name == "data" {
                break
            }
            position += size + size % 2
        }
        let width = bits / 8
        let frames = number(position - 4, 4) / width / channelCount
        sampleRate = Double(rate)
        channels = (0..<channelCount).map { channel in
            (0..<frames).map { frame in
                let raw = number(position + (frame * channelCount + channel) * width, width)
                switch bits {
                case 16: return Double(Int16(truncatingIfNeeded: raw)) / 32768
                case 24: return Double(Int32(truncatingIfNeeded: raw << 8)) / 2_147_483_648
                default: return Double(Float(bitPattern: UInt32(raw)))
                }
            }
        }
    }
}
