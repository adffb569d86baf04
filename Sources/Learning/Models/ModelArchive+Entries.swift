internal import SignalCore

extension ModelArchive {
    /// Writes the algorithm's name and its options, one text each (`option.contextFrames`).
    mutating func store(algorithm: String, options: some AlgorithmOptions) throws {
        metadata["algorithm"] = algorithm
        for (name, value) in try options.values().entries { metadata["option.\(name)"] = value.description }
    }

    /// Reads the options that ``store(algorithm:options:)`` wrote.
    ///
    /// - Throws: `SignalError` with code `malformed` when one is missing, unknown or out of range.
    func options<Options: AlgorithmOptions>(_ type: Options.Type) throws -> Options {
        let prefix = "option."
        let assignments = metadata.keys.sorted().filter { $0.hasPrefix(prefix) }.map { key in
            (name: String(key.dropFirst(prefix.count)), text: metadata[key] ?? "")
        }
        let missing = try Options().values().names.first { metadata[prefix + $0] == nil }
        if let missing {
            throw SignalError(.malformed, "the model file lacks its metadata entry '\(prefix)\(missing)'")
        }
        do {
            return try Options().setting(assignments)
        } catch let error as SignalError {
            throw SignalError(.malformed, "the options of the model file cannot be used: \(error.message)")
        }
    }

    /// The values of a 64-bit tensor, as ``float64(_:shape:)``; one outside the range is refused.
    func float64(_ name: String, shape: [Int?], within range: ClosedRange<Double>) throws -> [Double] {
        let values = try float64(name, shape: shape)
        try require(name, values, within: range)
        return values
    }

    /// The values of a 32-bit tensor, as ``float32(_:shape:)``; one outside the range is refused.
    func float32(_ name: String, shape: [Int?], within range: ClosedRange<Float>) throws -> [Float] {
        let values = try float32(name, shape: shape)
        try require(name, values, within: range)
        return values
    }

    /// Refuses a tensor with a value outside a range.
    func require<Value: Comparable>(_ tensor: String, _ values: [Value], within range: ClosedRange<Value>) throws {
        if let value = values.first(where: { !range.contains($0) }) {
            throw SignalError(.malformed, "\(value) is outside \(range.lowerBound) to \(range.upperBound)").at(
                tensor: tensor)
        }
    }

    /// Refuses a file of another algorithm.
    func requireAlgorithm(_ name: String) throws {
        let found = try text("algorithm")
        guard found == name else {
            throw SignalError(
                .mismatch, "the model file is of algorithm '\(found.escapingControlCharacters)', not '\(name)'")
        }
    }

    /// A finite number of the metadata.
    func number(_ name: String) throws -> Double {
        let text = try text(name)
        guard let value = Double(text), value.isFinite else { throw unusable(name, text, "a number") }
        return value
    }

    /// A finite number in single precision.
    func float(_ name: String) throws -> Float {
        let text = try text(name)
        guard let value = Float(text), value.isFinite else { throw unusable(name, text, "a number") }
        return value
    }

    /// What `parse` makes of an entry; its complaint becomes one about the file.
    func reading<Value>(_ name: String, _ parse: (String) throws -> Value) throws -> Value {
        do {
            return try parse(try text(name))
        } catch let error as SignalError where error.code == .invalidOption {
            throw SignalError(
                .malformed, "the metadata entry '\(name)' of the model file cannot be used: \(error.message)")
        }
    }

    /// A whole number, not negative, of the metadata.
    func count(_ name: String) throws -> Int {
        let text = try text(name)
        guard let value = Int(text), value >= 0 else { throw unusable(name, text, "a whole number from 0") }
        return value
    }

    /// Several texts of the metadata, one a line.
    func lines(_ name: String) throws -> [String] {
        let text = try text(name)
        return text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The error for an entry that does not hold what it should.
    func unusable(_ name: String, _ text: String, _ expected: String) -> SignalError {
        SignalError(
            .malformed,
            "the metadata entry '\(name)' of the model file is '\(text.prefix(60).description.escapingControlCharacters)'; "
                + "expected \(expected)")
    }
}
