import Foundation
import SignalCore
import TestSupport
import Testing

@testable import NeuralNetworks

/// What the processor can run, the plain variant first.
struct KernelTests {
    static let names = LaneKernels.available.map(\.name)

    private static func kernels(_ name: String) throws -> LaneKernels {
        try #require(LaneKernels.available.first { $0.name == name })
    }

    /// The distance in units of the last place of the exact result.
    private static func unitsOff(_ value: Float, _ exact: Double) -> Double {
        abs(Double(value) - exact) / Double(max(Float(exact).magnitude.ulp, .leastNormalMagnitude))
    }

    @Test func `the best variant is the last one that the processor can run`() {
        #expect(Self.names.first == "plain")
        #expect(LaneKernels.best.name == Self.names.last)
    }

    @Test(arguments: KernelTests.names)
    func `tanh and sigmoid are within seven and four units in the last place`(name: String) throws {
        let kernels = try Self.kernels(name)
        let values: [Float] =
            (-50_000...50_000).map { Float($0) * 4e-4 } + [1e-30, -1e-30, 1e-10, 50, -50, 1e30, -1e30]
        var tangents = values
        kernels.apply(.tanh, to: &tangents)
        var largest = 0.0
        for (x, y) in zip(values, tangents) { largest = max(largest, Self.unitsOff(y, tanh(Double(x)))) }
        #expect(largest < 7)
        #expect(tangents.allSatisfy { abs($0) <= 1 })
        var sigmoids = values
        kernels.apply(.sigmoid, to: &sigmoids)
        largest = 0
        for (x, y) in zip(values, sigmoids) where x > -87 {
            largest = max(largest, Self.unitsOff(y, 1 / (1 + exp(-Double(x)))))
        }
        #expect(largest < 4)
    }

    @Test(arguments: KernelTests.names)
    func `what is not a number stays so`(name: String) throws {
        let kernels = try Self.kernels(name)
        for function in Activation.allCases {
            var values: [Float] = [.nan, -.nan, 1]
            kernels.apply(function, to: &values)
            #expect(values[0].isNaN && values[1].isNaN && values[2].isFinite)
        }
    }

    @Test func `variants agree, and those that fuse to the bit`() throws {
        let windows = try Sequences.windows(37)
        let examples = TrainingExamples(reconstructing: windows)
        let base = try SequenceNetwork(inputColumns: 3, layers: NetworkTests.mixed, seed: 21)
        let masks = (0..<9 * 100).map { UInt16(truncatingIfNeeded: $0 &* 40_503) }
        func results(_ kernels: LaneKernels) throws -> (outputs: [Float], gradient: [Float]) {
            let network = base.using(kernels)
            let count = 6 * 3
            let gradient = try network.gradient(
                of: examples, loss: .meanSquaredError, masks: Array(masks.prefix(count)))
            return (
                try network.outputs(of: windows),
                gradient.tensors.sorted { $0.key < $1.key }.flatMap(\.value.floats)
            )
        }
        let plain = try results(Self.kernels("plain"))
        var fused: (outputs: [Float], gradient: [Float])?
        for kernels in LaneKernels.available.dropFirst() {
            let result = try results(kernels)
            #expect(Closeness.relativeToPeak(result.outputs, plain.outputs.map(Double.init)) < 3e-6)
            #expect(Closeness.relativeToPeak(result.gradient, plain.gradient.map(Double.init)) < 1e-5)
            if let fused { #expect(fused == result, "\(kernels.name)") }
            fused = result
        }
    }

    @Test(arguments: KernelTests.names)
    func `dropout keeps its share, differently in every lane`(name: String) throws {
        let kernels = try Self.kernels(name)
        let masks = kernels.drawMasks(seed: 77, threshold: 13_107, count: 20_001)
        var lanes: Set<[Bool]> = []
        for lane in 0..<16 {
            let kept = masks.map { $0 >> UInt16(lane) & 1 == 1 }
            let share = Double(kept.count { $0 }) / Double(kept.count)
            #expect(abs(share - 0.8) < 0.012)
            lanes.insert(Array(kept.prefix(64)))
        }
        #expect(lanes.count == 16)
        #expect(kernels.drawMasks(seed: 78, threshold: 13_107, count: 20_001) != masks)
    }
}
