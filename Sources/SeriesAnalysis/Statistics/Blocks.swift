/// Means of consecutive values, for what would take too long on all of them.
enum Blocks {
    /// The mean of every block of `size` values and the mean of their places; NaN for a block without a value.
    static func means(_ values: [Double], size: Int) -> [(place: Double, value: Double)] {
        stride(from: 0, to: values.count, by: size).map { start in
            let block = start..<min(start + size, values.count)
            var (sum, places, count) = (0.0, 0.0, 0.0)
            for index in block where values[index].isFinite {
                sum += values[index]
                places += Double(index)
                count += 1
            }
            return count > 0 ? (places / count, sum / count) : (Double(start), .nan)
        }
    }
}
