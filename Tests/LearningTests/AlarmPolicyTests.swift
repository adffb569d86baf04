import SignalCore
import Testing

@testable import Learning

@Suite struct AlarmPolicyTests {
    /// Usual score 0, threshold 10.
    private let threshold = Threshold(
        value: 10, usualScore: 0, rule: .quantile(1), multiplier: 1, scoreCount: 1, basis: "")

    private func alarms(_ policy: AlarmPolicy, _ scores: [Float]) throws -> String {
        let alarms = try policy.alarms(
            times: scores.indices.map(Double.init), scores: scores, threshold: threshold)
        return String(alarms.map { $0 ? "#" : "." })
    }

    private func policy(_ hits: Int, _ hold: Double, _ share: Double) -> AlarmPolicy {
        var policy = AlarmPolicy()
        (policy.minimumHits, policy.holdSeconds, policy.clearShare) = (hits, hold, share)
        return policy
    }

    @Test func `Hits in a row, hold and clear level`() throws {
        let scores: [Float] = [1, 11, 1, 11, 12, 13, 9, 6, 4, 4, 4, 4, 11]
        #expect(try alarms(policy(1, 0, 1), scores) == ".#.###......#")
        #expect(try alarms(policy(2, 0, 1), scores) == "....##.......")
        #expect(try alarms(policy(3, 0, 0.5), scores) == ".....###.....")
        #expect(try alarms(policy(1, 3, 1), scores) == ".#######....#")
        #expect(try alarms(policy(1, 3, 0.5), scores) == ".#########..#")
        #expect(try alarms(policy(4, 0, 1), scores) == ".............")
        // At the threshold itself there is no alarm.
        #expect(try alarms(AlarmPolicy(), [10, Float(10).nextUp]) == ".#")
        #expect(try alarms(AlarmPolicy(), []) == "")
    }

    @Test func `Events say when and how high`() throws {
        var tracker = try AlarmTracker(policy(2, 1, 0.5), threshold: threshold)
        #expect(try tracker.consume(time: 0, score: 20) == nil)
        let raised = AlarmEvent(startTime: 0, raiseTime: 2, clearTime: nil, peakScore: 20, peakTime: 0)
        #expect(try tracker.consume(time: 2, score: 15) == .raised(raised))
        #expect(try tracker.isOn && tracker.consume(time: 3, score: 30) == nil)
        #expect(try tracker.consume(time: 3.5, score: 1) == nil)
        let cleared = AlarmEvent(startTime: 0, raiseTime: 2, clearTime: 4, peakScore: 30, peakTime: 3)
        #expect(try tracker.consume(time: 4, score: 1) == .cleared(cleared))
        #expect(!tracker.isOn && tracker.event == nil)
    }

    @Test func `Unusable scores leave the tracker as it was`() throws {
        var tracker = try AlarmTracker(policy(2, 0, 1), threshold: threshold)
        _ = try tracker.consume(time: 5, score: 11)
        #expect(throws: SignalError.self) { try tracker.consume(time: 6, score: .nan) }
        #expect(throws: SignalError.self) { try tracker.consume(time: .infinity, score: 1) }
        #expect(TestData.message { _ = try tracker.consume(time: 4, score: 1) }.contains("give scores in their order"))
        #expect(try tracker.consume(time: 5, score: 11) != nil)
    }

    @Test(arguments: [(0, 0.0, 1.0), (1, -1, 1), (1, .nan, 1), (1, .infinity, 1), (1, 0, 1.1), (1, 0, .nan)])
    func `A policy out of range is refused`(hits: Int, hold: Double, share: Double) {
        #expect(throws: SignalError.self) { try AlarmTracker(policy(hits, hold, share), threshold: threshold) }
    }
}
