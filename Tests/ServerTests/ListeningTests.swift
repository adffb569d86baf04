import SignalCore
import Testing

@testable import Server

@Suite("Where a server listens")
struct ListeningTests {
    @Test(
        "A host whose name only begins like an address of this machine needs a token",
        arguments: ["127.example.org", "127.0.0.1.example.org", "0.0.0.0", "127.0.0.999"])
    func others(host: String) throws {
        var options = ServerOptions()
        options.host = host
        #expect(throws: SignalError.self) { try options.validate() }
        options.token = "secret"
        try options.validate()
    }

    @Test(
        "This machine needs none, and its address is one for browsers",
        arguments: ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1"])
    func own(host: String) throws {
        var options = ServerOptions()
        options.host = host
        try options.validate()
        #expect(options.address(port: 8080) == "http://\(host == "::1" ? "[::1]" : host):8080")
    }
}
