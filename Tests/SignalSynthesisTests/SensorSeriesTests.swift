import Foundation
import SignalCore
import Testing

@testable import SignalSynthesis

@Suite struct `Sensor tables` {
    static func generator(_ seed: UInt64 = 1, _ change: (inout SensorSeriesOptions) -> Void = { _ in }) throws
        -> SensorSeriesGenerator
    {
        var options = SensorSeriesOptions()
        options.rows = 4_320
        change(&options)
        return try SensorSeriesGenerator(options: options, seed: seed)
    }

    static func correlation(_ first: [Double], _ second: [Double]) -> Double {
        let count = Double(first.count)
        let (a, b) = (first.reduce(0, +) / count, second.reduce(0, +) / count)
        let both = zip(first, second).reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) }
        let squares = first.reduce(0) { $0 + ($1 - a) * ($1 - a) } * second.reduce(0) { $0 + ($1 - b) * ($1 - b) }
        return both / squares.squareRoot()
    }

    /// The physics of two days, minute by minute.
    static func states(wear: Double = 0) -> [PumpUnitModel.State] {
        var model = PumpUnitModel(spacing: 60, seed: 3)
        return (-1_440..<2 * 1_440).map { model.advance(time: 1_704_067_200 + Double($0) * 60, wear: wear) }
            .suffix(2 * 1_440).map(\.self)
    }

    @Test func `power is voltage times current times power factor`() {
        for state in Self.states() {
            let product = 3.0.squareRoot() * state.voltage * state.current * state.powerFactor / 1_000
            #expect(abs(state.power - product) < 1e-12 * product)
            #expect((0.3...0.95).contains(state.powerFactor))
            // The parts of the current are at right angles.
            let active = state.current * state.powerFactor
            #expect(abs(active * active + 121 - state.current * state.current) < 1e-9)
        }
    }

    @Test func `heat that comes in leaves or is stored`() {
        let states = Self.states()
        // The balance tau dT/dt = Ta + R loss - T, summed up over two days: what is stored is the difference of the ends.
        let gain = zip(states, states.dropFirst()).reduce(0) { sum, pair in
            sum + (pair.1.ambient + 21 * pair.1.loss - pair.1.temperature)
        }
        let model = PumpUnitModel(spacing: 60, seed: 3)
        let stored = (states[states.count - 1].temperature - states[0].temperature) * 2_700 / 60
        let through = states.reduce(0) { $0 + $1.temperature - $1.ambient }
        // This machine's cooling differs from the usual by a few percent.
        #expect(abs(gain - stored) < 0.1 * through && model.state.temperature == 40)
        for state in states { #expect((20...90).contains(state.temperature) && state.loss > 0) }
    }

    @Test func `oil has the viscosity of its grade`() {
        #expect(abs(PumpUnitModel.viscosity(40) - 46) < 1e-9)
        #expect(abs(PumpUnitModel.viscosity(100) - 6.8) < 1e-9)
        // Saturation at 20 degC, after the tables: 23.39 hPa.
        #expect(abs(PumpUnitModel.saturationPressure(20) - 23.39) < 0.1)
    }

    @Test func `columns hang together with the right sign`() throws {
        let made = try Self.generator().unit(0).training.values
        let (temperature, current, humidity, vibration, pressure, viscosity, power) = (
            made[0], made[1], made[2], made[3], made[4], made[5], made[6]
        )
        #expect(Self.correlation(temperature, viscosity) < -0.95)
        #expect(Self.correlation(current, power) > 0.98)
        #expect(Self.correlation(vibration, power) > 0.8)
        #expect(Self.correlation(pressure, power) > 0.95)
        #expect(Self.correlation(humidity, temperature) < -0.4)
        // Temperature lags the load.
        let lagged = (0...120).max { first, second in
            func value(_ lag: Int) -> Double {
                Self.correlation(Array(power.dropLast(lag)), Array(temperature.dropFirst(lag)))
            }
            return value(first) < value(second)
        }
        #expect((10...120).contains(lagged ?? 0))
    }

    @Test func `cycles stand at their periods`() throws {
        let power = try Self.generator().unit(0).training.values[6]
        func strength(_ cycles: Int) -> Double {
            var (real, imaginary) = (0.0, 0.0)
            for (row, value) in power.enumerated() {
                let angle = 2 * Double.pi * Double(cycles * row) / Double(power.count)
                real += value * cos(angle)
                imaginary += value * sin(angle)
            }
            return (real * real + imaginary * imaginary).squareRoot() * 2 / Double(power.count)
        }
        // Three days: 3 daily cycles and 36 work cycles.
        let daily = (1...20).max { strength($0) < strength($1) }
        let work = (10...80).max { strength($0) < strength($1) }
        #expect(daily == 3 && work == 36)
        let telemetry = try Self.generator(2) {
            $0.preset = .telemetry; $0.rows = 6_000
        }.unit(0).training
        #expect(telemetry.spacing == 0.1 && telemetry.values.count == 4)
        #expect(Self.correlation(telemetry.values[1], telemetry.values[3]) > 0.8)
    }

    @Test func `noise has its size and hangs together`() {
        var noise = SensorNoise(deviation: 2, spacing: 60, seed: 1, stream: 0)
        let values = (0..<50_000).map { _ in noise.next() }
        let variance = values.reduce(0) { $0 + $1 * $1 } / 50_000
        #expect(abs(variance / 4 - 1) < 0.05)
        // Half of the power is an autoregression with a factor of exp(-1/3).
        let next = zip(values, values.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / 50_000
        #expect(abs(next / variance - 0.5 * exp(-1.0 / 3)) < 0.03)
    }

    @Test func `every event lies where it is said to lie, and nowhere else`() throws {
        let made = try Self.generator(4) { $0.rows = 10_080 }
        let clean = try Self.generator(4) {
            $0.rows = 10_080; $0.anomalyRate = 0
        }
        let (test, without) = (made.unit(0).test, clean.unit(0).test)
        #expect(Set(test.events.map(\.kind)) == Set(SensorAnomalyKind.allCases.map(\.rawValue)))
        var labels = Array(repeating: false, count: test.count)
        var changed = Array(repeating: Set<Int>(), count: test.count)
        for (column, values) in test.values.enumerated() {
            // NaN differs from everything, itself too.
            for row in values.indices where values[row] != without.values[column][row] { changed[row].insert(column) }
        }
        for event in test.events {
            let start = try #require(event.startRow)
            let end = try #require(event.endRow)
            #expect(event.startSeconds == Double(start) * 60 && event.endSeconds == Double(end) * 60)
            let column = try #require(made.columns.firstIndex { $0.name == event.column })
            for row in start...end { labels[row] = true }
            if event.kind == "wear" { continue }
            let noise = made.columns[column].noise
            for row in start...end {
                #expect(changed[row].isSubset(of: [column]))
                let value = test.values[column][row]
                if event.kind == "dropout" { #expect(value.isNaN) }
                if event.kind == "stuck" { #expect(value == test.values[column][start]) }
                if ["spike", "drop", "level-shift"].contains(event.kind) {
                    let size = (value - without.values[column][row]) / noise
                    #expect(abs(size - (event.size ?? 0)) < 0.05)
                }
            }
            let kind = try #require(SensorAnomalyKind(rawValue: event.kind))
            #expect(kind.lengths.contains(end - start + 1))
            if let sizes = kind.sizes { #expect(sizes.contains(abs(event.size ?? 0))) }
        }
        #expect(labels == test.labels)
        // After wear the oil cools down again; nothing else reaches beyond its event.
        for row in changed.indices where !labels[row] {
            #expect(changed[row].isEmpty || test.events.contains { $0.kind == "wear" && ($0.endRow ?? 0) < row })
        }
        let share = Double(labels.count { $0 }) / Double(labels.count)
        #expect((0.02...0.1).contains(share))
        #expect(made.unit(0).training == clean.unit(0).training)
        #expect(!made.unit(0).training.labels.contains(true))
    }

    @Test func `the same seed gives the same rows, another seed others`() throws {
        let first = try Self.generator(9) { $0.units = 2 }
        let second = try Self.generator(9) { $0.units = 2 }
        #expect(first.unit(1).training == second.unit(1).training)
        let other = try Self.generator(10) { $0.units = 2 }
        #expect(first.unit(0).training != other.unit(0).training)
        #expect(first.unit(0).training.values != first.unit(1).training.values)
    }

    @Test func `machines that wear run to their failure, for the test up to some moment`() throws {
        let made = try Self.generator(5) {
            $0.wear = true; $0.rows = 600; $0.spacing = 3_600; $0.units = 3
        }
        for number in 0..<3 {
            let (life, part) = made.unit(number)
            #expect(life.remainingSeconds.last == 0 && (360...600).contains(life.count))
            #expect((part.remainingSeconds.last ?? 0) > 0 && part.unit != life.unit)
            let event = try #require(life.events.first)
            #expect(event.kind == "wear" && event.severity == 1 && event.endRow == life.count - 1)
            #expect(life.labels.firstIndex(of: true) == event.startRow)
            let vibration = life.values[3]
            let early = vibration.prefix(50).reduce(0, +) / 50
            let late = vibration.suffix(10).reduce(0, +) / 10
            #expect(late > 2 * early && late > 3.5)
        }
    }

    @Test func `what cannot be made is refused with a sentence`() {
        let changes: [(inout SensorSeriesOptions) -> Void] = [
            { $0.rows = 99 }, { $0.rows = 5_000_001 }, { $0.spacing = -1 }, { $0.spacing = .nan }, { $0.start = -1 },
            { $0.anomalyRate = 0.4 }, { $0.anomalyRate = .nan }, { $0.units = 0 },
            {
                $0.rows = 100_000; $0.units = 1_000
            },
        ]
        for change in changes {
            let error = #expect(throws: SignalError.self) { try Self.generator(1, change) }
            #expect(error?.code == .invalidOption)
        }
    }

    @Test func `the smallest and strangest tables are finite`() throws {
        for change: (inout SensorSeriesOptions) -> Void in [
            { $0.rows = 100 },
            {
                $0.rows = 100; $0.wear = true
            },
            {
                $0.spacing = 86_400; $0.rows = 200
            },
            {
                $0.preset = .telemetry; $0.rows = 150; $0.anomalyRate = 0.3
            },
            {
                $0.rows = 2_000; $0.anomalyRate = 0.3; $0.spacing = 0.001
            },
        ] {
            let made = try Self.generator(1, change).unit(0)
            for series in [made.training, made.test] {
                #expect(series.values.allSatisfy { $0.count == series.count })
                #expect(series.values.joined().allSatisfy { $0.isFinite || $0.isNaN })
            }
        }
    }
}
