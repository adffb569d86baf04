internal import RealModule
internal import SignalCore

/// The dimensions of a rolling-element bearing, and the rates at which a defect in each of its parts strikes.
///
/// The rates are multiples of the shaft's frequency for a fixed outer and a turning inner ring and rolling without slip
/// (Randall and Antoni, Mech. Syst. Signal Process. 25, 2011, equations 1-4); real bearings differ by 1 to 3 %.
public struct BearingGeometry: Sendable, Equatable {
    /// The rolling elements in one row.
    public let elementCount: Int
    /// The diameter of a rolling element, in the unit of ``pitchDiameter``.
    public let elementDiameter: Double
    /// The diameter of the circle on which the centres of the elements run, in the unit of ``elementDiameter``.
    public let pitchDiameter: Double
    /// The contact angle in degrees; 0 for deep-groove ball bearings under radial load.
    public let contactAngle: Double

    /// Makes a geometry; only the ratio of the diameters counts, so any unit of length will do.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when there are fewer than 2 or more than 1000 elements, a
    ///   diameter is not positive, an element not smaller than the pitch circle, or the angle not from 0 to below 90.
    public init(elementCount: Int, elementDiameter: Double, pitchDiameter: Double, contactAngle: Double = 0) throws {
        guard (2...1000).contains(elementCount) else {
            throw SignalError(.invalidOption, "a bearing has 2 to 1000 rolling elements in a row, not \(elementCount)")
        }
        guard elementDiameter > 0, pitchDiameter.isFinite, elementDiameter < pitchDiameter else {
            throw SignalError(
                .invalidOption,
                "a rolling element of diameter \(elementDiameter) does not fit a pitch circle of \(pitchDiameter)")
        }
        guard contactAngle >= 0, contactAngle < 90 else {
            throw SignalError(.invalidOption, "a contact angle is 0 to below 90 degrees, not \(contactAngle)")
        }
        self.init(
            knownElementCount: elementCount, elementDiameter: elementDiameter, pitchDiameter: pitchDiameter,
            contactAngle: contactAngle)
    }

    init(knownElementCount: Int, elementDiameter: Double, pitchDiameter: Double, contactAngle: Double = 0) {
        elementCount = knownElementCount
        self.elementDiameter = elementDiameter
        self.pitchDiameter = pitchDiameter
        self.contactAngle = contactAngle
    }

    /// Element over pitch diameter, seen along the contact angle.
    private var ratio: Double { elementDiameter / pitchDiameter * .cos(contactAngle * .pi / 180) }

    /// How often in a turn of the shaft elements pass a point of the outer race (BPFO).
    public var outerRace: Double { Double(elementCount) / 2 * (1 - ratio) }
    /// How often in a turn of the shaft elements pass a point of the inner race (BPFI).
    public var innerRace: Double { Double(elementCount) / 2 * (1 + ratio) }
    /// How often in a turn of the shaft an element turns about itself (BSF). A defect on it strikes twice as often,
    /// once on each race.
    public var elementSpin: Double { pitchDiameter / (2 * elementDiameter) * (1 - ratio * ratio) }
    /// How often in a turn of the shaft the cage turns (FTF).
    public var cage: Double { (1 - ratio) / 2 }
}
