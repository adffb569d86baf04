import Foundation
import SignalCore
import Testing

@testable import SignalSynthesis

@Suite struct `Machine sounds` {
    /// Short clips at a low rate: the same code in a fraction of the time.
    static func options(seconds: Double = 0.2, sampleRate: Double = 8_000) -> MachineSoundOptions {
        var options = MachineSoundOptions()
        options.seconds = seconds
        options.sampleRate = sampleRate
        return options
    }

    static func generator(_ machine: Machine, id: Int = 0, seed: UInt64 = 42) throws -> MachineSoundGenerator {
        try MachineSoundGenerator(machine: machine, id: id, options: options(), seed: seed)
    }

    @Test(arguments: Machine.allCases)
    func `a clip does not depend on what else is made`(machine: Machine) throws {
        let first = try Self.generator(machine)
        let fault = first.fault(ofClip: 3)
        let alone = try first.clip(3, fault: fault)
        let second = try Self.generator(machine)
        _ = try second.clip(0)
        _ = try second.clip(3)
        #expect(try second.clip(3, fault: fault) == alone)
        #expect(second.fault(ofClip: 3) == fault)
    }

    @Test func `seed, machine, id, index and label all change the clip`() throws {
        let base = try Self.generator(.fan)
        let clips = [
            try base.clip(0), try base.clip(1), try base.clip(0, fault: MachineFault(.imbalance, severity: 0)),
            try Self.generator(.fan, id: 2).clip(0), try Self.generator(.fan, seed: 43).clip(0),
            try Self.generator(.pump).clip(0),
        ]
        for (index, clip) in clips.enumerated() {
            for other in clips[..<index] { #expect(clip.block != other.block) }
        }
    }

    @Test(arguments: Machine.allCases)
    func `a fault of severity 0 is not to be heard, and a worse one more than a lighter one`(machine: Machine) throws {
        let generator = try Self.generator(machine)
        let (scene, _) = try generator.recording(0, fault: nil)
        let model = generator.model
        let healthy = model.sound(in: scene, fault: nil)
        for kind in machine.faults {
            func change(_ severity: Double) -> Double {
                var difference = model.sound(in: scene, fault: MachineFault(kind, severity: severity))
                difference.add(healthy, gain: -1)
                return difference.rootMeanSquare / healthy.rootMeanSquare
            }
            #expect(change(0) == 0)
            #expect(change(1) > change(0.3), "\(machine) \(kind)")
            #expect(change(1) > 0.02, "\(machine) \(kind)")
        }
    }

    @Test(arguments: Machine.allCases)
    func `every fault is finite at every severity and for the most unusual options`(machine: Machine) throws {
        for (seconds, sampleRate) in [(0.1, 8_000.0), (0.001, 4_000), (0.02, 44_100)] {
            let generator = try MachineSoundGenerator(
                machine: machine, id: 6, options: Self.options(seconds: seconds, sampleRate: sampleRate))
            for kind in machine.faults {
                for severity in [0.0, 1] {
                    let clip = try generator.clip(1, fault: MachineFault(kind, severity: severity))
                    #expect(clip.block.frameCount == Int((seconds * sampleRate).rounded()))
                    #expect(clip.block.samples.allSatisfy { $0.isFinite && abs($0) < 0.9 })
                    #expect(Measure.rootMeanSquare(clip.block.samples) > 0.000_1)
                }
            }
        }
    }

    @Test(arguments: [4_000.0, 192_000])
    func `the lowest and the highest rate are finite`(sampleRate: Double) throws {
        let generator = try MachineSoundGenerator(
            machine: .pump, id: 2, options: Self.options(seconds: 0.005, sampleRate: sampleRate))
        let samples = try generator.clip(0, fault: MachineFault(.bearing, severity: 1)).block.samples
        #expect(samples.allSatisfy { $0.isFinite && abs($0) < 0.9 })
    }

    @Test(arguments: Machine.allCases)
    func `loudness tells nothing about the fault`(machine: Machine) throws {
        let generator = try MachineSoundGenerator(
            machine: machine, id: 0, options: Self.options(seconds: 0.03, sampleRate: 4_000))
        let normal = try (0..<60).map { Measure.rootMeanSquare(try generator.clip($0).block.samples) }
        let faulty = try (0..<60).map {
            Measure.rootMeanSquare(try generator.clip($0, fault: generator.fault(ofClip: $0)).block.samples)
        }
        for level in normal + faulty { #expect((0.005_99...0.016_01).contains(level)) }
        #expect((0.35...0.65).contains(Measure.areaUnderCurve(normal: normal, faulty: faulty)))
        // Both use the whole range.
        for levels in [normal, faulty] {
            #expect((levels.min() ?? 1) < 0.006_5 && (levels.max() ?? 0) > 0.014_5)
        }
    }

    @Test(arguments: [-6.0, 0, 6])
    func `machine and background have the ratio asked for and add up to the clip`(ratio: Double) throws {
        for machine in Machine.allCases {
            var options = Self.options()
            options.signalToNoise = ratio
            let generator = try MachineSoundGenerator(machine: machine, id: 4, options: options)
            for fault in [nil, generator.fault(ofClip: 2)] {
                let (_, recording) = try generator.recording(2, fault: fault)
                let found = Measure.decibels(
                    recording.machine.rootMeanSquare / recording.background.rootMeanSquare)
                #expect(abs(found - ratio) < 0.001)
                var sum = recording.machine
                sum.add(recording.background)
                #expect(try generator.clip(2, fault: fault).block.samples == sum.samples)
            }
        }
    }

    @Test(arguments: Machine.usualIDs)
    func `the blade-pass line of a fan stands where blades and speed put it`(id: Int) throws {
        let generator = try MachineSoundGenerator(
            machine: .fan, id: id, options: Self.options(seconds: 1, sampleRate: 8_000))
        let (scene, recording) = try generator.recording(0, fault: nil)
        let model = try #require(generator.model as? FanModel)
        let frequency = model.bladePassFrequency * scene.speed
        let samples = recording.machine.samples
        let line = Measure.peak(samples, near: frequency, within: 0.01, rate: 8_000)
        let background = Measure.density(samples, frequency * 1.1...frequency * 1.4, rate: 8_000).squareRoot()
        #expect(line > 5 * background)
    }

    @Test func `a bad bearing of a fan is heard at the rate of its impacts`() throws {
        let generator = try MachineSoundGenerator(
            machine: .fan, id: 0, options: Self.options(seconds: 1, sampleRate: 16_000))
        let (scene, _) = try generator.recording(0, fault: nil)
        let model = try #require(generator.model as? FanModel)
        let rate = model.impactFrequency * scene.speed
        func line(_ severity: Double) -> Double {
            var sound = model.sound(in: scene, fault: MachineFault(.bearing, severity: severity))
            sound.filter(
                .highPass(2_000, sampleRate: 16_000), .highPass(2_000, sampleRate: 16_000))
            let envelope = Measure.envelope(sound.samples)
            return Measure.peak(envelope, near: rate, within: 0.01, rate: 16_000)
                / Measure.density(envelope, rate * 1.1...rate * 1.5, rate: 16_000).squareRoot()
        }
        #expect(line(1) > 5)
        #expect(line(1) > 1.5 * line(0))
    }

    @Test func `faults take turns and have a severity within the range asked for`() throws {
        var options = Self.options()
        options.minimumSeverity = 0.5
        options.maximumSeverity = 0.75
        let generator = try MachineSoundGenerator(machine: .pump, id: 0, options: options)
        let faults = (0..<60).map(generator.fault)
        #expect(faults.map(\.kind).prefix(4) == [.leakage, .bearing, .clogging, .leakage])
        #expect(faults.allSatisfy { (0.5...0.75).contains($0.severity) })
        #expect(Set(faults.map(\.severity)).count == 60)
    }

    @Test func `eight microphones hear nearly the same, and the first exactly the mono clip`() throws {
        var options = Self.options()
        let mono = try MachineSoundGenerator(machine: .slider, id: 2, options: options).clip(0)
        options.microphones = 8
        let clip = try MachineSoundGenerator(machine: .slider, id: 2, options: options).clip(0)
        #expect(clip.format.channelCount == 8 && clip.block.frameCount == mono.block.frameCount)
        let first = Array(clip.block.samples[clip.block.range(ofChannel: 0)])
        #expect(first == mono.block.samples)
        for channel in 1..<8 {
            let other = Array(clip.block.samples[clip.block.range(ofChannel: channel)])
            #expect(other != first)
            let product = zip(first, other).reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(first.count)
            #expect(product / (Measure.rootMeanSquare(first) * Measure.rootMeanSquare(other)) > 0.7)
        }
    }

    @Test func `the ground truth of a clip survives JSON`() throws {
        let generator = try Self.generator(.valve)
        #expect(try generator.clip(0).event(path: "x.wav") == nil)
        let fault = MachineFault(.leakage, severity: 0.5)
        let event = try #require(try generator.clip(0, fault: fault).event(path: "valve/id_00/abnormal/00000000.wav"))
        #expect(event.kind == "leakage" && event.severity == 0.5)
        #expect(event.startSeconds == 0 && event.endSeconds == 0.2)
        let data = try JSONEncoder().encode([event])
        #expect(try JSONDecoder().decode([GroundTruthEvent].self, from: data) == [event])
    }

    @Test func `what cannot be made is refused with a sentence`() throws {
        let generator = try Self.generator(.valve)
        for (index, fault) in [
            (-1, nil), (0, MachineFault(.imbalance, severity: 0.5)), (0, MachineFault(.leakage, severity: 1.1)),
            (0, MachineFault(.leakage, severity: .nan)),
        ] {
            let error = #expect(throws: SignalError.self) { _ = try generator.clip(index, fault: fault) }
            #expect(error?.code == .invalidOption)
        }
        for id in [-1, 100] { #expect(throws: SignalError.self) { _ = try Self.generator(.fan, id: id) } }
        let changes: [(inout MachineSoundOptions) -> Void] = [
            { $0.sampleRate = 3_999 }, { $0.sampleRate = .nan }, { $0.seconds = 0 }, { $0.seconds = .infinity },
            { $0.signalToNoise = 61 }, { $0.microphones = 9 }, { $0.minimumSeverity = -0.1 },
            { $0.maximumSeverity = 0.2 }, { $0.minimumSeverity = 1.5 },
        ]
        for change in changes {
            var options = MachineSoundOptions()
            change(&options)
            let error = #expect(throws: SignalError.self) {
                try MachineSoundGenerator(machine: .fan, id: 0, options: options)
            }
            #expect(error?.code == .invalidOption)
        }
    }
}
