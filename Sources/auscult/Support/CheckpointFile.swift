import Foundation
import SignalCore
import SignalIO

/// Where the state of a long training is kept between runs.
struct CheckpointFile: Sendable {
    private static let entry = "checkpoint.training"

    let path: String

    /// The checkpoint of one training. A file of another training is refused, since going on from it would mix the two.
    ///
    /// - Parameter identity: what makes the training: algorithm, options, data, seed.
    func checkpoint(identity: String) -> FittingCheckpoint {
        let (path, digest) = (path, ContentDigest.hexadecimal(ContentDigest.of(identity)))
        return FittingCheckpoint(
            load: {
                guard FileManager.default.fileExists(atPath: path) else { return nil }
                var archive = try SafetensorsFile.read(path)
                guard archive.metadata.removeValue(forKey: Self.entry) == digest else {
                    throw SignalError(
                        .mismatch,
                        "is the checkpoint of another training (model, options, data or seed differ); delete it or name "
                            + "another"
                    ).at(path: path)
                }
                return archive
            },
            save: { archive in
                var archive = archive
                archive.metadata[Self.entry] = digest
                try SafetensorsFile.write(archive, to: path)
            })
    }
}
