import ArgumentParser
import SignalCore

/// A broker that readings are published to.
struct PublishFlags: ParsableArguments {
    /// The sink, where a broker was named.
    func sink(console: Console) throws -> (any Sink)? { nil }
}
