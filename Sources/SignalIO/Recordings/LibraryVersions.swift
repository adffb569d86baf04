internal import CSndFile
internal import CSoxr

/// The versions of the C libraries that recordings and tables are read with.
public enum LibraryVersions {
    /// That of libsndfile, such as `libsndfile-1.2.0`.
    public static var sndfile: String { unsafe String(cString: sf_version_string()) }

    /// That of libsoxr, such as `libsoxr-0.1.3`.
    public static var soxr: String { unsafe String(cString: soxr_version()) }
}
