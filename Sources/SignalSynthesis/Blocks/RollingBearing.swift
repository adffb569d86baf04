import RealModule
import SignalCore

/// The geometry of a rolling bearing and the rates at which its parts meet a defect, as orders of the shaft speed.
///
/// Kinematics without slip (T. A. Harris, Rolling Bearing Analysis; R. B. Randall and J. Antoni, "Rolling element
/// bearing diagnostics - a tutorial", Mechanical Systems and Signal Processing 25, 2011).
struct RollingBearing: Sendable {
    /// Rolling elements in a row.
    let elements: Int
    /// Element diameter over pitch diameter.
    let diameterRatio: Double
    /// Contact angle in degrees.
    let contactAngle: Double

    /// The double-row roller bearing of the run-to-failure tests of the University of Cincinnati: Rexnord ZA-2115, 16
    /// rollers of 0.331 in on a pitch of 2.815 in (Qiu et al., J. Sound and Vibration 289, 2006).
    static let rexnordZA2115 = RollingBearing(elements: 16, diameterRatio: 0.331 / 2.815, contactAngle: 15.17)

    /// A deep-groove ball bearing such as small motors have, somewhat different in every machine.
    static func smallBallBearing(using generator: inout SeededGenerator) -> RollingBearing {
        RollingBearing(
            elements: generator.integer(7...9), diameterRatio: generator.uniform(0.19...0.24), contactAngle: 0)
    }

    /// The diameter ratio as the contact angle lets it act.
    private var ratio: Double { diameterRatio * Double.cos(contactAngle * Double.pi / 180) }
    /// Elements passing a point of the outer race (BPFO).
    var outerRaceOrder: Double { Double(elements) / 2 * (1 - ratio) }
    /// Elements passing a point of the inner race (BPFI).
    var innerRaceOrder: Double { Double(elements) / 2 * (1 + ratio) }
    /// A point of an element meeting a race: twice the spin (2 x BSF).
    var elementOrder: Double { (1 - ratio * ratio) / diameterRatio }
    /// Turns of the cage (FTF).
    var cageOrder: Double { (1 - ratio) / 2 }
}
