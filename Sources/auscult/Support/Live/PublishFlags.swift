import ArgumentParser
import Messaging
import SignalCore
import Telemetry

/// A broker that readings are published to.
struct PublishFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Publish every reading as JSON on a topic of a broker, such as mqtt://127.0.0.1:1883/plant/pump (user and "
                + "password: AUSCULT_MQTT_USER, AUSCULT_MQTT_PASSWORD).", valueName: "address"))
    var publish: String?

    @OptionGroup var broker: BrokerFlags

    /// The sink, where a broker was named.
    ///
    /// - Parameter known: where this sink was when the stream was interrupted.
    /// - Throws: `SignalError` with code `invalidOption`.
    func sink(known: StreamMark?, holdsUp: Bool, console: Console) throws -> BrokerSink? {
        guard let publish else { return nil }
        return try BrokerSink(
            address: BrokerAddress(publish, allowsWildcards: false), options: broker.options(role: "-publisher"),
            known: known, holdsUp: holdsUp, text: { String(ReadingText.json($0).dropLast()) },
            report: { console.note($0) })
    }
}
