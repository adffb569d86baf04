import SignalCore
import Testing

@testable import FeatureExtraction

struct BearingTests {
    @Test func `The multiples are those that CWRU and IMS publish`() throws {
        let drive = try BearingCatalogue.bearing(named: "6205").geometry
        #expect(abs(drive.innerRace - 5.4152) < 1e-4 && abs(drive.outerRace - 3.5848) < 1e-4)
        #expect(abs(2 * drive.elementSpin - 4.7135) < 1e-4 && abs(drive.cage - 0.39828) < 5e-5)
        let fan = try BearingCatalogue.bearing(named: "6203-2rs").geometry
        #expect(abs(fan.innerRace - 4.9469) < 1e-3 && abs(fan.outerRace - 3.0530) < 1e-3)
        #expect(abs(2 * fan.elementSpin - 3.9874) < 2e-3 && abs(fan.cage - 0.3817) < 1e-3)
        let roller = try BearingCatalogue.bearing(named: "rexnord za-2115").geometry
        let shaft = 2000.0 / 60
        #expect(abs(roller.outerRace * shaft - 236.4) < 0.1 && abs(roller.innerRace * shaft - 296.9) < 0.1)
        #expect(abs(roller.elementSpin * shaft - 139.9) < 0.1 && abs(roller.cage * shaft - 14.8) < 0.1)
    }

    @Test func `Both races together pass every element once a turn`() {
        for entry in BearingCatalogue.entries {
            let geometry = entry.geometry
            #expect(abs(geometry.innerRace + geometry.outerRace - Double(geometry.elementCount)) < 1e-9)
            #expect(abs(geometry.cage * Double(geometry.elementCount) - geometry.outerRace) < 1e-9)
        }
    }

    @Test func `Unknown names and impossible dimensions are refused`() {
        let unknown = #expect(throws: SignalError.self) { try BearingCatalogue.bearing(named: "6207") }
        #expect(unknown?.code == .invalidOption && unknown?.message.contains("6205") == true)
        #expect(throws: SignalError.self) {
            try BearingGeometry(elementCount: 1, elementDiameter: 1, pitchDiameter: 5)
        }
        #expect(throws: SignalError.self) {
            try BearingGeometry(elementCount: 9, elementDiameter: 5, pitchDiameter: 5)
        }
        #expect(throws: SignalError.self) {
            try BearingGeometry(elementCount: 9, elementDiameter: 1, pitchDiameter: .nan)
        }
        #expect(throws: SignalError.self) {
            try BearingGeometry(elementCount: 9, elementDiameter: 1, pitchDiameter: 5, contactAngle: 90)
        }
    }
}
