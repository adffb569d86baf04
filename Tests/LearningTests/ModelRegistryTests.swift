import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct ModelRegistryTests {
    @Test func `Names are unique and found`() throws {
        #expect(Set(ModelRegistry.names).count == ModelRegistry.names.count)
        for name in ModelRegistry.names { #expect(try ModelRegistry.detector(named: name).name == name) }
    }

    @Test func `An unknown name is answered with the nearest one`() {
        let message = TestData.message { _ = try ModelRegistry.detector(named: "pac") }
        #expect(message.contains("did you mean 'pca'?"))
    }

    @Test func `Options are listed with their defaults`() throws {
        let options = try ModelRegistry.defaultOptions(of: PrincipalComponentDetector.self)
        #expect(
            options.entries.map { "\($0.name)=\($0.value)" } == [
                "components=0.95", "componentCount=0", "contextFrames=1", "statistic=combined", "limitQuantile=0.99",
            ])
    }
}
