/// An array whose beginning may lie on disk.
struct SpooledArray<Value: BitwiseCopyable & Sendable> {
    private let file: ScratchFile?
    private let places: [ScratchFile.Place]
    private let rest: [Value]

    init(file: ScratchFile?, places: [ScratchFile.Place], rest: [Value]) {
        self.file = file
        self.places = places
        self.rest = rest
    }

    /// An array that is all in memory.
    init(_ values: [Value]) {
        self.init(file: nil, places: [], rest: values)
    }

    var count: Int { places.reduce(rest.count) { $0 + $1.count } }

    /// Hands out the values in order, a piece at a time.
    func forEachPiece(_ body: ([Value]) throws -> Void) throws {
        if let file {
            for place in places { try body(try file.read(place, as: Value.self)) }
        }
        try body(rest)
    }
}
