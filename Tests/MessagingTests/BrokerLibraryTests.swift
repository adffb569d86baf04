import Messaging
import Testing

@Suite("The MQTT library")
struct BrokerLibraryTests {
    @Test("Its version has three numbers")
    func version() {
        #expect(BrokerLibrary.version.split(separator: ".").compactMap { Int($0) }.count == 3)
    }
}
