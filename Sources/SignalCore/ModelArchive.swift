/// A named array of numbers in a model file. Shape and values, row-major.
public struct Tensor: Sendable, Equatable {
    /// The values, by type.
    public enum Elements: Sendable, Equatable {
        /// 32-bit floating point (safetensors `F32`).
        case float32([Float])
        /// 64-bit floating point (safetensors `F64`).
        case float64([Double])
        /// 64-bit signed integers (safetensors `I64`).
        case int64([Int64])

        /// The number of values.
        public var count: Int {
            switch self {
            case .float32(let values): values.count
            case .float64(let values): values.count
            case .int64(let values): values.count
            }
        }
    }

    /// The length of every dimension, outermost first; empty for a single number.
    public let shape: [Int]
    /// The values, row-major.
    public let elements: Elements

    /// Makes a tensor.
    ///
    /// - Precondition: the product of `shape` is the number of elements.
    public init(shape: [Int], _ elements: Elements) {
        precondition(shape.reduce(1, *) == elements.count, "a tensor has as many elements as its shape says")
        self.shape = shape
        self.elements = elements
    }
}

/// A model as named tensors and texts, in memory: what a model file holds.
public struct ModelArchive: Sendable, Equatable {
    /// The tensors by name.
    public var tensors: [String: Tensor]
    /// Texts by name: algorithm, options, schema, threshold, provenance.
    public var metadata: [String: String]

    /// Makes an archive.
    public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The values of a 32-bit tensor of a known shape.
    ///
    /// - Parameter shape: the expected shape; `nil` for a dimension of any length.
    /// - Throws: ``SignalError`` naming the tensor when it is missing, of another type or shape, or not finite.
    public func float32(_ name: String, shape: [Int?]) throws -> [Float] {
        guard case .float32(let values) = try tensor(name, shape: shape).elements else { throw wrongType(name, "F32") }
        guard values.allSatisfy(\.isFinite) else { throw notFinite(name) }
        return values
    }

    /// The values of a 64-bit tensor of a known shape; as ``float32(_:shape:)``.
    public func float64(_ name: String, shape: [Int?]) throws -> [Double] {
        guard case .float64(let values) = try tensor(name, shape: shape).elements else { throw wrongType(name, "F64") }
        guard values.allSatisfy(\.isFinite) else { throw notFinite(name) }
        return values
    }

    /// The values of an integer tensor of a known shape; as ``float32(_:shape:)``.
    public func int64(_ name: String, shape: [Int?]) throws -> [Int64] {
        guard case .int64(let values) = try tensor(name, shape: shape).elements else { throw wrongType(name, "I64") }
        return values
    }

    /// One text of the metadata.
    ///
    /// - Throws: ``SignalError`` with code `malformed` when it is missing.
    public func text(_ name: String) throws -> String {
        guard let text = metadata[name] else {
            throw SignalError(.malformed, "the model file lacks its metadata entry '\(name)'")
        }
        return text
    }

    private func tensor(_ name: String, shape: [Int?]) throws -> Tensor {
        guard let tensor = tensors[name] else {
            throw SignalError(.malformed, "the model file lacks this tensor").at(tensor: name)
        }
        let fits =
            tensor.shape.count == shape.count && zip(tensor.shape, shape).allSatisfy { $1 == nil || $0 == $1 }
        guard fits else {
            let expected = shape.map { $0.map(String.init) ?? "any" }.joined(separator: " x ")
            let found = tensor.shape.map(String.init).joined(separator: " x ")
            throw SignalError(.malformed, "shape \(found), expected \(expected)").at(tensor: name)
        }
        return tensor
    }

    private func wrongType(_ name: String, _ expected: String) -> SignalError {
        SignalError(.malformed, "the values are not of type \(expected)").at(tensor: name)
    }

    private func notFinite(_ name: String) -> SignalError {
        SignalError(.malformed, "a value is not finite").at(tensor: name)
    }
}
