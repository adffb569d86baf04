import RealModule
import SignalCore

/// Makes tables of sensors with known anomalies: one for training, without any, and one to be judged on, later in time.
///
/// Machines are independent of each other: each depends only on seed, options and its number. Where they run to failure,
/// the training table holds whole lives, and the test table lives of other machines up to some moment.
public struct SensorSeriesGenerator: Sendable {
    /// What is made.
    public let options: SensorSeriesOptions
    /// The sensors.
    public let columns: [SensorColumn]

    private let seed: UInt64
    private let model: any SensorModel.Type

    /// What the last digit of a sensor stands for.
    private static let resolution = 0.001

    private enum Part: UInt64 { case machine, plan, injection, noise }

    /// Gets ready.
    ///
    /// - Throws: ``SignalError`` with code `invalidOption` for an option outside its range.
    public init(options: SensorSeriesOptions = SensorSeriesOptions(), seed: UInt64 = 42) throws {
        try options.validate()
        self.options = options
        var generator = SeededGenerator(seed: seed, stream: 0x5E45)
        self.seed = generator.next()
        model = options.preset == .machine ? PumpUnitModel.self : TurbineModel.self
        columns = model.columns
    }

    /// Makes the rows of one machine, counted from 0.
    ///
    /// - Precondition: there is such a machine.
    public func unit(_ index: Int) -> (training: SensorSeries, test: SensorSeries) {
        precondition((0..<options.units).contains(index), "there is no machine \(index)")
        return options.wear
            ? (life(of: index, isTest: false), life(of: index, isTest: true)) : normalAndAnomalous(index)
    }

    private func name(_ number: Int) -> String { "unit_\(number + 1)" }

    private func unitSeed(_ number: Int) -> UInt64 {
        var generator = SeededGenerator(seed: seed, stream: UInt64(number))
        return generator.next()
    }

    /// The sensors' values without and with noise. Shape of each: columns x rows.
    private func simulate(
        seed: UInt64, start: Double, rows: Int, wear: (Int) -> Double
    ) -> [[Double]] {
        let spacing = options.spacingSeconds
        func run<Model: SensorModel>(_ type: Model.Type) -> [[Double]] {
            var machine = Model(spacing: spacing, seed: SeededGenerator.part(seed, Part.machine.rawValue))
            let settling = min(100_000, Int((Model.settlingSeconds / spacing).rounded(.up)))
            let noiseSeed = SeededGenerator.part(seed, Part.noise.rawValue)
            var noises = Model.columns.enumerated().map { index, column in
                SensorNoise(deviation: column.noise, spacing: spacing, seed: noiseSeed, stream: UInt64(index))
            }
            var values = Model.columns.map { _ in
                var column: [Double] = []
                column.reserveCapacity(rows)
                return column
            }
            for row in -settling..<rows {
                let sensed = machine.next(time: start + Double(row) * spacing, wear: row < 0 ? wear(0) : wear(row))
                guard row >= 0 else { continue }
                for column in values.indices { values[column].append(sensed[column] + noises[column].next()) }
            }
            return values
        }
        return run(model)
    }

    private func normalAndAnomalous(_ index: Int) -> (training: SensorSeries, test: SensorSeries) {
        let rows = options.rows
        let spacing = options.spacingSeconds
        let seed = unitSeed(index)
        let vibration = columns.firstIndex { $0.name == "vibration" } ?? 0
        let shift = Int((model.cycleSeconds / 2 / spacing).rounded())
        var planGenerator = SeededGenerator(seed: seed, stream: Part.plan.rawValue)
        var plan = SensorAnomalyPlan(
            kinds: SensorAnomalyKind.allCases.filter { $0 != .contextual || (1...rows).contains(shift) }, rows: rows,
            rate: options.anomalyRate, columns: columns.count, vibration: vibration, using: &planGenerator
        ).anomalies
        var wear = Array(repeating: 0.0, count: rows)
        for anomaly in plan where anomaly.kind == .wear {
            for row in anomaly.rows {
                let share = Double(row - anomaly.rows.lowerBound + 1) / Double(anomaly.rows.count)
                wear[row] = anomaly.size * model.wearPerNoise * wearGrowth(share)
            }
        }
        var values = simulate(seed: seed, start: options.start, rows: 2 * rows) { $0 < rows ? 0 : wear[$0 - rows] }
        let clean = values
        for number in plan.indices {
            inject(&plan[number], clean, into: &values, offset: rows, shift: shift)
        }
        for column in values.indices {
            for row in values[column].indices { values[column][row] = Self.read(values[column][row]) }
        }
        var labels = Array(repeating: false, count: rows)
        for anomaly in plan { for row in anomaly.rows { labels[row] = true } }
        let events = plan.map { anomaly in
            GroundTruthEvent(
                path: "", kind: anomaly.kind.rawValue,
                severity: [.dropout, .stuck].contains(anomaly.kind) ? 1 : min(1, abs(anomaly.size) / 12),
                startSeconds: Double(anomaly.rows.lowerBound) * spacing,
                endSeconds: Double(anomaly.rows.upperBound - 1) * spacing, column: columns[anomaly.column].name,
                unit: name(index), startRow: anomaly.rows.lowerBound, endRow: anomaly.rows.upperBound - 1,
                size: anomaly.size == 0 ? nil : anomaly.size)
        }
        return (
            SensorSeries(
                unit: name(index), start: options.start, spacing: spacing, values: values.map { Array($0[..<rows]) },
                labels: Array(repeating: false, count: rows), events: [], remainingSeconds: []),
            SensorSeries(
                unit: name(index), start: options.start + Double(rows) * spacing, spacing: spacing,
                values: values.map { Array($0[rows...]) }, labels: labels, events: events, remainingSeconds: [])
        )
    }

    /// Writes an anomaly into the test rows, which begin at row `offset`. What the values decide (the column of a contextual
    /// anomaly and its size) is written into the anomaly.
    private func inject(
        _ anomaly: inout SensorAnomaly, _ clean: [[Double]], into values: inout [[Double]], offset: Int, shift: Int
    ) {
        let rows = anomaly.rows.lowerBound + offset..<anomaly.rows.upperBound + offset
        if anomaly.kind == .contextual {
            // The column that was drawn, or the next one that differs enough at this hour; else the one that does most.
            func distance(_ column: Int) -> Double {
                rows.reduce(0) { $0 + clean[column][$1 - shift] - clean[column][$1] }
                    / (Double(rows.count) * columns[column].noise)
            }
            let first = anomaly.column
            let candidates = columns.indices.map { (first + $0) % columns.count }
            let distances = candidates.map(distance)
            let chosen =
                distances.firstIndex { abs($0) >= 4 }
                ?? distances.indices.max { abs(distances[$0]) < abs(distances[$1]) } ?? 0
            anomaly.column = candidates[chosen]
            anomaly.size = distances[chosen]
        }
        let column = anomaly.column
        let size = anomaly.size * columns[column].noise
        for (position, row) in rows.enumerated() {
            let share = Double(position + 1) / Double(rows.count)
            switch anomaly.kind {
            case .spike, .drop, .levelShift: values[column][row] += size
            case .drift: values[column][row] += size * share
            case .dropout: values[column][row] = .nan
            case .stuck: values[column][row] = clean[column][rows.lowerBound - 1]
            case .contextual: values[column][row] = clean[column][row - shift]
            case .collective:
                values[column][row] += size * Double.sin(2 * Double.pi * Double(position) / anomaly.period)
            case .wear: break
            }
        }
    }

    /// The life of a machine: it wears from some moment on and breaks with the last row. For the test the rows end somewhere
    /// between the onset and the failure.
    private func life(of index: Int, isTest: Bool) -> SensorSeries {
        let number = isTest ? options.units + index : index
        let seed = unitSeed(number)
        var generator = SeededGenerator(seed: seed, stream: Part.plan.rawValue)
        let rows = max(50, Int(Double(options.rows) * generator.uniform(0.6...1)))
        let onset = Int(Double(rows) * generator.uniform(0.2...0.5))
        let seen = isTest ? onset + Int(Double(rows - onset) * generator.uniform(0.2...0.95)) : rows
        let values = simulate(seed: seed, start: options.start, rows: seen) { row in
            wearGrowth(Double(row - onset) / Double(rows - 1 - onset))
        }
        let spacing = options.spacingSeconds
        let event = GroundTruthEvent(
            path: "", kind: SensorAnomalyKind.wear.rawValue,
            severity: wearGrowth(Double(seen - 1 - onset) / Double(rows - 1 - onset)),
            startSeconds: Double(onset) * spacing, endSeconds: Double(seen - 1) * spacing, column: "vibration",
            unit: name(number), startRow: onset, endRow: seen - 1)
        return SensorSeries(
            unit: name(number), start: options.start, spacing: spacing,
            values: values.map { $0.map(Self.read) },
            labels: (0..<seen).map { $0 >= onset }, events: [event],
            remainingSeconds: (0..<seen).map { Double(rows - 1 - $0) * spacing })
    }

    /// A value as its sensor shows it.
    private static func read(_ value: Double) -> Double { (value / resolution).rounded() * resolution }
}

extension SeededGenerator {
    /// The seed of one part of a seeded whole.
    fileprivate static func part(_ seed: UInt64, _ part: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: seed, stream: part)
        return generator.next()
    }
}
