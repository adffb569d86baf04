import SignalCore

/// A format of feature files.
public enum FeatureFileFormat: String, Sendable, CaseIterable {
    /// One NumPy archive for all features: an array each, `times` and `meta`.
    case npz
    /// A NumPy array each, with one of its times and a JSON file beside.
    case npy
    /// A table each, with a JSON file beside.
    case csv
    /// One safetensors file for all features.
    case safetensors

    /// The files that the features of one input make, in the order they are written.
    ///
    /// - Parameters:
    ///   - base: the path without an extension, such as `features/fan/id_00/normal/00000000`.
    ///   - features: the features' names.
    public func paths(base: String, features: [String]) -> [String] {
        switch self {
        case .npz, .safetensors: ["\(base).\(rawValue)"]
        case .npy: features.flatMap { ["\(base).\($0).npy", "\(base).\($0).times.npy"] } + ["\(base).json"]
        case .csv: features.map { "\(base).\($0).csv" } + ["\(base).json"]
        }
    }
}
