import Acquisition
import Learning
import Monitoring
import SignalCore
import Storage
import Telemetry

/// Whoever gets the readings of a stream, and what they hold until its end.
struct StreamSinks {
    /// All of them; the program's own output is the first.
    let all: [any Sink]
    /// The page and the store, where there are any.
    let served: LiveServing?

    private let uploading: (sink: UploadSink, transport: HTTPTransport)?
    private let publisher: BrokerSink?
    private let notifying: AlarmTargetFlags.Notifying?

    fileprivate init(
        writer: ReadingWriter, uploading: (sink: UploadSink, transport: HTTPTransport)?, publisher: BrokerSink?,
        notifying: AlarmTargetFlags.Notifying?, served: LiveServing?
    ) {
        (self.uploading, self.publisher, self.notifying, self.served) = (uploading, publisher, notifying, served)
        let others: [(any Sink)?] = [uploading?.sink, publisher, notifying?.sink]
        all = [writer] + others.compactMap(\.self) + (served?.sinks ?? [])
    }

    /// Lets go of what others would wait for, after a stream that failed.
    func abandon() async { try? await served?.close(nil) }

    /// Says what became of every sink after the stream, and lets go of what they held.
    ///
    /// - Throws: The error of the first sink that could take no more.
    func close(_ outcome: MonitorProgress, isReplay: Bool, _ console: Console) async throws {
        SinkWatch.conclude(outcome.sinks, isReplay: isReplay, console)
        try await served?.close(outcome)
        if let publisher {
            let (published, lost) = (await publisher.published, await publisher.lost)
            console.note("broker: \(published) readings published, \(lost) not")
        }
        if let notifying {
            let count = await notifying.sink.count()
            if !count.isEmpty { console.note("alarms: \(count.told) messages told, \(count.failed) not") }
            await notifying.transport?.close()
        }
        if let uploading {
            for status in await uploading.sink.states() { console.note(Self.words(status)) }
            await uploading.transport.close()
        }
        if let failure = outcome.sinks.compactMap(\.failure).first { throw failure }
    }

    fileprivate static func words(_ status: UploadStatus) -> String {
        "channel \(status.channel): \(status.counters.sent) rows sent, \(status.queued) wait, "
            + "\(status.counters.rejected) refused" + (status.pausedReason.map { "; paused: \($0)" } ?? "")
            + (status.lastError.map { "; last error: \($0)" } ?? "")
    }
}

extension Stream {
    /// Opens whoever is to get the readings.
    ///
    /// - Parameters:
    ///   - live: The link that is listened to; nil for a replay.
    ///   - port: Where lines are pushed to, for such a link.
    ///   - marks: Where each sink was when the stream was interrupted.
    func openSinks(
        for files: [ModelFile], live: SourceAddress?, port: PushPort?, marks: [String: StreamMark], key: String
    ) async throws -> StreamSinks {
        let console = common.console
        let forecasts = try forecaster.map { try ForecasterFile(path: $0).forecaster.targets.map(\.name) } ?? []
        let uploading = try uploads.sink(
            columns: files[0].model.recipe.schema.columns.map(\.name), forecasts: forecasts,
            isTable: files[0].model.table != nil, known: marks["upload"], isResumed: resume, console: console)
        let writer = try ReadingWriter(
            path: output.output, isCSV: csv, known: marks, continues: !marks.isEmpty,
            isAlone: uploads.upload == nil && publishing.publish == nil && notifications.isEmpty && serving.isEmpty)
        let publisher = try publishing.sink(
            known: marks["broker"], holdsUp: live == nil && speed == 0, console: console)
        let notifying = try notifications.sink(broker: publishing.broker, console: console)
        let served = try await serving.open(
            RunDescription(
                key: key, inputs: live.map { ["\($0)"] } ?? paths, models: models, forecaster: forecaster),
            isResumed: resume, port: port, console: console)
        served?.watch(uploads: { [sink = uploading?.sink] in await sink?.states().map(StreamSinks.words) ?? [] })
        return StreamSinks(
            writer: writer, uploading: uploading, publisher: publisher, notifying: notifying, served: served)
    }
}
