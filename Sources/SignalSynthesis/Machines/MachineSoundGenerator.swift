import RealModule
import SignalCore

/// Makes recordings of one machine in the spirit of the MIMII dataset (Purohit et al., DCASE 2019): the machine in its
/// room, mixed with the din of a factory.
///
/// A clip depends only on the seed, the machine, its id, the index, whether the machine is faulty, and the options; not
/// on what else is made, in which order or on how many threads. Normal and faulty clips of one index share nothing.
///
/// Loudness says nothing about the fault: whatever the machine does, a clip's level is drawn from the same
/// distribution (0.6 to 1.6 % of full scale, as in the dataset), as if the gain of the recorder were set by chance.
public struct MachineSoundGenerator: Sendable {
    /// The kind of machine.
    public let machine: Machine
    /// Which machine of its kind, 0 to 99.
    public let id: Int
    /// How it is recorded.
    public let options: MachineSoundOptions

    private let clipsSeed: UInt64
    let model: any MachineModel
    private let room: Room
    private let background: FactoryBackground
    private let direction: Double

    /// What runs before the clip begins, so that rooms and filters are in full swing at its first sample.
    private static let leadInSeconds = 0.25

    /// Draws the machine: its own speed, counts and resonances come from the seed, the kind and the id.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption` for an id outside 0 to 99 or an option outside its range.
    public init(machine: Machine, id: Int, options: MachineSoundOptions = MachineSoundOptions(), seed: UInt64 = 42)
        throws
    {
        guard (0...99).contains(id) else {
            throw SignalError(.invalidOption, "the machine id is \(id), but must lie between 0 and 99")
        }
        try options.validate()
        self.machine = machine
        self.id = id
        self.options = options
        let kind = Self.streamNumber(machine)
        var generator = SeededGenerator(seed: seed, stream: kind * 100 + UInt64(id))
        clipsSeed = generator.next()
        room = Room(using: &generator)
        background = FactoryBackground(using: &generator)
        direction = generator.uniform(0...2 * Double.pi)
        model =
            switch machine {
            case .fan: FanModel(using: &generator)
            case .pump: PumpModel(using: &generator)
            case .slider: SliderModel(using: &generator)
            case .valve: ValveModel(using: &generator)
            }
    }

    /// The fault of the faulty clip of an index: the machine's faults take turns, the severity is uniform within the
    /// range of the options.
    public func fault(ofClip index: Int) -> MachineFault {
        let kinds = machine.faults
        var generator = SeededGenerator(seed: clipsSeed ^ 0xFA17, stream: UInt64(bitPattern: Int64(index)))
        let turn = ((index % kinds.count) + kinds.count) % kinds.count
        return MachineFault(
            kinds[turn], severity: generator.uniform(options.minimumSeverity...options.maximumSeverity))
    }

    /// Makes one clip.
    ///
    /// - Parameters:
    ///   - index: its number, not negative.
    ///   - fault: what is wrong, such as ``fault(ofClip:)``, or `nil` for a healthy machine.
    /// - Throws: ``SignalError`` with code `invalidOption` for a negative index, a fault that this kind of machine
    ///   does not have, or a severity outside 0 to 1.
    public func clip(_ index: Int, fault: MachineFault? = nil) throws -> SynthesizedClip {
        let (scene, recording) = try recording(index, fault: fault)
        let samples = MicrophoneArray(count: options.microphones).recording(recording, scene: scene)
        return SynthesizedClip(
            format: SignalFormat(sampleRate: options.sampleRate, channelCount: options.microphones),
            block: SignalBlock(startFrame: 0, channelCount: options.microphones, samples: samples), fault: fault)
    }

    /// Machine and background of one clip apart, at the levels of the recording.
    func recording(_ index: Int, fault: MachineFault?) throws -> (scene: ClipScene, recording: Recording) {
        try check(index, fault)
        let leadIn = Int(Self.leadInSeconds * options.sampleRate)
        let count = max(1, Int((options.seconds * options.sampleRate).rounded()))
        var clipGenerator = SeededGenerator(
            seed: clipsSeed, stream: 2 * UInt64(index) + (fault == nil ? 0 : 1))
        let scene = ClipScene(sampleRate: options.sampleRate, count: leadIn + count, seed: clipGenerator.next())

        let heard = room.reverberated(model.sound(in: scene, fault: fault))
        let machineSound = Self.recorded(heard, from: leadIn)
        let backgroundSound = Self.recorded(background.sound(in: scene), from: leadIn)
        return (scene, mix(machineSound, backgroundSound, scene: scene))
    }

    /// Brings machine and background to the signal-to-noise ratio, and their sum to a level drawn at random.
    private func mix(_ machineSound: Waveform, _ backgroundSound: Waveform, scene: ClipScene) -> Recording {
        var generator = scene.generator(.recording)
        let ratio = amplitude(decibels: options.signalToNoise)
        var machineSound = machineSound.scaled(toRootMeanSquare: ratio)
        var backgroundSound = backgroundSound.scaled(toRootMeanSquare: 1)
        var sum = machineSound
        sum.add(backgroundSound)
        let current = max(sum.rootMeanSquare, .leastNormalMagnitude)
        let peak = sum.samples.reduce(0) { max($0, abs($1)) }
        // A recorder does not clip: it is set lower for a clip with extreme peaks.
        let level = min(generator.logarithmic(0.006...0.016), 0.89 * current / Double(max(peak, 1e-9)))
        machineSound.scale(by: level / current)
        backgroundSound.scale(by: level / current)
        return Recording(
            machine: machineSound, background: backgroundSound, level: level, direction: direction)
    }

    /// The sound after the microphone and its converter (high-pass at 15 Hz, anti-aliasing at 0.45 of the rate), without
    /// the lead-in.
    private static func recorded(_ sound: Waveform, from start: Int) -> Waveform {
        var recorded = sound
        recorded.filter(
            .highPass(15, sampleRate: sound.sampleRate),
            .lowPass(0.45 * sound.sampleRate, sampleRate: sound.sampleRate))
        recorded.samples.removeFirst(start)
        return recorded
    }

    private func check(_ index: Int, _ fault: MachineFault?) throws {
        guard index >= 0 else {
            throw SignalError(.invalidOption, "the clip index is \(index), but must not be negative")
        }
        guard let fault else { return }
        guard machine.faults.contains(fault.kind) else {
            let known = machine.faults.map(\.rawValue).joined(separator: ", ")
            throw SignalError(
                .invalidOption, "a \(machine.rawValue) cannot have the fault '\(fault.kind.rawValue)'. Known: \(known)")
        }
        guard (0...1).contains(fault.severity) else {
            throw SignalError(
                .invalidOption, "the severity is \(fault.severity), but must lie between 0 and 1")
        }
    }

    /// Part of what a seed means: the numbers of the kinds never change.
    private static func streamNumber(_ machine: Machine) -> UInt64 {
        switch machine {
        case .fan: 1
        case .pump: 2
        case .slider: 3
        case .valve: 4
        }
    }
}
