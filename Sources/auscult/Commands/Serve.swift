import ArgumentParser
import Foundation
import Server
import SignalCore
import Storage

/// Serves the channels of a store as ThingSpeak does.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve channels through ThingSpeak's interface, from a store of one's own.",
        discussion: """
            Standard output is the address, as soon as requests are answered. Ctrl-C and SIGTERM end the server when the \
            requests at hand are answered. Programs for ThingSpeak need this address in place of api.thingspeak.com, and \
            a channel's keys (auscult channel create, auscult channel keys). In a browser, the address shows the channels and \
            the streams that are stored; stream --serve shows one that runs.

            By default only this machine reaches the server. On another address, --token is needed for everything but \
            ThingSpeak's own routes, which have their keys; browsers ask for it as a password, of any user. There is no encryption: put a proxy with TLS in front.

            Examples:
              auscult channel create Pump --columns temperature,rms --store plant.sqlite
              auscult serve --store plant.sqlite
              curl 'http://127.0.0.1:8080/update?api_key=KEY&field1=21.5'
            """)

    @Option(help: ArgumentHelp("Address and port; port 0 takes a free one.", valueName: "address:port"))
    var listen = "127.0.0.1:8080"

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "What callers must show on other routes than ThingSpeak's (or AUSCULT_TOKEN).", valueName: "token"))
    var token: String?

    @Option(
        help: ArgumentHelp("Seconds between two writes to a channel; 15 is ThingSpeak's.", valueName: "s"))
    var rateLimit = 0.0

    @Option(help: ArgumentHelp("Most rows of one bulk write.", valueName: "n"))
    var bulkLimit = 960

    @OptionGroup var keeping: RetentionFlags

    @Option(
        help: ArgumentHelp(
            "To test senders: answer this share of requests on ThingSpeak's routes by 429, 500, 200 with 0, late, or by cutting "
                + "the connection before or after the work, drawn by --seed.", valueName: "share"))
    var faults: Double?

    @OptionGroup var seeds: SeedOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        var options = ServerOptions()
        try options.listen(on: listen)
        options.token = token ?? Settings.current.entry("token")?.value
        options.rateLimit = rateLimit
        options.bulkLimit = bulkLimit
        options.faults = try faults.map { FaultOptions(share: $0, seed: try seeds.value()) }
        options.retention = try keeping.retention()
        let store = try self.store.open()
        let server = try ChannelServer(store: store, options: options)
        let port = try await server.start()
        let result = try ResultOutput(path: nil)
        try result.write(options.address(port: port) + "\n")
        try result.finish()
        common.console.detail("the store is \(store.path)")
        while !Interruption.isRequested { try await Task.sleep(for: .milliseconds(50)) }
        try await server.stop()
        try store.close()
        if faults != nil {
            common.console.note(
                "faults: " + server.faultCounts.map { "\($0.count) \($0.name)" }.joined(separator: ", "))
        }
    }
}
