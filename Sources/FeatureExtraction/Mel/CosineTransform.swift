internal import RealModule

/// The orthonormal discrete cosine transform of type II, as `scipy.fft.dct(x, type=2, norm="ortho")`.
///
/// For the few tens of values of a mel spectrum the plain product with a matrix is as fast as a fast algorithm.
public struct CosineTransform: Sendable {
    /// The number of values that go in.
    public let inputCount: Int
    /// The number of coefficients that come out, the lowest ones.
    public let outputCount: Int
    /// Shape: ``outputCount`` x ``inputCount``.
    private let matrix: [Float]

    /// Makes the transform.
    ///
    /// - Precondition: `0 < outputCount <= inputCount`.
    public init(inputCount: Int, outputCount: Int) {
        precondition(outputCount > 0 && outputCount <= inputCount, "as many coefficients as values at most")
        self.inputCount = inputCount
        self.outputCount = outputCount
        matrix = (0..<outputCount).flatMap { order in
            let scale = (Double(order == 0 ? 1 : 2) / Double(inputCount)).squareRoot()
            return (0..<inputCount).map { index in
                Float(scale * .cos(.pi * Double(order) * (Double(index) + 0.5) / Double(inputCount)))
            }
        }
    }

    /// Writes the coefficients of `input`.
    ///
    /// - Precondition: the counts are those of the transform.
    public func apply(_ input: Span<Float>, into output: inout MutableSpan<Float>) {
        precondition(input.count == inputCount && output.count == outputCount, "counts as planned")
        for order in 0..<outputCount {
            // In double precision: the values of a log spectrum nearly cancel in the higher coefficients.
            var sum = 0.0
            for index in 0..<inputCount {
                sum += Double(input[index]) * Double(matrix[order * inputCount + index])
            }
            output[order] = Float(sum)
        }
    }
}
