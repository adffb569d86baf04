internal import CSndFile

/// How the samples of a recording are stored.
struct SampleEncoding: Sendable, Equatable {
    /// The name for people.
    let name: String
    /// Bits of a sample, or `nil` where they vary.
    let bits: Int?

    /// Bytes of a sample, or `nil` where they vary.
    var byteCount: Int? { bits.map { $0 / 8 } }

    /// The encoding of a libsndfile format number, or `nil` for one that is not read.
    init?(format: Int32) {
        guard let known = Self.encodings[Int(format) & SF_FORMAT_SUBMASK] else { return nil }
        self = known
    }

    private init(_ name: String, _ bits: Int?) {
        self.name = name
        self.bits = bits
    }

    private static let encodings: [Int: SampleEncoding] = [
        SF_FORMAT_PCM_S8: .init("PCM", 8), SF_FORMAT_PCM_U8: .init("unsigned PCM", 8),
        SF_FORMAT_PCM_16: .init("PCM", 16), SF_FORMAT_PCM_24: .init("PCM", 24), SF_FORMAT_PCM_32: .init("PCM", 32),
        SF_FORMAT_FLOAT: .init("float", 32), SF_FORMAT_DOUBLE: .init("float", 64),
        SF_FORMAT_ULAW: .init("mu-law", 8), SF_FORMAT_ALAW: .init("A-law", 8),
        SF_FORMAT_VORBIS: .init("Vorbis", nil), SF_FORMAT_OPUS: .init("Opus", nil),
    ]

    /// The name of the container of a libsndfile format number.
    static func container(format: Int32) -> String {
        let names = [
            SF_FORMAT_WAV: "WAV", SF_FORMAT_WAVEX: "WAVE_FORMAT_EXTENSIBLE", SF_FORMAT_RF64: "RF64",
            SF_FORMAT_W64: "W64", SF_FORMAT_AIFF: "AIFF", SF_FORMAT_FLAC: "FLAC", SF_FORMAT_OGG: "Ogg",
        ]
        return names[Int(format) & SF_FORMAT_TYPEMASK] ?? "recording"
    }
}
