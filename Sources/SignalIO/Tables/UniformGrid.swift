/// Puts rows with times on an even grid, by straight lines between neighbouring rows.
///
/// Grid point `k` is at the first row's time plus `k` spacings; the last is at or before the last row.
struct UniformGrid {
    /// The distance of grid points, in nanoseconds.
    let spacing: Double
    private var firstTime: Int64?
    private var next = 0
    private var previous: [Float] = []
    private var current: [Float] = []
    private var previousTime = 0.0
    private var currentTime = 0.0

    init(spacing: Double) { self.spacing = spacing }

    /// Takes the next row; ``appendPoint(to:)`` then gives the grid points up to it.
    mutating func take(time: Int64, values: [Float]) {
        let first = firstTime ?? time
        firstTime = first
        swap(&previous, &current)
        previousTime = currentTime
        current.removeAll(keepingCapacity: true)
        current.append(contentsOf: values)
        currentTime = Double(time - first)
        if previous.isEmpty { previous = current }
    }

    /// Appends the next grid point that lies at or before the row taken last; `false` when a further row is needed.
    mutating func appendPoint(to values: inout [Float]) -> Bool {
        let time = Double(next) * spacing
        // A thousandth of a spacing is rounding of the spacing, not time.
        guard !current.isEmpty, time <= currentTime + spacing * 1e-3 else { return false }
        let length = currentTime - previousTime
        let part = length > 0 ? Float(max(0, min(1, (time - previousTime) / length))) : 1
        for (start, end) in zip(previous, current) { values.append(start + (end - start) * part) }
        next += 1
        return true
    }
}
