internal import Foundation
public import Messaging
internal import SignalCore

/// A topic of a broker on which events are published as JSON, at least once each.
public final class BrokerAlarmTarget: AlarmTarget {
    private static let patience = 20.0
    private let client: BrokerClient

    /// Makes a target that connects at once.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for an address or options that cannot be.
    public init(address: BrokerAddress, options: BrokerOptions) throws {
        client = try BrokerClient(address: address, options: options, subscribes: false) { _ in }
        client.start()
    }

    /// The broker and the topic.
    public var name: String { "the broker at \(client.address)" }

    /// Publishes the event.
    public func tell(_ event: AlarmEvent) async throws {
        let message = BrokerMessage(topic: client.address.topic, payload: Array(event.json.utf8))
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { [client] in try await client.publish([message], qualityOfService: 1) }
                group.addTask {
                    try await Task.sleep(for: .seconds(Self.patience))
                    throw AlarmFailure("it is not there, or takes no messages")
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch let error as SignalError {
            throw AlarmFailure(error.message)
        }
    }
}
