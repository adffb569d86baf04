/// A picture of numbers with everything that belongs to it: what it is called, what it means, its numbers, and how
/// gnuplot draws it.
///
/// A figure is a plain value that holds exactly the numbers it draws, so that a report can be read back from its file
/// and drawn again without what it was computed from. Kinds of figures are listed in ``FigureCatalogue``.
public protocol Figure: Codable, Sendable, Equatable {
    /// The kind's name in files, such as `roc`; fixed once written.
    static var kind: String { get }
    /// The stem of the figure's files; made safe and unique by whoever writes files.
    var name: String { get set }
    /// What stands above the picture; may hold any characters.
    var title: String { get }
    /// What is to be seen and how to read it, in whole sentences; may hold any characters.
    var caption: String { get }
    /// The quantities on the axes, with their units.
    var axes: [Axis] { get }
    /// The numbers that are drawn, with their units.
    var numbers: NumberTable { get }

    /// What gnuplot is told.
    ///
    /// - Throws: `SignalError` with code `insufficientData` or `mismatch` when the numbers make no picture.
    func script() throws -> FigureScript
}

/// A quantity on an axis, with its unit.
public struct Axis: Codable, Sendable, Equatable {
    /// The quantity, such as `Temperature`; may hold any characters.
    public var quantity: String
    /// Its unit, such as `°C`, `share` or `count`; for a quantity without one, `no unit`.
    public var unit: String

    /// Makes an axis; an empty unit becomes `unit as given`, for what came from a table that names none.
    public init(_ quantity: String, unit: String) {
        self.quantity = quantity
        self.unit = unit.isEmpty ? "unit as given" : unit
    }

    /// Quantity and unit as they stand beside the axis.
    public var text: String {
        "\(GnuplotScript.shortened(quantity, to: 40)) (\(GnuplotScript.shortened(unit, to: 24)))"
    }
}
