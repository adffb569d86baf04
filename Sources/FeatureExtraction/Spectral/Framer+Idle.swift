extension Framer {
    /// Stands in for a framer while its owner, whom its frames are handed to, has lent it out.
    static var idle: Framer { Framer(frameLength: 1, hopLength: 1) }
}
