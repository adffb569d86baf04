/// A graph of ONNX operators while it is being built: nodes in the order of their computation, constants, inputs and
/// outputs. Field numbers are those of `onnx.proto3` (https://onnx.ai/onnx/repo-docs/IR.html).
struct OnnxGraph {
    /// An attribute of a node.
    enum Attribute {
        case integer(Int)
        case integers([Int])
    }

    /// A dimension of an input or output.
    enum Dimension {
        case fixed(Int)
        case named(String)
    }

    private let name: String
    private var nodes: [[UInt8]] = []
    private var constants: [[UInt8]] = []
    private var constantNames: Set<String> = []
    private var inputs: [[UInt8]] = []
    private var outputs: [[UInt8]] = []

    init(name: String) {
        self.name = name
    }

    /// The version of the operators: the first with the present form of the LSTM; what is used here has the same
    /// meaning in all versions up to 17.
    static let operatorVersion = 14
    /// The version of the file format that came with it.
    static let formatVersion = 7

    /// Appends a node with one result and returns the result's name.
    ///
    /// - Parameters:
    ///   - inputs: names of values; an empty one stands for an input that is left out.
    ///   - results: the names of all results where there are several, of which the last one is returned; an empty one is
    ///     left out.
    mutating func append(
        _ operation: String, _ inputs: [String], attributes: [(name: String, value: Attribute)] = [],
        results: [String]? = nil, named: String? = nil
    ) -> String {
        let results = results ?? [named ?? "\(operation.lowercased()).\(nodes.count)"]
        var node = ProtobufWriter()
        for input in inputs { node.field(1, input) }
        for result in results { node.field(2, result) }
        node.field(3, "node.\(nodes.count)")
        node.field(4, operation)
        for (name, value) in attributes {
            node.field(5) { attribute in
                attribute.field(1, name)
                switch value {
                case .integer(let value):
                    attribute.field(3, value)
                    attribute.field(20, 2)
                case .integers(let values):
                    attribute.field(8, values)
                    attribute.field(20, 7)
                }
            }
        }
        nodes.append(node.bytes)
        return results.last ?? ""
    }

    /// Adds a constant of 32-bit numbers and returns its name; one that is there already is kept.
    mutating func constant(_ name: String, _ values: [Float], shape: [Int]) -> String {
        var content: [UInt8] = []
        content.reserveCapacity(values.count * 4)
        for value in values {
            let bits = value.bitPattern
            for shift in [0, 8, 16, 24] as [UInt32] { content.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        return constant(name, type: 1, content: content, shape: shape)
    }

    /// Adds a constant list of whole numbers, such as a shape, and returns its name.
    mutating func constant(_ values: [Int]) -> String {
        var content: [UInt8] = []
        for value in values {
            for shift in stride(from: 0, to: 64, by: 8) { content.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }
        let name = "integers." + values.map(String.init).joined(separator: ".")
        return constant(name, type: 7, content: content, shape: [values.count])
    }

    private mutating func constant(_ name: String, type: Int, content: [UInt8], shape: [Int]) -> String {
        guard constantNames.insert(name).inserted else { return name }
        var tensor = ProtobufWriter()
        tensor.field(1, shape)
        tensor.field(2, type)
        tensor.field(8, name)
        tensor.field(9, content)
        constants.append(tensor.bytes)
        return name
    }

    /// Declares an input of 32-bit numbers and returns its name.
    mutating func input(_ name: String, _ shape: [Dimension]) -> String {
        inputs.append(Self.value(name, shape))
        return name
    }

    /// Declares a value as an output of 32-bit numbers.
    mutating func output(_ name: String, _ shape: [Dimension]) {
        outputs.append(Self.value(name, shape))
    }

    private static func value(_ name: String, _ shape: [Dimension]) -> [UInt8] {
        var value = ProtobufWriter()
        value.field(1, name)
        value.field(2) { type in
            type.field(1) { tensor in
                tensor.field(1, 1)
                tensor.field(2) { dimensions in
                    for dimension in shape {
                        dimensions.field(1) { field in
                            switch dimension {
                            case .fixed(let length): field.field(1, length)
                            case .named(let name): field.field(2, name)
                            }
                        }
                    }
                }
            }
        }
        return value.bytes
    }

    /// The whole file.
    func model() -> OnnxModel {
        var model = ProtobufWriter()
        model.field(1, Self.formatVersion)
        model.field(2, "auscult")
        model.field(7) { graph in
            for node in nodes { graph.field(1, node) }
            graph.field(2, name)
            for constant in constants { graph.field(5, constant) }
            for input in inputs { graph.field(11, input) }
            for output in outputs { graph.field(12, output) }
        }
        model.field(8) { operators in
            operators.field(1, "")
            operators.field(2, Self.operatorVersion)
        }
        return OnnxModel(bytes: model.bytes)
    }
}
