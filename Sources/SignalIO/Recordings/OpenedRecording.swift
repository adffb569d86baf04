internal import CSndFile
import Foundation
import SignalCore

/// A recording that libsndfile has opened and whose header has been checked. Whoever takes it closes the handle.
@safe struct OpenedRecording {
    let handle: OpaquePointer
    let info: RecordingInfo
    let warnings: [String]
    /// Whether the file ends before the place where its header says it does.
    let isCutOff: Bool
    /// Whether samples are 16-bit integers, which are read as such.
    let isSixteenBit: Bool

    /// Opens a file that begins like a known container.
    ///
    /// - Throws: as ``RecordingReader/init(path:channels:unit:)``.
    init(_ file: RegularFile) throws {
        let prefix = try file.bytes(at: 0, count: 16)
        guard let kind = ContainerKind(prefix: prefix) else { throw Self.unknownContent(prefix, path: file.path) }
        var layout: ChunkLayout?
        switch kind {
        case .riff, .riffBigEndian, .rf64, .wave64, .aiff: layout = try ChunkLayout(file, kind)
        case .flac, .ogg: break
        }
        var header = SF_INFO()
        let isOpenEnded = layout != nil && layout?.promisedBytes == nil
        if let layout, isOpenEnded { header = try layout.rawHeader(path: file.path) }
        // libsndfile gets a descriptor of its own: it closes the one it is given when it refuses a file, even if told
        // not to (1.2.0), and closing ours once more would hit whatever another thread has just opened.
        let descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else {
            throw SignalError(.unreadable, "too many files are open").at(path: file.path)
        }
        guard let handle = unsafe sf_open_fd(descriptor, Int32(SFM_READ), &header, 1) else {
            let reason = unsafe String(cString: sf_error_number(sf_error(nil)))
            throw SignalError(
                .malformed, "is no whole recording: its header contradicts itself or is cut off (\(reason))"
            )
            .at(path: file.path)
        }
        do {
            if let layout, isOpenEnded { try unsafe layout.skipHeader(of: handle, path: file.path) }
            let checked = try Self.check(header, layout: layout, path: file.path)
            unsafe self.handle = handle
            info = checked.info
            warnings = checked.warnings
            isCutOff = layout?.isCutOff ?? false
            isSixteenBit = Int(header.format) & SF_FORMAT_SUBMASK == SF_FORMAT_PCM_16
        } catch {
            unsafe sf_close(handle)
            throw error
        }
    }

    static func emptyError(_ path: String) -> SignalError {
        SignalError(.insufficientData, "holds no samples: its data chunk is empty").at(path: path)
    }

    /// What to say about a file that begins with these bytes.
    static func unknownContent(_ prefix: [UInt8], path: String) -> SignalError {
        guard !prefix.isEmpty else { return SignalError(.malformed, "is empty (0 bytes)").at(path: path) }
        let found = ForeignContent.name(prefix: prefix).map { "is \($0)" } ?? "is nothing that is known here"
        return SignalError(.unsupported, "\(found); \(ContainerKind.known) are read").at(path: path)
    }

    private static func check(_ header: SF_INFO, layout: ChunkLayout?, path: String) throws
        -> (info: RecordingInfo, warnings: [String])
    {
        try checkLimits(channels: Int(header.channels), rate: Int(header.samplerate), path: path)
        guard let encoding = SampleEncoding(format: header.format) else {
            throw SignalError(
                .unsupported,
                "its samples are encoded in a way that is not read; convert it to PCM, for example with sox"
            ).at(path: path)
        }
        var warnings: [String] = []
        var frames = header.frames == Int64.max || header.frames < 0 ? nil : Int(header.frames)
        if let layout, let width = encoding.byteCount {
            let bytesPerFrame = width * Int(header.channels)
            frames = layout.readableBytes / bytesPerFrame
            warnings = layout.warnings(bytesPerFrame: bytesPerFrame)
        }
        if frames == 0 { throw emptyError(path) }
        let container = layout?.isExtensible == true ? "WAVE_FORMAT_EXTENSIBLE" : nil
        return (
            RecordingInfo(
                container: container ?? SampleEncoding.container(format: header.format), encoding: encoding.name,
                bitsPerSample: encoding.bits, sampleRate: Double(header.samplerate),
                channelCount: Int(header.channels), frameCount: frames), warnings
        )
    }

    /// Refuses formats outside what is sensible for recordings.
    static func checkLimits(channels: Int, rate: Int, path: String) throws {
        guard (1...RecordingReader.mostChannels).contains(channels) else {
            throw SignalError(
                .limitExceeded, "has \(channels) channels; 1 to \(RecordingReader.mostChannels) are read"
            ).at(path: path)
        }
        guard (1...RecordingReader.highestRate).contains(rate) else {
            throw SignalError(
                .limitExceeded, "states a sample rate of \(rate) Hz; 1 to \(RecordingReader.highestRate) Hz are read"
            ).at(path: path)
        }
    }
}
