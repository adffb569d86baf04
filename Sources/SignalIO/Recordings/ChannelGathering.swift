/// Takes the selected channels out of interleaved samples.
///
/// The loops run over raw pointers: they are the inner loops of reading, and a bounds check on every strided access
/// costs as much as the conversion itself.
enum ChannelGathering {
    /// The selected channels of interleaved samples, one after the other.
    static func planar(_ interleaved: [Float], channels: Int, selection: ChannelSelection) -> [Float] {
        if channels == 1 { return interleaved }
        let count = selection == .all ? interleaved.count : interleaved.count / channels
        return unsafe [Float](unsafeUninitializedCapacity: count) { output, filled in
            filled = count
            unsafe interleaved.withUnsafeBufferPointer {
                unsafe gather($0, channels: channels, selection: selection, into: output)
            }
        }
    }

    /// 16-bit samples as fractions of full scale, exactly.
    ///
    /// - Precondition: `source` holds whole sample frames and `output` has room for all selected samples.
    static func gather(
        _ source: UnsafeBufferPointer<Int16>, channels: Int, selection: ChannelSelection,
        into output: UnsafeMutableBufferPointer<Float>
    ) {
        unsafe gather(source, channels, selection, output, single: { Float($0) * 0x1p-15 }) {
            Double($0) * 0x1p-15
        }
    }

    /// Samples that are floating-point already.
    ///
    /// - Precondition: as above.
    static func gather(
        _ source: UnsafeBufferPointer<Float>, channels: Int, selection: ChannelSelection,
        into output: UnsafeMutableBufferPointer<Float>
    ) {
        unsafe gather(source, channels, selection, output, single: { $0 }, double: { Double($0) })
    }

    @inline(__always)
    private static func gather<Sample>(
        _ source: UnsafeBufferPointer<Sample>, _ channels: Int, _ selection: ChannelSelection,
        _ output: UnsafeMutableBufferPointer<Float>, single: (Sample) -> Float, double: (Sample) -> Double
    ) {
        let frames = source.count / channels
        guard let input = source.baseAddress, let result = output.baseAddress else { return }
        switch selection {
        case .index(let channel):
            precondition(channel < channels && output.count >= frames, "one channel fits")
            unsafe copy(input + channel, step: channels, result, frames, single)
        case .all:
            precondition(output.count >= frames * channels, "all channels fit")
            for channel in 0..<channels {
                unsafe copy(input + channel, step: channels, result + channel * frames, frames, single)
            }
        case .mean:
            precondition(output.count >= frames, "one channel fits")
            let scale = 1 / Double(channels)
            for frame in 0..<frames {
                let start = unsafe input + frame * channels
                var sum = 0.0
                for channel in 0..<channels { sum += unsafe double(start[channel]) }
                unsafe result[frame] = Float(sum * scale)
            }
        }
    }

    @inline(__always)
    private static func copy<Sample>(
        _ input: UnsafePointer<Sample>, step: Int, _ output: UnsafeMutablePointer<Float>, _ frames: Int,
        _ convert: (Sample) -> Float
    ) {
        if step == 1 {
            for frame in 0..<frames { unsafe output[frame] = convert(input[frame]) }
        } else {
            for frame in 0..<frames { unsafe output[frame] = convert(input[frame &* step]) }
        }
    }
}
