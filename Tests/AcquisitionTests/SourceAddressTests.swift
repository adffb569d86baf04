import Acquisition
import SignalCore
import Testing

/// Addresses of live sources, and the waits between attempts to open them.
struct SourceAddressTests {
    @Test(
        "Addresses are read as they are typed",
        arguments: [
            ("serial:/dev/ttyUSB0@115200", SourceAddress.serial(path: "/dev/ttyUSB0", speed: 115_200)),
            ("serial:/dev/ttyACM*@9600", .serial(path: "/dev/ttyACM*", speed: 9_600)),
            ("serial:ttyUSB1", .serial(path: "/dev/ttyUSB1", speed: 115_200)),
            ("tcp:192.168.1.20:9000", .tcp(host: "192.168.1.20", port: 9_000)),
            ("tcp:[::1]:9000", .tcp(host: "::1", port: 9_000)),
            ("-", .standardInput),
        ])
    func addresses(text: String, address: SourceAddress) throws {
        #expect(try SourceAddress(text) == address)
        #expect(try SourceAddress(address.description) == address)
        #expect(SourceAddress.isLive(text))
    }

    @Test(
        "What an address lacks is said",
        arguments: [
            ("serial:", "lacks the device"), ("serial:/dev/ttyUSB0@", "the speed after @"),
            ("serial:/dev/ttyUSB0@fast", "the speed after @"), ("tcp:host", "lacks a port"),
            ("tcp:host:0", "lacks a port"), ("tcp::9000", "lacks the host"), ("tcp:::1:9000", "in brackets"),
            ("http://host", "no live source"), ("table.csv", "no live source"),
        ])
    func refusals(text: String, sentence: String) {
        let error = #expect(throws: SignalError.self) { try SourceAddress(text) }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains(sentence) == true)
    }

    @Test("Passwords of brokers are never shown, nor mistaken for parts of topics")
    func broker() throws {
        let address = try SourceAddress("mqtt://user:secret@broker:1883/site/temp")
        #expect(address.description == "mqtt://broker:1883/site/temp")
        #expect(try SourceAddress("mqtt://broker/a@b").description == "mqtt://broker:1883/a@b")
        #expect(try LiveSource(address: address).address.description == "mqtt://broker:1883/site/temp")
        #expect(throws: SignalError.self) { try SourceAddress("mqtt://broker") }
    }

    @Test("Waits double from a quarter of a second to ten, shortened by a half at most, the same for a seed")
    func backoff() {
        var backoff = ReconnectionWaits(seed: 5)
        var again = ReconnectionWaits(seed: 5)
        var longest = 0.25
        for _ in 0..<20 {
            let wait = backoff.next()
            #expect(wait == again.next())
            #expect(wait <= longest && wait >= longest / 2)
            longest = min(2 * longest, 10)
        }
        backoff.reset()
        #expect(backoff.next() <= 0.25)
    }
}
