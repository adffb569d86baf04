import ArgumentParser
import Messaging

/// How brokers are spoken with.
struct BrokerFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Messages arrive 0: at most, 1: at least, 2: exactly once (default: 1).", valueName: "0|1|2"))
    var mqttQos: Int?

    @Option(
        help: ArgumentHelp(
            "The name by which the broker knows this stream, and keeps its messages while it is away.",
            valueName: "name"))
    var mqttClientId: String?

    @Option(help: ArgumentHelp("Certificates to trust (PEM; default: the system's).", valueName: "file"))
    var mqttCa: String?

    @Option(help: ArgumentHelp("Our own certificate (PEM).", valueName: "file"))
    var mqttCert: String?

    @Option(help: ArgumentHelp("Its key (PEM, without a passphrase).", valueName: "file"))
    var mqttKey: String?

    /// The options.
    ///
    /// - Parameter role: added to the client's name, since two connections of one name push each other out.
    /// - Throws: `SignalError` with code `invalidOption`.
    func options(role: String = "") throws -> BrokerOptions {
        var options = BrokerOptions()
        options.qualityOfService = mqttQos ?? 1
        options.clientIdentifier = mqttClientId.map { $0 + role }
        (options.certificateAuthority, options.certificate, options.key) = (mqttCa, mqttCert, mqttKey)
        options.user = Settings.current.entry("mqtt-user").flatMap { $0.value.isEmpty ? nil : $0.value }
        options.password = Settings.current.entry("mqtt-password").flatMap { $0.value.isEmpty ? nil : $0.value }
        try options.validate()
        return options
    }
}
