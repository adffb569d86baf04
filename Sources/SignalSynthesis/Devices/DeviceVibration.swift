import RealModule
import SignalCore

/// What goes wrong with the machine that a played accelerometer sits on.
public enum DeviceVibrationFault: String, Sendable, CaseIterable {
    /// The rotor is out of balance: the line of the rotation becomes several times as high.
    case imbalance
    /// A bearing knocks: short bursts of a resonance, as often as an element passes a defect of the outer race.
    case knocks
}

/// The vibration of a small machine, in g: the rotation and its harmonics across the shaft, gravity on the third axis, noise.
public struct DeviceVibration: Sendable, Equatable {
    /// The names of the axes.
    public static let columns = ["ax", "ay", "az"]
    /// Turns of the shaft a second.
    public static let rotation = 24.6
    /// Elements passing a defect of the outer race, in a turn: that of a ball bearing 6205.
    private static let passages = 3.585

    /// Samples of a line, or lines at once where a line holds a single one.
    public var batch = 1
    /// What goes wrong.
    public var fault = DeviceVibrationFault.imbalance
    /// Seconds after which it does; nil for never.
    public var faultStart: Double?

    /// A healthy machine, a sample a line.
    public init() {}

    /// - Throws: `SignalError` with code `invalidOption` for what cannot be.
    public func validate() throws {
        guard (1...256).contains(batch) else {
            throw SignalError(.invalidOption, "batch is 1 to 256 samples, not \(batch)")
        }
        if let faultStart, !(faultStart >= 0 && faultStart.isFinite) {
            throw SignalError(.invalidOption, "faultStart is 0 seconds or more, not \(faultStart)")
        }
    }

    /// The three axes at a time.
    func sample(at time: Double, rate: Double, using random: inout SeededGenerator) -> [Double] {
        let isFaulty = faultStart.map { time >= $0 } ?? false
        let first = isFaulty && fault == .imbalance ? 0.25 : 0.06
        // What lies above half the rate a sensor filters away.
        func tone(_ order: Double, _ amplitude: Double, _ phase: Double) -> Double {
            guard order * Self.rotation < rate / 2 else { return 0 }
            return amplitude * Double.sin(2 * .pi * (order * Self.rotation * time + phase))
        }
        var across = tone(1, first, 0) + tone(2, 0.02, 0.1) + tone(3, 0.01, 0.3)
        let upright = tone(1, 0.8 * first, 0.25) + tone(2, 0.015, 0.4) + tone(4, 0.008, 0.2)
        var along = tone(1, 0.1 * first, 0.6)
        if isFaulty, fault == .knocks {
            let passages = time * Self.rotation * Self.passages
            let since = (passages - passages.rounded(.down)) / (Self.rotation * Self.passages)
            let resonance = min(2_800, 0.35 * rate)
            let knock = 0.4 * Double.exp(-since * 600) * Double.sin(2 * .pi * resonance * since)
            across += knock
            along += 0.4 * knock
        }
        return [
            across + 0.01 * random.normal(), upright + 0.01 * random.normal(), 1 + along + 0.01 * random.normal(),
        ]
    }
}
