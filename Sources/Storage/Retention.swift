/// How long entries and readings are kept.
public struct Retention: Sendable, Equatable {
    /// Entries older than so many seconds are removed.
    public var maximumAge: Int?
    /// Of each channel, at most so many of the newest entries (by time) are kept.
    public var maximumRows: Int?
    /// Of entries older than `age` seconds, the first of each `slice` seconds is kept.
    public var thinning: Thinning?

    /// Keeping one entry of each slice of time.
    public struct Thinning: Sendable, Equatable {
        /// Entries younger than so many seconds are left alone.
        public var age: Int
        /// The length of a slice in seconds.
        public var slice: Int

        /// Keeps one entry of each slice.
        public init(age: Int, slice: Int) {
            precondition(slice > 0)
            self.age = age
            self.slice = slice
        }
    }

    /// Keeps everything.
    public init() {}

    /// Whether everything is kept.
    public var keepsEverything: Bool { maximumAge == nil && maximumRows == nil && thinning == nil }
}
