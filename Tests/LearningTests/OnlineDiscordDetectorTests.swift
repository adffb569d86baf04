import Learning
import RealModule
import SignalCore
import Testing

/// The online detector: surprise by the distance to the nearest earlier window.
struct OnlineDiscordDetectorTests {
    private static func noise(_ count: Int, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.uniform() + generator.uniform() - 1 }
    }

    private static func scores(_ values: [Double]) throws -> [Double] {
        var detector = OnlineDiscordDetector()
        return try values.map { try detector.score(value: $0) }
    }

    /// The surprise of every row of one scale, computed slowly from the whole series.
    private static func surprises(_ values: [Double], block: Int) -> [Double] {
        let means = values.indices.map { row in
            row + 1 < block ? 0 : values[row + 1 - block...row].reduce(0, +) / Double(block)
        }
        let first = 12 * block - 1
        func distance(_ row: Int, _ earlier: Int) -> Double {
            let squares = (0..<12).map { step in
                (means[row - step * block] - means[earlier - step * block])
                    * (means[row - step * block] - means[earlier - step * block])
            }
            return (squares.reduce(0, +) / 12).squareRoot()
        }
        var distances: [Double] = []
        return values.indices.map { row in
            guard row >= first + 12 * block else { return 0 }
            let nearest = (max(first, row - 4000)...row - 12 * block).map { distance(row, $0) }.min() ?? 0
            let usual = distances.dropLast(12).suffix(750).sorted(by: >)
            distances.append(nearest)
            guard usual.count >= 100 else { return 0 }
            let seen = values[...row]
            let mean = seen.reduce(0, +) / Double(seen.count)
            let variance = seen.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(seen.count)
            let floor = 0.01 * variance.squareRoot() + 1e-12
            let tail = max(3, usual.count * 4 / 100)
            let ratios = usual.map { ($0 + floor) / (usual[tail] + floor) }
            let ratio = (nearest + floor) / (usual[tail] + floor)
            guard ratio > 1 else { return 0 }
            let shape = max(0.05, ratios.prefix(tail).reduce(0) { $0 + Double.log($1) } / Double(tail))
            return Double.log10(Double(usual.count) / Double(tail)) + Double.log10(ratio) / shape
        }
    }

    @Test func `every score is that of a slow computation from the whole series`() throws {
        var values = Self.noise(850, seed: 3)
        for row in 700..<720 { values[row] += 0.8 }
        let scales = [1, 4, 16].map { Self.surprises(values, block: $0) }
        let scores = try Self.scores(values)
        var lastAlarm = -1000
        var compared = 0
        for row in values.indices {
            let surprise = scales.map { $0[row] }.max() ?? 0
            var expected = min(1, surprise / 7)
            if surprise >= 3.5 {
                if row - lastAlarm <= 192 { expected = 0 } else { lastAlarm = row }
            }
            if expected > 0 { compared += 1 }
            #expect(abs(scores[row] - expected) < 1e-9, "row \(row)")
        }
        #expect(compared > 20)
    }

    @Test func `a later row changes no earlier score`() throws {
        let values = Self.noise(500, seed: 5)
        let whole = try Self.scores(values)
        for cut in [150, 300, 499] {
            let changed = try Self.scores(values[..<cut] + values[cut...].map { 50 - 3 * $0 })
            #expect(Array(changed[..<cut]) == Array(whole[..<cut]))
            #expect(changed[cut] != whole[cut])
        }
    }

    @Test func `a series that never changes is never surprising`() throws {
        #expect(try Self.scores(Array(repeating: 7.25, count: 600)).allSatisfy { $0 == 0 })
    }

    @Test func `a level that shifts is one alarm on its first row`() throws {
        var values = Self.noise(900, seed: 11)
        for row in 400..<900 { values[row] += 20 }
        let scores = try Self.scores(values)
        #expect(scores.indices.filter { scores[$0] >= OnlineDiscordDetector.alarmScore } == [400])
        #expect(scores.allSatisfy { (0...1).contains($0) })
    }

    @Test func `scores do not depend on the unit of the values`() throws {
        var values = Self.noise(400, seed: 13)
        values[300] += 5
        let scores = try Self.scores(values)
        // A power of two scales without rounding; the smallest floor, 1e-12, is what is left.
        let scaled = try Self.scores(values.map { $0 * 1024 })
        #expect(zip(scores, scaled).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(scores[300] >= OnlineDiscordDetector.alarmScore)
    }

    @Test func `a value that is not finite is refused, and the detector goes on as if it had not come`() throws {
        let values = Self.noise(400, seed: 17)
        let expected = try Self.scores(values)
        var detector = OnlineDiscordDetector()
        for (row, value) in values.enumerated() {
            if row % 50 == 0 {
                for bad in [Double.nan, .infinity, -.infinity, 1e200] {
                    let error = #expect(throws: SignalError.self) { try detector.score(value: bad) }
                    #expect(error?.code == .malformed && error?.message.contains("row \(row + 1) ") == true)
                }
            }
            #expect(try detector.score(value: value) == expected[row])
        }
    }

    @Test func `the largest values give scores from 0 to 1`() throws {
        let scores = try Self.scores((0..<400).map { $0 % 7 == 0 ? 1e100 : -1e100 } + [0, 1e-300, 1e100])
        #expect(scores.allSatisfy { (0...1).contains($0) })
    }
}
