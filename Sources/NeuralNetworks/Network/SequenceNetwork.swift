public import SignalCore

/// A neural network over sequences: a list of layers and their weights. A value; its result for a window is the same to
/// the bit in whatever company the window is computed, and on any number of threads.
///
/// Weights are 32-bit, named and shaped as in PyTorch, so that a file of them can be loaded there: layer `encoder.0` of
/// 64 units over 4 columns has `encoder.0.weight_ih_l0` of shape 256 x 4, and so on (see ``NetworkLayer/Operation``).
///
/// The arithmetic is 32-bit. Every number is one sum in a fixed order. It is the same on processors with AVX2 and with
/// AVX-512; on others, which cannot fuse a product with its sum, the last bits differ.
public struct SequenceNetwork: Sendable {
    /// The number of columns of the input.
    public let inputColumns: Int
    /// The layers, the first one first.
    public let layers: [NetworkLayer]
    /// All weights, tensor after tensor in the order of the layers.
    let parameters: [Float]
    let layout: NetworkLayout
    let kernels: LaneKernels
    /// The weights as the kernels read them.
    let packed: LaneBuffer

    /// The number of columns of the output.
    public var outputColumns: Int { layout.outputColumns }
    /// The number of weights.
    public var parameterCount: Int { layout.parameterCount }

    init(inputColumns: Int, layers: [NetworkLayer], layout: NetworkLayout, parameters: [Float], kernels: LaneKernels) {
        self.inputColumns = inputColumns
        self.layers = layers
        self.layout = layout
        self.parameters = parameters
        self.kernels = kernels
        packed = layout.packedForward(parameters, kernels: kernels)
    }

    /// Makes a network of given weights.
    ///
    /// - Parameter tensors: at least the network's own; others are left alone.
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen or not finite, or the layer that does not
    ///   fit.
    public init(inputColumns: Int, layers: [NetworkLayer], tensors: [String: Tensor]) throws {
        let layout = try NetworkLayout(inputColumns: inputColumns, layers: layers)
        let archive = ModelArchive(tensors: tensors)
        var parameters: [Float] = []
        parameters.reserveCapacity(layout.parameterCount)
        for parameter in layout.parameters {
            parameters += try archive.float32(parameter.name, shape: parameter.shape)
        }
        self.init(
            inputColumns: inputColumns, layers: layers, layout: layout, parameters: parameters, kernels: .best)
    }

    /// The weights by name.
    public var tensors: [String: Tensor] { layout.tensors(of: parameters) }

    /// The steps and columns of the output, for an input of `steps`.
    ///
    /// - Throws: `SignalError` with code `invalidOption` where a sequence meets a layer that repeats one vector.
    public func outputShape(inputSteps: Int) throws -> (steps: Int, columns: Int) {
        (try layout.stepCounts(inputSteps: inputSteps).last ?? inputSteps, outputColumns)
    }

    /// The same network with other weights.
    func withParameters(_ values: [Float]) -> SequenceNetwork {
        SequenceNetwork(
            inputColumns: inputColumns, layers: layers, layout: layout, parameters: values, kernels: kernels)
    }

    /// The same network, computed with other instructions.
    func using(_ kernels: LaneKernels) -> SequenceNetwork {
        SequenceNetwork(
            inputColumns: inputColumns, layers: layers, layout: layout, parameters: parameters, kernels: kernels)
    }
}

extension SequenceNetwork: Equatable {
    /// Whether layers and weights are the same.
    public static func == (left: SequenceNetwork, right: SequenceNetwork) -> Bool {
        left.inputColumns == right.inputColumns && left.layers == right.layers && left.parameters == right.parameters
    }
}

extension NetworkLayout {
    /// A run of one value a parameter as tensors by name.
    func tensors(of values: [Float]) -> [String: Tensor] {
        Dictionary(
            uniqueKeysWithValues: parameters.map {
                ($0.name, Tensor(shape: $0.shape, .float32(Array(values[$0.range]))))
            })
    }

    /// The number of steps of the windows, for a network of so many input columns.
    func inputSteps(_ windows: SequenceWindows) throws -> Int {
        guard windows.valueCount.isMultiple(of: inputColumns) else {
            throw SignalError(
                .mismatch,
                "a window has \(windows.length) x \(windows.columnCount) values, which are no whole steps of the network's \(inputColumns) columns"
            )
        }
        return windows.valueCount / inputColumns
    }
}
