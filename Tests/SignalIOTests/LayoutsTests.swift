import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

struct LayoutsTests {
    static let known: [(path: String, item: DatasetItem)] = [
        (
            "/d/fan/id_00/normal/00000000.wav",
            DatasetItem(path: "", machine: "fan", id: "id_00", label: .normal)
        ),
        (
            "/d/0_dB_fan/fan_8ch/id_06/abnormal/any name.flac",
            DatasetItem(path: "", machine: "fan_8ch", id: "id_06", label: .abnormal)
        ),
        (
            "/d/./fan/x/../id_02/normal/a.wav",
            DatasetItem(path: "", machine: "fan", id: "id_02", label: .normal)
        ),
        (
            "/d/slider/train/normal_id_00_00000000.wav",
            DatasetItem(path: "", machine: "slider", id: "id_00", label: .normal, split: .train)
        ),
        (
            "/d/ToyConveyor/test/anomaly_id_01_00000123.wav",
            DatasetItem(path: "", machine: "ToyConveyor", id: "id_01", label: .abnormal, split: .test)
        ),
        ("/d/fan/test/id_01_00000000.wav", DatasetItem(path: "", machine: "fan", id: "id_01", split: .test)),
        ("/d/anywhere/anomaly_id_01_00000123.wav", DatasetItem(path: "", id: "id_01", label: .abnormal)),
        (
            "/d/fan/id_00/normal/normal_id_00_00000001.wav",
            DatasetItem(path: "", machine: "fan", id: "id_00", label: .normal)
        ),
        (
            "/d/bearing/test/section_00_source_test_anomaly_0001_vel_6_loc_A.wav",
            DatasetItem(
                path: "", machine: "bearing", id: "section_00", label: .abnormal, split: .test, domain: .source)
        ),
        (
            "/d/bearing/train/section_02_target_train_normal_0009.wav",
            DatasetItem(
                path: "", machine: "bearing", id: "section_02", label: .normal, split: .train, domain: .target)
        ),
        (
            "/d/fan/source_test/section_03_source_test_0000.wav",
            DatasetItem(path: "", machine: "fan", id: "section_03", split: .test, domain: .source)
        ),
        (
            "/d/fan/test/section_00_test_0000.wav",
            DatasetItem(path: "", machine: "fan", id: "section_00", split: .test)
        ),
        (
            "/d/ToyRC/supplemental/section_00_machine_0001_.wav",
            DatasetItem(path: "", machine: "ToyRC", id: "section_00")
        ),
        ("/d/ToyRC/supplemental/section_00_noise_0001.wav", DatasetItem(path: "", machine: "ToyRC", id: "section_00")),
        ("/d/ims/2004.02.12.10.42.39", DatasetItem(path: "", time: "2004-02-12T10:42:39")),
        ("/d/mine/abnormal/x.wav", DatasetItem(path: "", label: .abnormal)),
    ]

    @Test(arguments: known) func `a known form gives machine, id, label and split`(path: String, item: DatasetItem)
        throws
    {
        var expected = item
        expected.path = path
        #expect(try DatasetLayout.item(path: path) == expected)
    }

    @Test(arguments: [
        ("/d/fan/train/anormal_id_00_00000001.wav", "normal_id_00_00000000.wav"),
        ("/d/fan/test/abnormal_id_00_00000001.wav", "normal_id_00_00000000.wav"),
        ("/d/fan/test/anomly_id_00_00000001.wav", "normal_id_00_00000000.wav"),
        ("/d/fan/test/Normal_id_00_00000001.wav", "normal_id_00_00000000.wav"),
        ("/d/fan/test/normal-id-00-00000001.wav", "normal_id_00_00000000.wav"),
        ("/d/fan/test/normal_id_0_00000001.wav", "normal_id_00_00000000.wav"),
        ("/d/fan/test/normal_id_00_0001.wav", "normal_id_00_00000000.wav"),
        ("/d/fan/test/id_1_00000001.wav", "id_01_00000000.wav"),
        ("/d/fan/test/section_0_source_test_anomaly_1.wav", "section_00_source_test_anomaly_0001.wav"),
        ("/d/fan/test/section_00_source_test_abnormal_0001.wav", "section_00_source_test_anomaly_0001.wav"),
        ("/d/fan/test/section_00_sorce_test_anomly_0001_vel_6.wav", "section_00_source_test_anomaly_0001.wav"),
        ("/d/fan/test/section_0_test_0000.wav", "section_00_test_0000.wav"),
        ("/d/fan/id_00/abnorml/x.wav", "<machine>/id_00/<normal or abnormal>"),
        ("/d/fan/id_00/Normal/x.wav", "<machine>/id_00/<normal or abnormal>"),
        ("/d/fan/id_00/anomaly/x.wav", "<machine>/id_00/<normal or abnormal>"),
        ("/d/fan/id_0/normal/x.wav", "<machine>/id_00/<normal or abnormal>"),
        ("/d/fan/ID-00/normal/x.wav", "<machine>/id_00/<normal or abnormal>"),
        ("/d/fan/Abnormal/x.wav", "<machine>/id_00/<normal or abnormal>"),
        ("/d/fan/Train/normal_id_00_00000001.wav", "<machine>/train"),
        ("/d/ims/2004.2.12.10.42.39", "2004.02.12.10.42.39"),
        ("/d/ims/2004.02.12.10.42", "2004.02.12.10.42.39"),
        ("/d/ims/2004.13.12.10.42.39", "2004.02.12.10.42.39"),
        ("/d/fan/id_00/normal/anomaly_id_00_00000001.wav", "the folder says 'normal'"),
        ("/d/fan/id_00/normal/normal_id_02_00000001.wav", "the folder says 'id_00'"),
        ("/d/fan/train/section_00_source_test_normal_0001.wav", "the folder says 'train'"),
    ])
    func `what is nearly a known form is refused and the form named`(path: String, form: String) {
        let error = #expect(throws: SignalError.self) { try DatasetLayout.item(path: path) }
        #expect(error?.code == .malformed)
        #expect(error?.place.path == path)
        #expect(error?.message.contains(form) == true)
    }

    @Test(arguments: [
        "/d/x.wav", "/d/fan/00000000.wav", "/d/fan/id_00/00000000.wav", "/d/fan/id_00/broken/00000000.wav",
        "/d/recording_2024-05-01 10.15.wav", "/d/pump_id_7_left.wav", "/d/ch_1_2.wav", "/d/session_01_test_0003.wav",
        "/d/fan_id_00_00000001.wav", "/d/normalised_00_0001.wav", "/d/12k_DE_IR007_0.csv", "/d/normal_0hp_48k.csv",
        "/d/fan_0_low_0_weight-moving.csv", "/d/section.wav", "/d/normals/x.wav", "/d/anomaly-free/anomaly-free.csv",
        "/d/.wav", "/", "/d/..",
    ])
    func `wholly other names are plain`(path: String) throws {
        #expect(try DatasetLayout.item(path: path) == DatasetItem(path: path))
    }

    @Test func `every letter of a known name may be changed without a wrong label`() throws {
        var generator = SeededGenerator(seed: 7)
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789_-. AN\u{E9}\u{1F600}")
        for known in Self.known {
            for _ in 0..<200 {
                var path = Array(known.path)
                let index = Int.random(in: 3..<path.count, using: &generator)
                path[index] = letters.randomElement(using: &generator) ?? "x"
                guard let item = try? DatasetLayout.item(path: String(path)) else { continue }
                #expect(item.label == known.item.label || item.label == nil, "\(String(path))")
            }
        }
    }

    @Test func `a relative path is completed by the working folder`() throws {
        let name = UUID().uuidString
        let relative = try DatasetLayout.item(path: "\(name)/fan/id_00/abnormal/3.wav")
        #expect(
            relative
                == DatasetItem(
                    path: "\(name)/fan/id_00/abnormal/3.wav", machine: "fan", id: "id_00", label: .abnormal))
        let folder = URL(filePath: FileManager.default.currentDirectoryPath).lastPathComponent
        let item = try DatasetLayout.item(path: "train/normal_id_00_00000000.wav")
        #expect(item.machine == folder)
    }
}
