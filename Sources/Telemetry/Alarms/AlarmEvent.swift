internal import Crypto
internal import Foundation
public import SignalCore

/// An alarm that began, or one that is over: what its targets are told.
public struct AlarmEvent: Sendable, Equatable {
    /// What happened.
    public enum Kind: String, Sendable {
        /// An alarm is on.
        case began = "alarm_began"
        /// An alarm that was told of is over.
        case ended = "alarm_ended"
    }

    /// What happened.
    public var kind: Kind
    /// When it was told, on the clock of the signal: seconds from 1970-01-01 UTC.
    public var time: Double
    /// When the alarm began, on the same clock.
    public var began: Double
    /// The recording, table or link that it comes from.
    public var source: String
    /// The model that judged, where there are several; empty otherwise.
    public var model: String
    /// The score of the reading at which it was told; `nil` where the reading had none, or the alarm ended with its input.
    public var score: Float?
    /// The threshold that score was compared with.
    public var threshold: Float?
    /// How far above it the highest score of the alarm was.
    public var severity: Severity
    /// The column to blame at the highest score; empty where there is none.
    public var topColumn: String
    /// The highest score since the alarm began; 0 where no reading had one.
    public var highestScore: Float
    /// Alarms since the last message that were too soon after it to be told.
    public var heldBack: Int

    /// The same for the same event, however often it is told: receivers know repetitions by it.
    public var identifier: String {
        let text = "\(kind.rawValue)\u{0}\(began)\u{0}\(source)\u{0}\(model)"
        return SHA256.hash(data: Data(text.utf8)).prefix(8).map { Self.hexadecimal($0) }.joined()
    }

    /// The event as one JSON object, without a line end.
    public var json: String {
        let document = Document(
            event: kind.rawValue, id: identifier, time: Self.text(time), began: Self.text(began),
            seconds: ((time - began) * 1_000).rounded() / 1_000, source: source, model: model.isEmpty ? nil : model,
            score: score, threshold: threshold, highest_score: highestScore, severity: severity.rawValue,
            top_column: topColumn.isEmpty ? nil : topColumn, held_back: heldBack)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // Texts and numbers only, of which every one can be encoded.
        return (try? encoder.encode(document)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// The event as a sentence for people.
    public var sentence: String {
        let place = topColumn.isEmpty ? "" : ", most of all in \(topColumn)"
        let judge = model.isEmpty ? "" : " (\(model))"
        switch kind {
        case .began:
            let held = heldBack == 0 ? "" : "; held back since the last message: \(heldBack)"
            return "\(source)\(judge): alarm since \(Self.text(began)), severity \(severity.rawValue)\(place)\(held)"
        case .ended:
            let seconds = Int((time - began).rounded())
            return "\(source)\(judge): the alarm of \(Self.text(began)) is over after \(seconds) s\(place)"
        }
    }

    /// A moment as targets are told it: ISO 8601, UTC, milliseconds.
    static func text(_ time: Double) -> String {
        Date(timeIntervalSince1970: (time * 1_000).rounded() / 1_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// The names are those of readings, which users script against.
    private struct Document: Encodable {
        // swift-format-ignore: AlwaysUseLowerCamelCase
        let event, id, time, began: String
        let seconds: Double
        let source: String
        let model: String?
        let score, threshold: Float?
        // swift-format-ignore: AlwaysUseLowerCamelCase
        let highest_score: Float
        let severity: String
        // swift-format-ignore: AlwaysUseLowerCamelCase
        let top_column: String?
        // swift-format-ignore: AlwaysUseLowerCamelCase
        let held_back: Int
    }
}
