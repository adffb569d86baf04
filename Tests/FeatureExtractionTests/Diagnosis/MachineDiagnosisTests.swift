import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

struct MachineDiagnosisTests {
    @Test(
        "names the faults of the CWRU rig", .enabled(if: SharedData.isPresent), arguments: MachineRecord.westernReserve)
    func namesFaults(record: MachineRecord.WesternReserve) throws {
        let diagnosis = try MachineDiagnosis.diagnose(
            try record.samples(), sampleRate: record.sampleRate, unit: .standardGravity,
            shaftFrequency: record.turnsPerMinute / 60, geometry: BearingCatalogue.bearing(named: "6205").geometry)
        #expect(diagnosis.verdict.rawValue == record.verdict, "\(diagnosis.reason)")
        #expect(diagnosis.lines.map(\.name) == ["outer race", "inner race", "rolling element", "cage", "shaft"])
    }

    @Test(
        "sees the outer race of the IMS rig fail", .enabled(if: SharedData.isPresent),
        arguments: MachineRecord.snapshots)
    func seesFailure(name: String, verdict: String) throws {
        let geometry = try BearingCatalogue.bearing(named: "ZA-2115").geometry
        var options = DiagnosisOptions()
        options.tolerance = 0.03
        for (bearing, samples) in try MachineRecord.snapshot(name).enumerated() {
            let diagnosis = try MachineDiagnosis.diagnose(
                samples, sampleRate: 20_000, unit: .standardGravity, shaftFrequency: 2000 / 60, geometry: geometry,
                options: options)
            if bearing == 0 {
                #expect(diagnosis.verdict.rawValue == verdict, "\(diagnosis.reason)")
            } else if name < "2004.02.18" {
                // Later the failing bearing is felt on the others, through the shaft.
                #expect(diagnosis.verdict == .none, "bearing \(bearing + 1): \(diagnosis.reason)")
            }
        }
    }
}
