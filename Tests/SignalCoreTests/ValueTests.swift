import SignalCore
import Testing

@Suite("Frames and training data")
struct FrameTests {
    @Test("rows are appended and emptied, and keep their shape")
    func append() {
        var frames = FeatureFrames(columnCount: 2)
        frames.append(time: 0) { row in
            row[0] = 1
            row[1] = 2
        }
        frames.append(time: 0.5, row: [3, 4])
        #expect(frames.values == [1, 2, 3, 4])
        #expect(frames.range(ofFrame: 1) == 2..<4)
        frames.removeAll()
        #expect(frames.isEmpty && frames.values.isEmpty)
    }

    @Test("some segments of training data keep their frames together")
    func selection() {
        let frames = FeatureFrames(columnCount: 1, times: [0, 1, 0, 1, 2], values: [1, 2, 3, 4, 5])
        let schema = FeatureSchema(feature: "test", columns: [FeatureColumn("a")])
        let data = TrainingData(schema: schema, frames: frames, segments: [0..<2, 2..<5])
        let second = data.selecting([1])
        #expect(second.frames.values == [3, 4, 5])
        #expect(second.segments == [0..<3])
        #expect(data.selecting([1, 0]).frames.values == [3, 4, 5, 1, 2])
    }
}

@Suite("Model archives")
struct ModelArchiveTests {
    let archive = ModelArchive(
        tensors: [
            "a": Tensor(shape: [2, 1], .float32([1, 2])), "b": Tensor(shape: [1], .float64([.nan])),
        ], metadata: ["name": "pca"])

    @Test("a tensor of the expected type and shape is read, any length where none is given")
    func reading() throws {
        #expect(try archive.float32("a", shape: [nil, 1]) == [1, 2])
        #expect(try archive.text("name") == "pca")
    }

    @Test("a missing tensor, another shape or type, and a value that is not finite are refused by name")
    func refusals() {
        for (name, shape) in [("c", [2]), ("a", [2]), ("a", [2, 2])] {
            let error = #expect(throws: SignalError.self) { try archive.float32(name, shape: shape) }
            #expect(error?.place.tensor == name)
        }
        #expect(throws: SignalError.self) { try archive.float64("a", shape: [2, 1]) }
        #expect(throws: SignalError.self) { try archive.float64("b", shape: [1]) }
        #expect(throws: SignalError.self) { try archive.text("version") }
    }
}
