import ArgumentParser
import Messaging
import SignalCore
import Telemetry

/// Who hears of alarms.
struct AlarmTargetFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Run a command of the shell whenever an alarm begins or ends; the event is on its standard input as JSON and "
                + "in AUSCULT_ALARM_EVENT, _TIME, _SOURCE, _SEVERITY and others.", valueName: "command"))
    var alarmCommand: [String] = []

    @Option(
        help: ArgumentHelp(
            "POST the event as JSON to an address, signed with AUSCULT_WEBHOOK_SECRET where that is set.",
            valueName: "url"))
    var alarmWebhook: [String] = []

    @Option(
        help: ArgumentHelp(
            "Publish the event as JSON on a topic of a broker, such as mqtt://127.0.0.1/plant/alarms.",
            valueName: "address"))
    var alarmMqtt: [String] = []

    @Option(
        help: ArgumentHelp("Write a mail, by AUSCULT_SENDMAIL (default: /usr/sbin/sendmail).", valueName: "address"))
    var alarmMail: [String] = []

    @Option(
        help: ArgumentHelp(
            "The least seconds of signal between two messages that an alarm began (default: 300).", valueName: "s"))
    var alarmHoldOff: Double?

    /// Whether nobody is told.
    var isEmpty: Bool { alarmCommand.isEmpty && alarmWebhook.isEmpty && alarmMqtt.isEmpty && alarmMail.isEmpty }

    /// What hears of alarms, and what it needs until the stream has ended.
    struct Notifying {
        let sink: AlarmNotifier
        let transport: HTTPTransport?
    }

    /// The sink, where a target was named.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    func sink(broker: BrokerFlags, console: Console) throws -> Notifying? {
        if let alarmHoldOff, !(alarmHoldOff >= 0 && alarmHoldOff.isFinite) {
            throw SignalError(.invalidOption, "--alarm-hold-off is a number of seconds from 0, not \(alarmHoldOff)")
        }
        let settings = Settings.current
        var targets: [any AlarmTarget] = alarmCommand.map { CommandTarget(command: $0) }
        var transport: HTTPTransport?
        if !alarmWebhook.isEmpty {
            let client = HTTPTransport()
            transport = client
            let secret = settings.entry("webhook-secret")?.value
            targets += try alarmWebhook.map { try WebhookTarget(url: $0, secret: secret, transport: client) }
        }
        let program = settings.entry("sendmail").flatMap { $0.value.isEmpty ? nil : $0.value }
        let sender = settings.entry("mail-from").flatMap { $0.value.isEmpty ? nil : $0.value }
        targets += try alarmMail.map {
            try MailTarget(recipient: $0, sender: sender, program: program ?? MailTarget.usualProgram)
        }
        targets += try alarmMqtt.enumerated().map { index, text in
            try BrokerAlarmTarget(
                address: BrokerAddress(text, allowsWildcards: false), options: broker.options(role: "-alarms\(index)"))
        }
        guard !targets.isEmpty else {
            guard alarmHoldOff == nil else {
                throw SignalError(
                    .invalidOption,
                    "--alarm-hold-off is for messages; give --alarm-command, --alarm-webhook, --alarm-mqtt or --alarm-mail too"
                )
            }
            return nil
        }
        return Notifying(
            sink: AlarmNotifier(targets: targets, holdOff: alarmHoldOff ?? 300, report: { console.warn($0) }),
            transport: transport)
    }
}
