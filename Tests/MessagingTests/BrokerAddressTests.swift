import SignalCore
import Testing

@testable import Messaging

@Suite("Addresses of brokers")
struct BrokerAddressTests {
    @Test("An address has host, port, user, password and topic")
    func whole() throws {
        let address = try BrokerAddress("mqtt://anna:a:b@broker.local:1884/plant/+/temperature", allowsWildcards: true)
        #expect(address.host == "broker.local" && address.port == 1884 && !address.isEncrypted)
        #expect(address.user == "anna" && address.password == "a:b" && address.topic == "plant/+/temperature")
        #expect(address.description == "mqtt://broker.local:1884/plant/+/temperature")
    }

    @Test("Ports have defaults, slashes may be left out, addresses of IPv6 stand in brackets")
    func parts() throws {
        #expect(try BrokerAddress("mqtts:host/a", allowsWildcards: false).port == 8883)
        #expect(try BrokerAddress("mqtt:host/a", allowsWildcards: false).port == 1883)
        let address = try BrokerAddress("mqtt://[::1]:99/a/b", allowsWildcards: false)
        #expect(address.host == "::1" && address.port == 99 && address.description == "mqtt://[::1]:99/a/b")
    }

    @Test(
        "What lacks something is refused",
        arguments: [
            "mqtt://host", "mqtt://host/", "mqtt:///a", "mqtt://host:0/a", "mqtt://host:x/a", "http://host/a",
            "mqtt://host/a#", "mqtt://host/#/a", "mqtt://host/a+/b", "mqtt://host/a\nb", "mqtt://h ost/a",
        ])
    func refusals(text: String) {
        #expect(throws: SignalError.self) { try BrokerAddress(text, allowsWildcards: true) }
    }

    @Test("Nobody publishes on a wildcard")
    func wildcards() {
        #expect(throws: SignalError.self) { try BrokerAddress("mqtt://host/a/+", allowsWildcards: false) }
    }

    @Test("What a wildcard leaves open names a value; the last level where nothing is open")
    func openParts() throws {
        for (filter, topic, expected) in [
            ("home/+/temperature", "home/kitchen/temperature", "kitchen/temperature"),
            ("home/#", "home/kitchen/temperature", "kitchen/temperature"),
            ("home/kitchen/+", "home/kitchen/humidity", "humidity"),
            ("home/kitchen/humidity", "home/kitchen/humidity", "humidity"), ("#", "a", "a"),
        ] {
            let address = try BrokerAddress("mqtt://h/" + filter, allowsWildcards: true)
            #expect(address.openPart(of: topic) == expected)
        }
    }
}
