import Monitoring
import SignalCore
import Synchronization
import Testing

@Suite struct MonitorTests {
    private static let frames: FeatureFrames = {
        var frames = FeatureFrames(columnCount: 2)
        var generator = SeededGenerator(seed: 4)
        for row in 0..<200 {
            frames.append(time: Double(row), row: [Float(4 * generator.uniform()), Float(generator.uniform())])
        }
        return frames
    }()

    private func stage() -> any MonitorStage {
        DetectionStage(frames: PlainFrames(), judge: SumJudge(), alarm: LatchingAlarm(), forecast: MeanForecast())
    }

    private func run(
        _ script: [Result<Delivery, SignalError>], pace: Pace = .asFastAsPossible
    ) async throws -> [Reading] {
        let sink = KeepingSink()
        var monitor = Monitor(stages: [stage()], pace: pace)
        _ = try await monitor.run(ScriptedSource(script), sinks: [sink])
        return await sink.readings
    }

    @Test func `Readings are those of all rows at once, however they are cut and at any pace`() async throws {
        let whole = try await run(ScriptedSource.rows(Self.frames, cuts: []))
        #expect(whole.count == 198 && whole[0].time == 1002 && whole[0].forecast == nil)
        #expect(whole[0].verdict?.score == Self.frames.values[..<6].reduce(0, +))
        #expect(whole[2].forecast?.first?.column == "a")
        let mean = (0..<5).reduce(0.0) { $0 + Double(Self.frames.values[2 * $1]) } / 5
        #expect(whole[2].forecast?.first?.value == mean)
        #expect(whole.contains(where: \.isAlarm) && !whole[0].isAlarm)
        var generator = SeededGenerator(seed: 9)
        for round in 0..<20 {
            let cuts = (0..<Int(generator.uniform() * 60)).map { _ in 1 + Int(generator.uniform() * 199) }
            let pace: Pace = round % 2 == 0 ? .asFastAsPossible : .realTime(speed: 3, clock: ManualClock())
            #expect(try await run(ScriptedSource.rows(Self.frames, cuts: cuts), pace: pace) == whole)
        }
        #expect(try await run(ScriptedSource.rows(Self.frames, cuts: Array(1..<200))) == whole)
    }

    @Test func `Every piece comes at its moment, reckoned from the start`() async throws {
        let clock = ManualClock()
        clock.advance(50)
        _ = try await run(
            ScriptedSource.rows(Self.frames, cuts: Array(1..<200)), pace: .realTime(speed: 2, clock: clock))
        // 199 seconds of rows at twice the speed; naps are short, so that a request to stop is heard.
        #expect(abs(clock.now - 149.5) < 1e-9)
        #expect(zip(clock.wakings, clock.wakings.dropFirst()).allSatisfy { $1 - $0 <= 0.5 })
    }

    @Test func `A delay is shown as lag and does not add up`() async throws {
        let clock = ManualClock()
        let sink = KeepingSink()
        var pieces = 0
        var monitor = Monitor(
            stages: [stage()], pace: .realTime(speed: 1, clock: clock),
            onProgress: { _ in
                // Once, something takes ten seconds.
                pieces += 1
                if pieces == 100 { clock.advance(10) }
            })
        let outcome = try await monitor.run(
            ScriptedSource(ScriptedSource.rows(Self.frames, cuts: Array(1..<200))), sinks: [sink])
        #expect(abs(outcome.lag.maximum - 9) < 1e-6 && outcome.lag.quantile(0.5) == 0)
        #expect(abs(clock.now - 199) < 1e-9 && outcome.readings == 198)
    }

    @Test func `A stream that goes on at a mark gives what was still to come`() async throws {
        let whole = try await run(ScriptedSource.rows(Self.frames, cuts: []))
        for place in [1, 2, 3, 17, 120, 199] {
            let clock = ManualClock()
            let rest = try await run(
                ScriptedSource.rows(Self.frames, cuts: [place], repeated: place),
                pace: .realTime(speed: 1, clock: clock))
            #expect(rest == Array(whole.dropFirst(max(0, place - 2))))
        }
    }

    @Test func `An input that is no use is told and passed over, the next goes on`() async throws {
        let errors = Mutex<[String]>([])
        let sink = KeepingSink()
        var monitor = Monitor(
            stages: [stage()], pace: .asFastAsPossible,
            onError: { error in errors.withLock { $0.append(error.message) } })
        let mark = StreamMark(input: 0, frames: 0, seconds: 0, startTime: 0)
        let bad = StreamOrigin(source: "x", time: 0, format: SignalFormat(sampleRate: 8000))
        let outcome = try await monitor.run(
            ScriptedSource(
                [
                    .failure(SignalError(.unreadable, "first")), .success(Delivery(.start(bad), due: 0, mark: mark)),
                    .success(Delivery(.samples(SignalBlock(startFrame: 0, samples: [0])), due: 0, mark: mark)),
                ] + ScriptedSource.rows(Self.frames, cuts: [50])), sinks: [sink])
        let told = errors.withLock(\.self)
        #expect(told == ["first", "rows are wanted"])
        #expect(outcome.readings == 198)
    }

    @Test func `A sink that blocks gets everything and a slow page only the newest, and neither stops the other`()
        async throws
    {
        let (file, page) = (KeepingSink("file"), KeepingSink("page", policy: .dropOldest, isOpen: false))
        let stream = Task {
            var monitor = Monitor(stages: [stage()], pace: .asFastAsPossible, queueCapacity: 10)
            return try await monitor.run(
                ScriptedSource(ScriptedSource.rows(Self.frames, cuts: Array(1..<200))), sinks: [file, page]
            ).sinks
        }
        while await file.readings.count < 198 { await Task.yield() }
        await page.open()
        let states = try await stream.value
        #expect(states[0].delivered == 198 && states[0].dropped == 0)
        #expect(states[1].delivered + states[1].dropped == 198 && states[1].dropped > 150)
        let (lastOnPage, lastInFile, isFinished) = (
            await page.readings.last, await file.readings.last, await page.isFinished
        )
        #expect(lastOnPage == lastInFile && isFinished)
    }

    @Test func `A sink that fails is told, and the others go on`() async throws {
        let (full, file) = (KeepingSink("full", failsAfter: 20), KeepingSink("file"))
        let marks = Mutex<[[String: StreamMark]]>([])
        var monitor = Monitor(
            stages: [stage()], pace: .asFastAsPossible, queueCapacity: 10,
            onMarks: { new in marks.withLock { $0.append(new) } })
        let outcome = try await monitor.run(
            ScriptedSource(ScriptedSource.rows(Self.frames, cuts: Array(1..<200))), sinks: [full, file])
        #expect(outcome.sinks[0].failure?.message == "the disk is full" && outcome.sinks[0].delivered == 20)
        #expect(outcome.sinks[1].delivered == 198)
        // Of what the full one failed to take nothing is settled, and it is not forgotten: a stream that goes on begins there.
        let last = marks.withLock(\.last)
        #expect(try #require(last?["full"]).frames <= 22)
        #expect(outcome.sinks[0].dropped == 178)
        #expect(last?["file"]?.frames == 200)
    }

    @Test func `Before anything is settled, the start is where a stream goes on`() async throws {
        let marks = Mutex<[[String: StreamMark]]>([])
        let sink = KeepingSink("none", failsAfter: 0)
        var monitor = Monitor(
            stages: [stage()], pace: .asFastAsPossible, onMarks: { new in marks.withLock { $0.append(new) } })
        _ = try await monitor.run(ScriptedSource(ScriptedSource.rows(Self.frames, cuts: [])), sinks: [sink])
        let last = marks.withLock(\.last)
        #expect(last?["none"]?.isStart == true && last?["none"]?.startTime == 1000)
    }

    @Test func `A sink that refuses gets the same again, once, and the signal goes on meanwhile`() async throws {
        let (disk, file) = (RefusingSink(), KeepingSink("file"))
        let news = Mutex<[String]>([])
        let stream = Task {
            var monitor = Monitor(
                stages: [stage()], pace: .asFastAsPossible, queueCapacity: 10,
                onSink: { one in news.withLock { $0.append("\(one.name) \(one.event)") } })
            return try await monitor.run(
                ScriptedSource(ScriptedSource.rows(Self.frames, cuts: Array(1..<200))), sinks: [disk, file])
        }
        while await file.readings.count < 198 { await Task.yield() }
        #expect(await disk.readings.count < 198)
        await disk.makeRoom()
        let outcome = try await stream.value
        let (taken, whole) = (await disk.readings, await file.readings)
        #expect(taken == whole && outcome.sinks[0].dropped == 0 && outcome.sinks[0].failure == nil)
        let told = news.withLock(\.self)
        #expect(told.count == 2 && told[0].contains("refuses") && told[1].contains("takesAgain"))
    }

    @Test func `A sink that refuses to the end has failed, and what it lacks is counted`() async throws {
        let disk = RefusingSink()
        let marks = Mutex<[[String: StreamMark]]>([])
        let arrivals = Mutex(0)
        // After a request to stop it is not waited for long.
        var monitor = Monitor(
            stages: [stage()], pace: .asFastAsPossible, queueCapacity: 10,
            isStopped: { arrivals.withLock { $0 >= 101 } }, onProgress: { _ in arrivals.withLock { $0 += 1 } },
            onMarks: { new in marks.withLock { $0.append(new) } })
        let outcome = try await monitor.run(
            ScriptedSource(ScriptedSource.rows(Self.frames, cuts: Array(1..<200))), sinks: [disk])
        let taken = await disk.readings.count
        #expect(outcome.sinks[0].failure?.message == "the disk is full")
        #expect(outcome.sinks[0].dropped == 98 - taken && taken == 20)
        let last = marks.withLock(\.last)
        #expect(last?["disk"]?.frames == 22)
    }

    @Test func `The mark at the end is that of the last piece, and a stop is clean`() async throws {
        let marks = Mutex<[[String: StreamMark]]>([])
        let arrivals = Mutex(0)
        let sink = KeepingSink()
        var monitor = Monitor(
            stages: [stage()], pace: .asFastAsPossible,
            isStopped: { arrivals.withLock { $0 >= 51 } }, onProgress: { _ in arrivals.withLock { $0 += 1 } },
            onMarks: { new in marks.withLock { $0.append(new) } })
        _ = try await monitor.run(
            ScriptedSource(ScriptedSource.rows(Self.frames, cuts: Array(1..<200))), sinks: [sink])
        let last = marks.withLock(\.last)
        #expect(last?["kept"]?.frames == 50)
        let (count, isFinished) = (await sink.readings.count, await sink.isFinished)
        #expect(count == 48 && isFinished)
    }

    @Test func `After an interruption every sink gets what it lacks, and nothing twice`() async throws {
        let whole = try await run(ScriptedSource.rows(Self.frames, cuts: []))
        func mark(_ row: Int) -> StreamMark { StreamMark(input: 0, frames: row, seconds: 0, startTime: 1000) }
        let (first, second) = (KeepingSink("first"), KeepingSink("second"))
        var monitor = Monitor(
            stages: [stage()], pace: .asFastAsPossible, known: ["first": mark(40), "second": mark(90)])
        _ = try await monitor.run(
            ScriptedSource(ScriptedSource.rows(Self.frames, cuts: [40, 90, 130], repeated: 40)),
            sinks: [first, second])
        #expect(await first.readings == Array(whole.dropFirst(38)))
        #expect(await second.readings == Array(whole.dropFirst(88)))
    }
}
