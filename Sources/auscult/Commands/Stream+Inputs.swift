import Acquisition
import ArgumentParser
import Foundation
import Learning
import Monitoring
import Reporting
import SignalCore
import SignalIO

extension Stream {
    /// Plays the inputs to their end.
    func play(
        _ files: [ModelFile], _ stages: [any MonitorStage], _ sinks: StreamSinks, startTime: Double?,
        marks: [String: StreamMark], state: StreamState, _ failures: inout Failures
    ) async throws -> MonitorProgress {
        let console = common.console
        let clock = SystemClock()
        var seen = Failures()
        var progress = StreamProgress(console)
        let source = try source(files, startTime: startTime, marks: Array(marks.values)) {
            item, warnings, isIncomplete in
            seen.note(warnings: warnings, isIncomplete: isIncomplete, of: item.path, console)
        }
        let end = duration.map { clock.now + $0 }
        var isSaved = true
        var monitor = Monitor(
            stages: stages, pace: speed == 0 ? .asFastAsPossible : .realTime(speed: speed, clock: clock),
            waitsForDisks: speed == 0,
            isStopped: { Interruption.isRequested || end.map { clock.now >= $0 } ?? false },
            onError: { seen.add($0) },
            onProgress: {
                progress.show($0, seconds: clock.now)
                sinks.served?.show($0)
            }, onSink: { SinkWatch.tell($0, console, sinks.served) }, known: marks,
            onMarks: { marks in
                do {
                    try state.save(marks)
                    if !isSaved { console.note("the place of the stream is saved again") }
                    isSaved = true
                } catch {
                    if isSaved {
                        console.warn(
                            "\(error): the place of the stream is not saved, and --resume would go on at an earlier one; "
                                + "detection goes on")
                    }
                    isSaved = false
                }
            })
        let outcome = try await monitor.run(source, sinks: sinks.all)
        progress.conclude(outcome, seconds: clock.now)
        failures = seen
        return outcome
    }

    private func source(
        _ files: [ModelFile], startTime: Double?, marks: [StreamMark],
        onInput: @escaping (DatasetItem, [String], Bool) -> Void
    ) throws -> ReplaySource {
        let kind: ReplaySource.Kind
        let hop = files.map(\.model.recipe.schema.hopSeconds).min() ?? 0
        if let table = files[0].model.table {
            guard files.allSatisfy({ $0.model.table?.columns == table.columns }) else {
                throw SignalError(
                    .mismatch, "the models were trained on tables of other columns; give models of the same")
            }
            var options = SensorTableOptions()
            options.columns = table.columns.map(\.name)
            kind = .tables(options)
        } else {
            let readings = try files.map { try $0.reading(reading) }
            guard readings.allSatisfy({ $0.channels == readings[0].channels }) else {
                throw SignalError(.mismatch, "the models were trained on other channels; give models of the same")
            }
            kind = .signals(readings[0])
        }
        // Live, a piece is one hop, so that no reading waits for a later one; faster than real time a hundredth of a second.
        let piece = speed == 0 ? (files[0].model.table == nil ? 1 : Double.infinity) : max(hop, 0.01 * speed)
        let live = files[0].model.table == nil ? piece : (speed == 0 ? piece : 0.01 * speed)
        return ReplaySource(
            kind: kind, loops: loops, pieceSeconds: live, startTime: startTime, marks: marks, onInput: onInput,
            makeWalk: { InputWalk(paths: paths, endsWithNull: false) })
    }

    /// The live link that is listened to, if it is one.
    func liveAddress() throws -> SourceAddress? {
        guard paths.contains(where: SourceAddress.isLive) else { return nil }
        guard paths.count == 1, !loops, !resume, start == nil, speed == 1 else {
            throw SignalError(
                .invalidOption,
                "a live link is listened to by itself and as it comes: without other inputs, --loop, --resume, --start or --speed"
            )
        }
        return try SourceAddress(paths[0])
    }

    /// Listens to a link until it ends or somebody asks to stop.
    func listen(
        to address: SourceAddress, port: PushPort?, _ files: [ModelFile], _ stages: [any MonitorStage],
        _ sinks: StreamSinks
    ) async throws -> MonitorProgress {
        let console = common.console
        let signal = try LinkSignal(files, reading)
        let options = signal?.options(for: address) ?? LiveSourceOptions()
        let live =
            if let port {
                try LiveSource(port: port, options: options)
            } else {
                try LiveSource(address: address, options: options, brokerOptions: publishing.broker.options())
            }
        let clock = SystemClock()
        let end = duration.map { clock.now + $0 }
        let guardian = Task {
            while !Interruption.isRequested, end.map({ clock.now < $0 }) ?? true {
                try await Task.sleep(for: .milliseconds(50))
            }
            live.stop()
        }
        defer { guardian.cancel() }
        var progress = StreamProgress(console)
        let name = address.description
        let onEvent = { (event: LiveEvent) in
            switch event {
            case .row: break
            case .warning(let text): console.warn("\(name): \(text)")
            case .state(let state):
                let words = Self.words(state, of: name)
                console.note("\(name): \(words)")
                sinks.served?.show(state, words: words)
            }
        }
        var short = 0
        var monitor = Monitor(
            stages: stages, pace: .asFastAsPossible,
            onError: { error in
                // A stretch between two gaps may be shorter than a window; the next one may not be.
                guard signal != nil, error.code == .insufficientData else { throw error }
                short += 1
            },
            onProgress: {
                progress.show($0, seconds: clock.now)
                sinks.served?.show($0)
            }, onSink: { SinkWatch.tell($0, console, sinks.served) })
        var gaps = 0
        let outcome: MonitorProgress
        if let signal {
            let source = SignalLinkSource(
                live, name: name, rate: signal.rate, options: signal.reading, expected: signal.channels,
                onEvent: onEvent
            ) { notice in
                switch notice {
                case .warning(let text): console.warn("\(name): \(text)")
                case .gap(let reason, let count):
                    gaps = count
                    // Said at the first one and whenever they have become ten times as many.
                    guard [1, 10, 100, 1_000, 10_000, 100_000].contains(count) else { return }
                    console.warn("\(name): samples are missing (\(reason)); what follows is judged by itself")
                }
            }
            outcome = try await monitor.run(source, sinks: sinks.all)
        } else {
            let columns = files[0].model.table?.columns.map(\.name) ?? []
            outcome = try await monitor.run(
                LinkSource(live, name: name, columns: columns, onEvent: onEvent), sinks: sinks.all)
        }
        progress.conclude(outcome, seconds: clock.now)
        let counters = live.counters
        let rejected = counters.lines.rejectedLines.values.reduce(0, +)
        console.note(
            "connected \(counters.connections) times: \(counters.lines.rows) rows, \(rejected) lines rejected, "
                + "\(counters.droppedRows) rows dropped"
                + (signal == nil ? "" : ", \(gaps) gaps, \(short) stretches shorter than a frame"))
        return outcome
    }

    /// How the link of a name stands; reasons begin with the name, which stands before all of it.
    private static func words(_ state: LinkState, of name: String) -> String {
        switch state {
        case .up(let name): "up (\(name.escapingControlCharacters))"
        case .stale(let seconds): "no valid line for \(Text.number(seconds, digits: 1)) s"
        case .down(let reason): "down: \(reason.trimmingPrefix(name + ": "))"
        }
    }
}
