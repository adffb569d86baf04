internal import RealModule

/// A complex number: the little arithmetic that placing poles and zeros needs.
struct ComplexNumber: Equatable {
    var real: Double
    var imaginary: Double

    init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    var magnitude: Double { .hypot(real, imaginary) }
    var conjugate: ComplexNumber { ComplexNumber(real, -imaginary) }

    /// The root with a real part that is not negative.
    var squareRoot: ComplexNumber {
        let root = ((magnitude + abs(real)) / 2).squareRoot()
        guard root > 0 else { return ComplexNumber(0) }
        let other = imaginary / (2 * root)
        guard real < 0 else { return ComplexNumber(root, other) }
        return imaginary < 0 ? ComplexNumber(-other, -root) : ComplexNumber(other, root)
    }

    static func + (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(left.real + right.real, left.imaginary + right.imaginary)
    }

    static func - (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(left.real - right.real, left.imaginary - right.imaginary)
    }

    static func * (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(
            left.real * right.real - left.imaginary * right.imaginary,
            left.real * right.imaginary + left.imaginary * right.real)
    }

    static func / (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        let scale = right.real * right.real + right.imaginary * right.imaginary
        let product = left * right.conjugate
        return ComplexNumber(product.real / scale, product.imaginary / scale)
    }
}
