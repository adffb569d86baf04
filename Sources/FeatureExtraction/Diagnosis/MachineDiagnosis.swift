/// What the spectrum of a vibration record says about the shaft and the bearing: a verdict, the reason in one sentence,
/// and the lines it rests on.
public struct MachineDiagnosis: Sendable, Equatable, Codable {
    /// The finding.
    public enum Verdict: String, Sendable, Codable, CaseIterable {
        /// A defect on the outer race.
        case outerRace = "outer race"
        /// A defect on the inner race.
        case innerRace = "inner race"
        /// A defect on a ball or roller.
        case rollingElement = "rolling element"
        /// A defect of the cage.
        case cage
        /// The rotor is out of balance.
        case imbalance
        /// Nothing stands out.
        case none
        /// There are lines, but they do not settle which part is damaged, or whether any is.
        case notConclusive = "not conclusive"
    }

    /// A harmonic of a line.
    public struct Harmonic: Sendable, Equatable, Codable {
        /// Its number; 1 is the fundamental.
        public var order: Int
        /// Where it is expected, in Hz: for the fundamental from geometry and speed, else from the fundamental found.
        public var expected: Double
        /// The strongest line near there, in Hz.
        public var found: Double
        /// Its amplitude over that of the background, the median of its neighbourhood.
        public var height: Double
        /// Its amplitude: of the squared envelope over its mean (a pure number) for parts of the bearing; of velocity
        /// (RMS, in mm/s for accelerations, else in the signal's unit times ms) for the shaft.
        public var amplitude: Double
        /// Whether it stands clear of the background.
        public var isClear: Bool
    }

    /// The line of one part of the machine, with its harmonics.
    public struct Line: Sendable, Equatable, Codable {
        /// The part: `outer race`, `inner race`, `rolling element`, `cage` or `shaft`.
        public var name: String
        /// Where the fundamental is expected, in Hz; for a rolling element twice its spin frequency.
        public var expected: Double
        /// Where the fundamental was found, in Hz.
        public var found: Double
        /// The height of the fundamental over the background, as an amplitude ratio.
        public var height: Double
        /// The root of the sum of squares of the amplitudes of the clear harmonics.
        public var strength: Double
        /// Whether the fundamental and at least one more harmonic stand clear of the background; for the shaft, whether
        /// the fundamental does.
        public var isPresent: Bool
        /// The fundamental and its multiples, as far as the spectrum reaches.
        public var harmonics: [Harmonic]
    }

    /// The finding.
    public var verdict: Verdict
    /// Why, in one sentence with numbers.
    public var reason: String
    /// The lines of all parts, those of the bearing first.
    public var lines: [Line]
    /// The band whose envelope the lines of the bearing were read from, in Hz; `nil` without a bearing.
    public var band: ClosedRange<Double>?
}
