internal import RealModule

/// Finds the smoothing with the least squared error one frame ahead: the simplex search of Nelder and Mead (1965) from
/// three fixed starts, over logits, so that every parameter stays within its bounds.
struct SmoothingSearch {
    /// Runs of frames, each as long as ``length`` at least.
    let series: [[Double]]
    let period: Int
    /// The frames at the start of every run that the first state is made of.
    let length: Int
    let options: HoltWintersForecasterOptions

    /// The most frames of a run that are looked at, the last ones.
    private static let mostFrames = 20_000
    private static let mostSteps = 120

    private var freedoms: Int { 1 + (options.trend == .none ? 0 : 1) + (period > 1 ? 1 : 0) + (isDamped ? 1 : 0) }
    private var isDamped: Bool { options.trend == .damped }

    /// The smoothing of a point of the search.
    private func smoothing(_ point: [Double]) -> HoltWintersState.Smoothing {
        func share(_ value: Double) -> Double { 1 / (1 + Double.exp(-value)) }
        var rest = point[...]
        func next() -> Double { share(rest.removeFirst()) }
        let level = 1e-4 + 0.9998 * next()
        let trend = options.trend == .none ? 0 : 1e-4 + 0.9998 * next()
        let season = period > 1 ? 1e-4 + 0.9998 * next() : 0
        // Hyndman and Athanasopoulos: below 0.8 the trend is gone before it is seen, above 0.98 it is as good as a line.
        let damping = isDamped ? 0.8 + 0.18 * next() : 1
        return HoltWintersState.Smoothing(level: level, trend: trend, season: season, damping: damping)
    }

    /// The mean squared error one frame ahead of the frames after those that the state is begun with.
    func error(_ smoothing: HoltWintersState.Smoothing) -> Double {
        var (sum, count) = (0.0, 0)
        for run in series {
            let run = run.suffix(Self.mostFrames)
            let start = run.prefix(length)
            var state = HoltWintersState(
                before: start, period: period, kind: options.season, hasTrend: options.trend != .none,
                smoothing: smoothing)
            for value in start { _ = state.take(value) }
            for value in run.dropFirst(length) {
                let error = state.take(value)
                sum += error * error
                count += 1
            }
        }
        let mean = sum / Double(max(count, 1))
        return mean.isFinite ? mean : .greatestFiniteMagnitude
    }

    /// The best smoothing found.
    func best() -> HoltWintersState.Smoothing {
        let starts: [(Double, Double, Double, Double)] = [
            (0.5, 0.1, 0.1, 0.9), (0.1, 0.01, 0.05, 0.9), (0.9, 0.05, 0.3, 0.85),
        ]
        func logit(_ share: Double) -> Double { Double.log(share / (1 - share)) }
        var best: (error: Double, point: [Double])?
        for start in starts {
            var point = [logit(start.0)]
            if options.trend != .none { point.append(logit(start.1)) }
            if period > 1 { point.append(logit(start.2)) }
            if isDamped { point.append(logit((start.3 - 0.8) / 0.18)) }
            let found = descend(from: point)
            if best.map({ found.error < $0.error }) ?? true { best = found }
        }
        return smoothing(best?.point ?? Array(repeating: 0, count: freedoms))
    }

    private func descend(from start: [Double]) -> (error: Double, point: [Double]) {
        func rated(_ point: [Double]) -> (error: Double, point: [Double]) {
            // Held in, so that a share never becomes 0 or 1 by rounding.
            let point = point.map { max(-12, min(12, $0)) }
            return (error(smoothing(point)), point)
        }
        var simplex = [rated(start)]
        for index in start.indices {
            var point = start
            point[index] += 1
            simplex.append(rated(point))
        }
        for _ in 0..<Self.mostSteps {
            simplex.sort { $0.error < $1.error }
            let worst = simplex[simplex.count - 1]
            guard worst.error - simplex[0].error > 1e-7 * simplex[0].error else { break }
            let others = simplex.dropLast()
            let centre = start.indices.map { index in others.reduce(0) { $0 + $1.point[index] } / Double(others.count) }
            func along(_ factor: Double) -> (error: Double, point: [Double]) {
                rated(zip(centre, worst.point).map { $0 + factor * ($0 - $1) })
            }
            let reflected = along(1)
            if reflected.error < simplex[0].error {
                let expanded = along(2)
                simplex[simplex.count - 1] = expanded.error < reflected.error ? expanded : reflected
            } else if reflected.error < simplex[simplex.count - 2].error {
                simplex[simplex.count - 1] = reflected
            } else {
                let contracted = along(reflected.error < worst.error ? 0.5 : -0.5)
                if contracted.error < min(reflected.error, worst.error) {
                    simplex[simplex.count - 1] = contracted
                } else {
                    let best = simplex[0].point
                    for index in 1..<simplex.count {
                        simplex[index] = rated(zip(simplex[index].point, best).map { ($0 + $1) / 2 })
                    }
                }
            }
        }
        simplex.sort { $0.error < $1.error }
        return simplex[0]
    }
}
