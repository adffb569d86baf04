internal import COpenBLAS

/// Products of dense row-major matrices, by OpenBLAS.
///
/// All calls run on the calling thread alone: threads inside the library are slow on small matrices and make the last
/// bits depend on their number. Several threads may call at the same time.
public enum BLAS {
    /// The name of the processor family whose kernels the library picked, such as `Haswell` or `SkylakeX`. The last
    /// bits of results differ from one family to another.
    public static var coreType: String {
        useOneThread()
        return unsafe openblas_get_corename().map { unsafe String(cString: $0) } ?? "unknown"
    }

    /// The library's version and how it was built.
    public static var configuration: String {
        useOneThread()
        return unsafe openblas_get_config().map { unsafe String(cString: $0) } ?? "unknown"
    }

    private static let threadsAreLimited: Void = openblas_set_num_threads(1)

    /// Sets the number of threads on the first call; every entry point calls it.
    static func useOneThread() { threadsAreLimited }
}
