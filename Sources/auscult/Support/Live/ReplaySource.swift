import Foundation
import Monitoring
import SignalCore
import SignalIO

/// Plays recordings or tables as if they were coming in, one after the other, and over again if asked to.
///
/// Pieces are as long as asked for; what comes out of the pipeline does not depend on it.
struct ReplaySource: ArrivalSource {
    /// How inputs are read.
    enum Kind {
        case signals(SignalReadingOptions)
        case tables(SensorTableOptions)
    }

    private enum Current {
        case signal(any SignalSource, rate: Double)
        case table(SensorTableContent, segment: Int)
    }

    private let kind: Kind
    private let makeWalk: () -> InputWalk
    private let loops: Bool
    private let pieceSeconds: Double
    private let resume: StreamMark?
    /// Where pieces must end, so that every sink goes on exactly where it was.
    private let cuts: [StreamMark]
    private let startTime: Double
    /// Whether inputs keep the times they state, rather than following each other from the start time on.
    private let keepsTimes: Bool
    private let onInput: (DatasetItem, [String], Bool) -> Void

    private var walk: InputWalk
    private var current: Current?
    private var item: DatasetItem?
    private var input = 0
    private var frames = 0
    /// Seconds of signal before the current input.
    private var seconds = 0.0
    private var hasInput = false

    /// - Parameters:
    ///   - pieceSeconds: how much comes at once.
    ///   - startTime: when the first input began, in seconds from 1970-01-01 UTC; `nil` for the times that inputs state, and
    ///     now for those that state none.
    ///   - marks: where sinks were when the stream was interrupted; it goes on at the first of them.
    ///   - onInput: hears of every input that has been read to its end, with its warnings and whether it is cut off.
    init(
        kind: Kind, loops: Bool, pieceSeconds: Double, startTime: Double?, marks: [StreamMark],
        onInput: @escaping (DatasetItem, [String], Bool) -> Void, makeWalk: @escaping () -> InputWalk
    ) {
        (self.kind, self.loops, self.pieceSeconds, cuts) = (kind, loops, pieceSeconds, marks)
        resume = marks.min { $0.isBefore($1) }
        (self.onInput, self.makeWalk) = (onInput, makeWalk)
        keepsTimes = startTime == nil
        self.startTime = resume?.startTime ?? startTime ?? (Date().timeIntervalSince1970 * 1000).rounded() / 1000
        walk = makeWalk()
    }

    private var mark: StreamMark {
        StreamMark(input: input, frames: frames, seconds: seconds, startTime: startTime)
    }

    mutating func next() async throws -> Delivery? {
        while true {
            if current != nil {
                do {
                    if let delivery = try nextPiece() { return delivery }
                } catch let error as SignalError {
                    let path = item?.path
                    leave()
                    throw path.map { error.at(path: $0) } ?? error
                }
                continue
            }
            guard let next = walk.next() else {
                guard loops, hasInput else { return nil }
                walk = makeWalk()
                hasInput = false
                continue
            }
            let item = try next.get()
            if let resume, input < resume.input {
                hasInput = true
                input += 1
                seconds = resume.seconds
                continue
            }
            self.item = item
            do {
                let delivery = try open(item)
                // A round in which nothing could be opened is the last one.
                hasInput = true
                return delivery
            } catch let error as SignalError {
                leave()
                throw error.at(path: item.path)
            }
        }
    }

    private mutating func open(_ item: DatasetItem) throws -> Delivery {
        frames = 0
        if let resume, input == resume.input { seconds = resume.seconds }
        switch kind {
        case .signals(let options):
            let source = try SignalOpener.open(item.path, options: options)
            current = .signal(source, rate: source.format.sampleRate)
            return start(item, time: statedTime(item) ?? startTime + seconds, format: source.format)
        case .tables(let options):
            let content = try SensorTable.read(path: item.path, options: options)
            guard let first = content.segments.first else { throw SignalError(.insufficientData, "has no rows") }
            current = .table(content, segment: 0)
            frames = first.lowerBound
            return start(item, time: time(of: content), format: nil)
        }
    }

    private func time(of content: SensorTableContent) -> Double {
        keepsTimes ? content.startTime ?? startTime + seconds : startTime + seconds
    }

    private func start(_ item: DatasetItem, time: Double, format: SignalFormat?) -> Delivery {
        Delivery(
            .start(StreamOrigin(source: item.path, time: time, format: format)), due: due(seconds), mark: mark,
            isRepeated: isRepeated(end: frames))
    }

    /// When the recording was made, where its name says so and nobody said otherwise.
    private func statedTime(_ item: DatasetItem) -> Double? {
        guard keepsTimes, let text = item.time else { return nil }
        return (try? Date(text + "Z", strategy: .iso8601))?.timeIntervalSince1970
    }

    private func due(_ second: Double) -> Double { max(second, resume?.seconds ?? 0) }

    private func isRepeated(end: Int) -> Bool {
        guard let resume, input == resume.input else { return false }
        return end <= resume.frames
    }

    /// How many frames to take next: not beyond the next mark.
    private func cut(_ wanted: Int) -> Int {
        let next = cuts.filter { $0.input == input && $0.frames > frames }.map(\.frames).min()
        return max(1, min(wanted, (next ?? .max) - frames))
    }

    private mutating func nextPiece() throws -> Delivery? {
        switch current {
        case .signal(var source, let rate):
            let block = try source.nextBlock(maximumFrames: cut(Int((pieceSeconds * rate).rounded(.up))))
            current = .signal(source, rate: rate)
            guard let block else {
                let delivery = Delivery(.end, due: due(seconds + Double(frames) / rate), mark: afterInput(rate: rate))
                finish(source.warnings, isIncomplete: source.isIncomplete, seconds: Double(frames) / rate)
                return delivery
            }
            frames += block.frameCount
            return Delivery(
                .samples(block), due: due(seconds + Double(frames) / rate), mark: mark,
                isRepeated: isRepeated(end: frames))
        case .table(let content, let segment):
            return nextRows(content, segment: segment)
        case nil:
            return nil
        }
    }

    private func afterInput(rate: Double) -> StreamMark {
        StreamMark(input: input + 1, frames: 0, seconds: seconds + Double(frames) / rate, startTime: startTime)
    }

    private mutating func nextRows(_ content: SensorTableContent, segment: Int) -> Delivery? {
        let all = content.segments
        let times = content.frames.times
        let span = (times.last ?? 0) + content.schema.hopSeconds
        guard frames < all[segment].upperBound else {
            // Rows of another machine have nothing to do with these.
            let isLast = segment + 1 == all.count
            let repeated = isRepeated(end: frames) && !isLast
            if isLast {
                let mark = StreamMark(input: input + 1, frames: 0, seconds: seconds + span, startTime: startTime)
                let delivery = Delivery(.end, due: due(seconds + (times.last ?? 0)), mark: mark)
                finish(content.warnings, isIncomplete: content.isIncomplete, seconds: span)
                return delivery
            }
            current = .table(content, segment: segment + 1)
            return Delivery(
                .start(StreamOrigin(source: item?.path ?? "", time: time(of: content))),
                due: due(seconds + times[frames]), mark: mark, isRepeated: repeated)
        }
        // At least one row, and all that come within the same piece of time.
        var end = frames + 1
        let last = min(all[segment].upperBound, frames + cut(4096))
        while end < last, times[end] <= times[frames] + pieceSeconds, pieceSeconds > 0 { end += 1 }
        let rows = content.frames.frames(in: frames..<end)
        frames = end
        return Delivery(
            .rows(rows), due: due(seconds + times[end - 1]), mark: mark, isRepeated: isRepeated(end: frames))
    }

    private mutating func finish(_ warnings: [String], isIncomplete: Bool, seconds: Double) {
        if let item { onInput(item, warnings, isIncomplete) }
        self.seconds += seconds
        leave()
    }

    private mutating func leave() {
        current = nil
        item = nil
        input += 1
        frames = 0
    }
}
