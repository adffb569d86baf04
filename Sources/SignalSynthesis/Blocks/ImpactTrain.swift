import RealModule
import SignalCore

/// Repeated impacts tied to a rotation: a defect in a bearing that is rolled over again and again.
///
/// After R. B. Randall and J. Antoni (2011): the elements slip, so that the distance between impacts varies by one or
/// two percent around its mean and the train is not strictly periodic; a defect that turns with the shaft passes
/// through the load zone once a revolution, which modulates the impacts.
struct ImpactTrain: Sendable {
    /// Impacts per revolution.
    var order: Double
    /// Standard deviation of the distance between impacts, as a share of the distance.
    var slip = 0.01
    /// Standard deviation of the amplitude of an impact, as a share of it.
    var amplitudeJitter = 0.2
    /// How often a revolution the defect passes the load zone: 0 for a fixed race, 1 for a race that turns with the
    /// shaft, the cage's order for a rolling element.
    var loadZoneOrder = 0.0

    /// The train of an outer-race defect: the race stands still with the defect in the load zone.
    static func outerRace(_ bearing: RollingBearing) -> ImpactTrain {
        ImpactTrain(order: bearing.outerRaceOrder)
    }

    /// The train of an inner-race defect, which passes the load zone once a revolution.
    static func innerRace(_ bearing: RollingBearing) -> ImpactTrain {
        ImpactTrain(order: bearing.innerRaceOrder, loadZoneOrder: 1)
    }

    /// The train of a defect on a rolling element, which passes the load zone with the cage.
    static func element(_ bearing: RollingBearing) -> ImpactTrain {
        ImpactTrain(order: bearing.elementOrder, amplitudeJitter: 0.4, loadZoneOrder: bearing.cageOrder)
    }

    /// The impacts as impulses of amplitude about 1.
    func excitation(_ rotation: ShaftRotation, using generator: inout SeededGenerator) -> Waveform {
        var impulses = Waveform(sampleRate: rotation.sampleRate, count: rotation.count)
        let track = rotation.revolutions.values
        let zoneStart = generator.uniform()
        var next = track[0] + generator.uniform() / order
        for point in 0..<track.count - 1 {
            let (from, to) = (track[point], track[point + 1])
            while next < to {
                let position = (Double(point) + (next - from) / (to - from)) * Double(ControlTrack.interval)
                let jitter = max(0.1, 1 + amplitudeJitter * generator.normal())
                impulses.addImpulse(at: position, amplitude: jitter * load(at: zoneStart + loadZoneOrder * next))
                next += max(0.1, 1 + slip * generator.normal()) / order
            }
        }
        return impulses
    }

    /// The load on an element as a share of the largest (Stribeck's distribution with a load zone of a little less than
    /// half the race, `epsilon` = 0.45, exponent 3/2 for balls).
    private func load(at turns: Double) -> Double {
        guard loadZoneOrder > 0 else { return 1 }
        let share = 1 - (1 - Double.cos(2 * Double.pi * turns)) / 0.9
        return share > 0 ? share * share.squareRoot() : 0
    }
}
