import SignalCore

/// A carriage that travels from one end of its rail to the other and back, with a pause at each end; speed rises and
/// falls linearly over a fifth of the stroke each (a trapezoidal profile, as servo drives use).
struct CarriageMotion: Sendable {
    private static let rampShare = 0.2

    /// Speed as a share of full speed, 0 to 1.
    let speed: ControlTrack
    /// Place on the rail, 0 to 1.
    let position: ControlTrack
    /// Start and end of every stroke in seconds from the start of the clip; the first may begin before it.
    let strokes: [ClosedRange<Double>]

    private let sampleRate: Double

    /// Makes the motion of one clip, which begins anywhere in the cycle.
    init(strokeSeconds: Double, pauseSeconds: Double, scene: ClipScene) {
        var generator = scene.generator(.program)
        sampleRate = scene.sampleRate
        let half = strokeSeconds + pauseSeconds
        let offset = generator.uniform() * 2 * half
        let step = Double(ControlTrack.interval) / scene.sampleRate
        func state(_ index: Int) -> (speed: Double, position: Double) {
            let time = (Double(index) * step + offset).truncatingRemainder(dividingBy: 2 * half)
            let forward = time < half
            let share = min(1, (forward ? time : time - half) / strokeSeconds)
            let travelled = Self.travelled(share)
            return (Self.speed(share), forward ? travelled : 1 - travelled)
        }
        speed = ControlTrack(count: scene.count) { state($0).speed }
        position = ControlTrack(count: scene.count) { state($0).position }
        let seconds = Double(scene.count) / scene.sampleRate
        strokes = (0...Int((seconds + offset) / half)).map { number in
            let start = Double(number) * half - offset
            return start...start + strokeSeconds
        }
    }

    /// The times at which a place on the rail is passed, in seconds.
    func crossings(of place: Double) -> [Double] {
        var times: [Double] = []
        for point in 0..<position.values.count - 1 {
            let from = position.values[point] - place
            let to = position.values[point + 1] - place
            if from * to < 0 || (from == 0 && to != 0) {
                let share = from / (from - to)
                times.append((Double(point) + share) * Double(ControlTrack.interval) / sampleRate)
            }
        }
        return times
    }

    private static func speed(_ share: Double) -> Double {
        max(0, min(share / rampShare, (1 - share) / rampShare, 1))
    }

    /// The part of the stroke travelled after a share of its time: the integral of the speed.
    private static func travelled(_ share: Double) -> Double {
        let whole = 1 - rampShare
        if share < rampShare { return share * share / (2 * rampShare) / whole }
        if share > 1 - rampShare { return 1 - (1 - share) * (1 - share) / (2 * rampShare) / whole }
        return (share - rampShare / 2) / whole
    }
}
