internal import NeuralNetworks
internal import SignalCore

extension ReconstructionModel {
    /// Reads the tensors of the scaler, the network and the residuals.
    ///
    /// - Parameters:
    ///   - inputColumns: the columns of one time step of the network, for a number of columns of the frames.
    ///   - layers: the layers, for a number of columns of the frames.
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen, not finite or out of range.
    init(
        archive: ModelArchive, windowLength: Int, rule: ReconstructionScore, options: NetworkTrainingOptions,
        inputColumns: (Int) -> Int, layers: (Int) -> [NetworkLayer]
    ) throws {
        let input = try NetworkInput(archive: archive, options: options)
        let columns = input.columnCount
        let residualScale = try archive.float32("residual_scale", shape: [columns])
        guard residualScale.allSatisfy({ (1e-30...4e30).contains($0) }) else {
            throw SignalError(.malformed, "a value is outside 1e-30 to 4e30").at(tensor: "residual_scale")
        }
        let usual = try archive.float64("contribution_mean", shape: [columns], within: 1e-30...4e30)
        let network = try SequenceNetwork(
            inputColumns: inputColumns(columns), layers: layers(columns), tensors: archive.tensors)
        self.init(
            input: input, network: network, windowLength: windowLength, rule: rule, residualScale: residualScale,
            usual: usual)
    }

    /// Writes the tensors: those of the network under PyTorch's names, `mean` and `scale`, `residual_scale` and
    /// `contribution_mean`.
    func archived(algorithm: String, options: some AlgorithmOptions) throws -> ModelArchive {
        var archive = ModelArchive(tensors: network.tensors)
        input.scaler.store(in: &archive)
        archive.tensors["residual_scale"] = Tensor(shape: [residualScale.count], .float32(residualScale))
        archive.tensors["contribution_mean"] = Tensor(shape: [usual.count], .float64(usual))
        try archive.store(algorithm: algorithm, options: options)
        return archive
    }
}
