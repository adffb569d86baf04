import RealModule
public import SignalCore

/// A test of bearings on one shaft, recorded from time to time until one of them has failed.
///
/// Healthy bearings give broadband noise coloured by their housings, a few lines of the shaft, and 0.055 to 0.11 g in
/// all. In the bearing that fails, impacts at the rate of the damaged part ring the housing; they grow exponentially
/// from the onset to the end, and in the last stage the noise rises at all frequencies. The neighbours hear the defect
/// through the shaft, 12 dB weaker and duller. Levels follow the second test of the NASA Bearing Data Set, in which the
/// failing bearing went from 0.08 to 0.7 g.
///
/// A snapshot depends only on seed, options and its number.
public struct BearingRunToFailure: Sendable {
    /// How the test is run.
    public let options: BearingRunOptions

    private let runSeed: UInt64
    private let channels: [Housing]
    private let train: ImpactTrain

    /// When the test begins, in seconds since 1970: 2024-01-01 00:00:00 UTC.
    public static let startEpochSeconds = 1_704_067_200.0
    /// Acceleration of the impacts at severity 1, as root mean square in g.
    private static let impactLevel = 0.6
    /// The steepness of the growth: the defect takes the last third of its life to grow from a fourth of its end.
    private static let growth = 3.0

    /// What is particular to one bearing's place.
    private struct Housing: Sendable {
        var noiseLevel: Double
        var modes: StructureModes
        var shaftAmplitudes: [Double]
        var meshOrder: Double
        var meshAmplitudes: [Double]
    }

    private enum Part: UInt64 {
        case shaft, impacts, noise
    }

    /// Draws the housings and the slip of the bearing.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption` for an option outside its range.
    public init(options: BearingRunOptions = BearingRunOptions(), seed: UInt64 = 42) throws {
        try options.validate()
        self.options = options
        var generator = SeededGenerator(seed: seed, stream: 0xBEA2)
        runSeed = generator.next()
        let bearing = RollingBearing.rexnordZA2115
        var train: ImpactTrain =
            switch options.defect {
            case .outerRace: .outerRace(bearing)
            case .innerRace: .innerRace(bearing)
            case .rollingElement: .element(bearing)
            }
        // Elements slide as well as roll: the rate lies a little below the kinematic one, as in the NASA test, where it
        // was 2.5 %. Much nearer it would fall on a multiple of the shaft's frequency and could not be told from that.
        train.order *= generator.uniform(0.97...0.98)
        train.amplitudeJitter = 0.25
        self.train = train
        channels = (0..<options.bearings).map { _ in
            Housing(
                noiseLevel: generator.uniform(0.055...0.11),
                modes: StructureModes(count: 4, frequencies: 1_400...6_000, quality: 4...9, using: &generator),
                shaftAmplitudes: (1...4).map { 0.012 * generator.gain(deviation: 4) / Double($0) },
                meshOrder: Double(generator.integer(26...34)),
                meshAmplitudes: (1...3).map { 0.025 * generator.gain(deviation: 4) / Double($0) })
        }
    }

    /// Rate, channels and unit of the snapshots.
    public var format: SignalFormat {
        SignalFormat(
            sampleRate: options.sampleRate, channelNames: (1...options.bearings).map { "bearing\($0)" },
            unit: .standardGravity)
    }

    /// What is true of one snapshot, without making its samples.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption` for a number outside the test.
    public func truth(ofSnapshot index: Int) throws -> BearingSnapshotTruth {
        guard (0..<options.snapshots).contains(index) else {
            throw SignalError(
                .invalidOption,
                "snapshot \(index) is not part of the test, which has \(options.snapshots), counted from 0")
        }
        let last = Double(options.snapshots - 1)
        let grown = max(0, (Double(index) / last - options.onset) / (1 - options.onset))
        let severity = (Double.exp(Self.growth * grown) - 1) / (Double.exp(Self.growth) - 1)
        let rate = train.order * options.revolutionsPerMinute / 60
        return BearingSnapshotTruth(
            snapshot: index, seconds: Double(index) * options.intervalSeconds, bearing: options.failingBearing,
            severity: severity, stage: BearingStage(severity: severity),
            remainingSeconds: (last - Double(index)) * options.intervalSeconds,
            defectFrequency: severity > 0 ? rate : 0)
    }

    /// The defect as an entry of a ground truth file, from its onset to the end of the test.
    public func event(path: String) -> GroundTruthEvent {
        let seconds = Double(options.snapshots - 1) * options.intervalSeconds
        return GroundTruthEvent(
            path: path, kind: options.defect.rawValue, severity: 1, startSeconds: options.onset * seconds,
            endSeconds: seconds)
    }

    /// Makes one snapshot.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption` for a number outside the test.
    public func snapshot(_ index: Int) throws -> BearingSnapshot {
        let truth = try truth(ofSnapshot: index)
        // The first sixteenth of a second, in which filters and ringing set in, is not recorded.
        let leadIn = Int(options.sampleRate / 16)
        let count = leadIn + options.framesPerSnapshot
        var seeds = SeededGenerator(seed: runSeed, stream: UInt64(index))
        let seed = seeds.next()

        var shaftGenerator = SeededGenerator(seed: seed, stream: Part.shaft.rawValue)
        let rotation = ShaftRotation(
            frequency: options.revolutionsPerMinute / 60 * (1 + 0.001 * shaftGenerator.normal()), wander: 0.000_5,
            sampleRate: options.sampleRate, count: count, using: &shaftGenerator)
        var impactGenerator = SeededGenerator(seed: seed, stream: Part.impacts.rawValue)
        let resonance = channels[options.failingBearing - 1].modes
        let impacts = resonance.response(to: train.excitation(rotation, using: &impactGenerator))
            .scaled(toRootMeanSquare: Self.impactLevel * truth.severity * impactGenerator.gain(deviation: 0.4))
        var muffled = impacts
        muffled.filter(.gentleLowPass(3_500, sampleRate: options.sampleRate))

        var noiseGenerator = SeededGenerator(seed: seed, stream: Part.noise.rawValue)
        var samples: [Float] = []
        samples.reserveCapacity(options.bearings * options.framesPerSnapshot)
        for (number, housing) in channels.enumerated() {
            let distance = abs(number + 1 - options.failingBearing)
            let crosstalk = distance == 0 ? 1 : 0.27 * Double.pow(0.83, Double(distance - 1))
            let rise = 1 + 3.5 * max(0, (truth.severity - 0.4) / 0.6) * crosstalk
            var channel = noise(of: housing, count: count, using: &noiseGenerator)
            channel.scale(by: rise)
            channel.add(
                rotation.tone(order: 1, amplitudes: housing.shaftAmplitudes, using: &shaftGenerator))
            channel.add(
                rotation.tone(
                    order: housing.meshOrder, amplitudes: housing.meshAmplitudes, using: &shaftGenerator))
            channel.add(distance == 0 ? impacts : muffled, gain: crosstalk)
            samples += channel.samples[leadIn...]
        }
        return BearingSnapshot(
            block: SignalBlock(startFrame: 0, channelCount: options.bearings, samples: samples), truth: truth)
    }

    /// What a healthy bearing gives, in g.
    private func noise(of housing: Housing, count: Int, using generator: inout SeededGenerator) -> Waveform {
        var noise = Waveform.whiteNoise(sampleRate: options.sampleRate, count: count, using: &generator)
        noise.filter(housing.modes.peaks(decibels: 11, sampleRate: options.sampleRate))
        noise.filter(
            .highShelf(6_000, decibels: -12, sampleRate: options.sampleRate),
            .highPass(8, sampleRate: options.sampleRate))
        return noise.scaled(toRootMeanSquare: housing.noiseLevel * generator.gain(deviation: 0.15))
    }
}
