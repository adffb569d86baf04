/// One input of a data set: a file, and what its place or an index says about it.
public struct DatasetItem: Sendable, Equatable {
    /// What a recording is known to be.
    public enum Label: String, Sendable, CaseIterable {
        /// The machine worked as it should.
        case normal
        /// The machine had a fault.
        case abnormal
    }

    /// What a recording is meant for.
    public enum Split: String, Sendable, CaseIterable {
        /// To learn from.
        case train
        /// To be judged by.
        case test
    }

    /// Where a recording of DCASE 2021 and later comes from.
    public enum Domain: String, Sendable, CaseIterable {
        /// The conditions that most training data come from.
        case source
        /// Conditions of which there are few training data or none.
        case target
    }

    /// The path as it was given or walked to.
    public var path: String
    /// The kind of machine, such as `fan`.
    public var machine: String?
    /// The machine among those of its kind, such as `id_00` or `section_00`.
    public var id: String?
    /// What the recording is known to be.
    public var label: Label?
    /// What the recording is meant for.
    public var split: Split?
    /// The domain, in data sets that have two.
    public var domain: Domain?
    /// When the recording was made, `2004-02-12T10:42:39` without a time zone, where the name says it.
    public var time: String?

    /// Makes an item.
    public init(
        path: String, machine: String? = nil, id: String? = nil, label: Label? = nil, split: Split? = nil,
        domain: Domain? = nil, time: String? = nil
    ) {
        self.path = path
        self.machine = machine
        self.id = id
        self.label = label
        self.split = split
        self.domain = domain
        self.time = time
    }
}
