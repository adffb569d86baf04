import SignalCore

extension FeatureSet {
    /// Writes the features; every file appears whole or not at all.
    ///
    /// Arrays are 32-bit floating point of shape frames x columns in C order, times 64-bit floating point in seconds.
    /// In `.npz`, `meta` is JSON in a single text (`json.loads(str(file["meta"]))`); `numpy.load` needs no pickle.
    /// Tables begin with the column `time`. In safetensors the members of `meta` are texts of `__metadata__`: texts as
    /// they are, all else as JSON.
    ///
    /// - Parameters:
    ///   - base: the path without an extension; see ``FeatureFileFormat/paths(base:features:)`` for the files.
    /// - Returns: the paths of the files, in the order they were written.
    /// - Throws: `SignalError` with code `unavailable` and the path when a file cannot be written, `limitExceeded`
    ///   when the features do not fit in an archive.
    @discardableResult
    public func write(_ format: FeatureFileFormat, base: String) throws -> [String] {
        let paths = format.paths(base: base, features: features.map(\.schema.feature))
        switch format {
        case .npz:
            try writeArchive(to: paths[0])
        case .safetensors:
            try SafetensorsFile.write(tensors, metadata: texts, to: paths[0])
        case .npy:
            for (index, feature) in features.enumerated() {
                try feature.writeArray(to: paths[2 * index])
                try feature.writeTimes(to: paths[2 * index + 1])
            }
        case .csv:
            for (feature, path) in zip(features, paths) { try feature.writeTable(to: path) }
        }
        if let last = paths.last, paths.count > 1 {
            try AtomicFile.write(Array((JSONValue.object(meta).serialized + "\n").utf8), to: last)
        }
        return paths
    }

    private func writeArchive(to path: String) throws {
        var zip = StoredZip(try AtomicFile(path: path))
        do {
            for feature in features {
                try zip.append(
                    feature.schema.feature + ".npy", header: feature.header.bytes, values: feature.values)
            }
            for times in times {
                let header = NPYHeader(element: .float64, shape: [times.values.count])
                try zip.append(times.name + ".npy", header: header.bytes, values: times.values)
            }
            let scalars = Self.scalars(JSONValue.object(meta).serialized)
            let header = NPYHeader(element: .text(length: scalars.count), shape: [])
            try zip.append("meta.npy", header: header.bytes, values: SpooledArray(scalars))
            try zip.finish()
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    /// A text as NumPy keeps it, 32 bits a character. Nearly every one is ASCII, which needs no decoding.
    private static func scalars(_ text: String) -> [UInt32] {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return text.unicodeScalars.map(\.value) }
        return bytes.map { UInt32($0) }
    }

    private var tensors: [SafetensorsFile.Entry] {
        features.map { feature in
            SafetensorsFile.Entry(
                name: feature.schema.feature, type: .float32,
                shape: [feature.frameCount, feature.frames.columnCount]
            ) { file in
                try feature.values.forEachPiece { try file.append($0) }
            }
        }
            + times.map { times in
                SafetensorsFile.Entry(name: times.name, type: .float64, shape: [times.values.count]) { file in
                    try times.values.forEachPiece { try file.append($0) }
                }
            }
    }

    private var texts: [String: String] {
        var texts: [String: String] = [:]
        for member in meta {
            if case .text(let text) = member.value {
                texts[member.name] = text
            } else {
                texts[member.name] = member.value.serialized
            }
        }
        return texts
    }
}

extension FeatureSet.Feature {
    fileprivate var header: NPYHeader { NPYHeader(element: .float32, shape: [frameCount, frames.columnCount]) }

    fileprivate func writeArray(to path: String) throws {
        let file = try AtomicFile(path: path)
        try file.append(header.bytes)
        try values.forEachPiece { try file.append($0) }
        try file.finish()
    }

    fileprivate func writeTimes(to path: String) throws {
        let file = try AtomicFile(path: path)
        try file.append(NPYHeader(element: .float64, shape: [frameCount]).bytes)
        try times.forEachPiece { try file.append($0) }
        try file.finish()
    }

    fileprivate func writeTable(to path: String) throws {
        let file = try AtomicFile(path: path)
        try file.append(CSVText.row(["time"] + schema.columns.map(\.name)))
        try earlier?.forEachRun(columnCount: frames.columnCount) { try Self.appendRows($0, to: file) }
        try Self.appendRows(frames, to: file)
        try file.finish()
    }

    private static func appendRows(_ frames: FeatureFrames, to file: AtomicFile) throws {
        var row: [UInt8] = []
        let values = frames.values
        for (frame, time) in frames.times.enumerated() {
            row.removeAll(keepingCapacity: true)
            row.append(contentsOf: time.description.utf8)
            for index in frames.range(ofFrame: frame) {
                row.append(UInt8(ascii: ","))
                row.append(contentsOf: values[index].description.utf8)
            }
            row.append(UInt8(ascii: "\n"))
            try file.append(row)
        }
    }
}
