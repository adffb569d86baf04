/// The vector kernels that networks run on, for reports.
public enum NetworkKernels {
    /// The vector instructions in use: `plain`, `avx2` or `avx512`, chosen when the program was loaded.
    public static var instructionSet: String { LaneKernels.best.name }

    /// All that this processor can run, the plain ones first.
    public static var available: [String] { LaneKernels.available.map(\.name) }
}
