/// How far a fit has come.
public struct FittingProgress: Sendable, Equatable {
    /// What is being done, in words, such as `epoch 3` or `fold 2 of 5`.
    public var step: String
    /// The steps that are done.
    public var completed: Int
    /// The steps in all.
    public var total: Int
    /// The loss on the training data, where the algorithm has one.
    public var loss: Double?
    /// The loss on the validation data, where there is one.
    public var validationLoss: Double?

    /// Makes a report of progress.
    public init(step: String, completed: Int, total: Int, loss: Double? = nil, validationLoss: Double? = nil) {
        self.step = step
        self.completed = completed
        self.total = total
        self.loss = loss
        self.validationLoss = validationLoss
    }
}

/// What a fit shall do after it has reported its progress.
public enum FittingDecision: Sendable {
    /// Go on.
    case proceed
    /// End cleanly with the best model so far.
    case stop
}

/// Where a long fit leaves its state now and then, and finds it again.
public struct FittingCheckpoint: Sendable {
    /// The state that was saved last, or `nil` to begin anew.
    public var load: @Sendable () throws -> ModelArchive?
    /// Saves a state in place of the one before.
    public var save: @Sendable (ModelArchive) throws -> Void

    /// Makes a checkpoint of its two actions.
    public init(
        load: @escaping @Sendable () throws -> ModelArchive?, save: @escaping @Sendable (ModelArchive) throws -> Void
    ) {
        self.load = load
        self.save = save
    }
}

/// What a fit is given beside data and options. Nothing of it but ``seed`` and ``validation`` changes the model, unless
/// ``report`` stops it early.
public struct FittingContext: Sendable {
    /// The seed of everything random.
    public var seed: UInt64
    /// How many threads may work at once; the model is the same to the bit for any number.
    public var jobs: Int
    /// Normal data to watch an iterative fit on (early stopping), never to fit; an algorithm that needs some and is
    /// given none splits it off the end of its training data.
    public var validation: TrainingData?
    /// Takes reports of progress, from the calling thread. Throwing abandons the fit.
    public var report: @Sendable (FittingProgress) throws -> FittingDecision
    /// Where an iterative fit saves its state, and from where it resumes.
    public var checkpoint: FittingCheckpoint?
    /// Takes the losses of an iterative fit that has ended, those before it was resumed included; `nil` when nobody
    /// wants them.
    public var record: (@Sendable (TrainingHistory) -> Void)?

    /// Makes a context.
    public init(
        seed: UInt64 = 42, jobs: Int = 1, validation: TrainingData? = nil, checkpoint: FittingCheckpoint? = nil,
        report: @escaping @Sendable (FittingProgress) throws -> FittingDecision = { _ in .proceed },
        record: (@Sendable (TrainingHistory) -> Void)? = nil
    ) {
        self.seed = seed
        self.jobs = jobs
        self.validation = validation
        self.checkpoint = checkpoint
        self.record = record
        self.report = report
    }
}
