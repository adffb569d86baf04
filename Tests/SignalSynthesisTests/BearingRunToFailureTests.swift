import Foundation
import SignalCore
import Testing

@testable import SignalSynthesis

@Suite struct `Bearing run to failure` {
    static func options(frames: Int = 8_192, _ change: (inout BearingRunOptions) -> Void = { _ in })
        -> BearingRunOptions
    {
        var options = BearingRunOptions()
        options.framesPerSnapshot = frames
        change(&options)
        return options
    }

    static func channel(_ block: SignalBlock, _ channel: Int) -> [Float] {
        Array(block.samples[block.range(ofChannel: channel)])
    }

    @Test func `a snapshot does not depend on the others, but on seed and number`() throws {
        let options = Self.options(frames: 512)
        let run = try BearingRunToFailure(options: options, seed: 1)
        let late = try run.snapshot(90)
        let again = try BearingRunToFailure(options: options, seed: 1)
        _ = try again.snapshot(0)
        #expect(try again.snapshot(90) == late)
        #expect(try again.snapshot(89).block != late.block)
        #expect(try BearingRunToFailure(options: options, seed: 2).snapshot(90).block != late.block)
    }

    @Test func `severity only grows, stages follow each other, and life runs out`() throws {
        let run = try BearingRunToFailure()
        let truths = try (0..<100).map(run.truth)
        for (earlier, later) in zip(truths, truths.dropFirst()) {
            #expect(earlier.severity <= later.severity)
            #expect(earlier.remainingSeconds - later.remainingSeconds == 600)
            #expect(later.seconds - earlier.seconds == 600)
        }
        #expect(truths[54].severity == 0 && truths[54].stage == .healthy && truths[54].defectFrequency == 0)
        #expect(truths[55].severity > 0 && truths[55].stage == .incipient)
        #expect(truths[99].severity == 1 && truths[99].stage == .severe && truths[99].remainingSeconds == 0)
        var stages: [BearingStage] = []
        for truth in truths where stages.last != truth.stage { stages.append(truth.stage) }
        #expect(stages == BearingStage.allCases)
        #expect((236.4 * 0.97...236.4).contains(truths[99].defectFrequency))
        let event = run.event(path: "run")
        #expect(event.kind == "outer-race" && event.startSeconds == 0.55 * 59_400 && event.endSeconds == 59_400)
    }

    @Test func `levels are those of the real test`() throws {
        let run = try BearingRunToFailure(options: Self.options { $0.failingBearing = 2 }, seed: 7)
        let early = try run.snapshot(0).block
        let late = try run.snapshot(99).block
        for channel in 0..<4 {
            #expect((0.05...0.13).contains(Measure.rootMeanSquare(Self.channel(early, channel))))
        }
        let failed = Measure.rootMeanSquare(Self.channel(late, 1))
        #expect((0.5...0.9).contains(failed))
        for neighbour in [0, 2, 3] {
            let level = Measure.rootMeanSquare(Self.channel(late, neighbour))
            #expect(level < 0.5 * failed)
            #expect(level > Measure.rootMeanSquare(Self.channel(early, neighbour)))
        }
        #expect(run.format.unit == .standardGravity && run.format.channelCount == 4)
    }

    @Test(arguments: BearingDefect.allCases)
    func `the line of the defect is clear late in life and absent early`(defect: BearingDefect) throws {
        let options = Self.options(frames: 20_480) {
            $0.defect = defect
            $0.bearings = 1
        }
        let run = try BearingRunToFailure(options: options, seed: 3)
        let rate = try run.truth(ofSnapshot: 99).defectFrequency
        func clearness(_ index: Int) throws -> Double {
            let envelope = Measure.envelope(Self.channel(try run.snapshot(index).block, 0))
            return Measure.peak(envelope, near: rate, within: 0.004, rate: 20_000)
                / Measure.density(envelope, rate * 1.1...rate * 1.4, rate: 20_000).squareRoot()
        }
        #expect(try clearness(0) < 4)
        #expect(try clearness(85) > 6)
    }

    @Test func `the smallest and strangest tests are finite`() throws {
        for options in [
            Self.options(frames: 64) { $0.snapshots = 2 },
            Self.options(frames: 100) {
                $0.bearings = 1
                $0.sampleRate = 4_000
                $0.revolutionsPerMinute = 20_000
            },
            Self.options(frames: 100) {
                $0.bearings = 16
                $0.failingBearing = 16
                $0.sampleRate = 200_000
                $0.revolutionsPerMinute = 60
                $0.onset = 0
            },
        ] {
            let run = try BearingRunToFailure(options: options)
            for index in [0, options.snapshots - 1] {
                let block = try run.snapshot(index).block
                #expect(block.frameCount == options.framesPerSnapshot)
                #expect(block.samples.allSatisfy { $0.isFinite })
            }
        }
    }

    @Test func `what cannot be made is refused with a sentence`() throws {
        let run = try BearingRunToFailure()
        for index in [-1, 100] { #expect(throws: SignalError.self) { _ = try run.snapshot(index) } }
        let changes: [(inout BearingRunOptions) -> Void] = [
            { $0.snapshots = 1 }, { $0.framesPerSnapshot = 0 }, { $0.sampleRate = .nan }, { $0.intervalSeconds = 0 },
            { $0.revolutionsPerMinute = 0 }, { $0.bearings = 0 }, { $0.failingBearing = 5 }, { $0.onset = 1 },
        ]
        for change in changes {
            let error = #expect(throws: SignalError.self) {
                try BearingRunToFailure(options: Self.options(change))
            }
            #expect(error?.code == .invalidOption)
        }
    }
}
