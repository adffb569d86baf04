import Foundation
import SignalCore

/// A file of the Numenta Anomaly Benchmark with its labels.
struct NABFile: Sendable {
    /// The group and the name, as in the labels: `realKnownCause/nyc_taxi.csv`.
    let name: String
    let values: [Double]
    /// The anomaly windows, in rows.
    let windows: [ClosedRange<Int>]

    /// Reads every file of every group that is there, in the order of their names.
    ///
    /// - Throws: `SignalError` naming the file, when one or the labels are missing, damaged, or do not belong together.
    static func all(_ options: ProtocolOptions) throws -> [NABFile] {
        let labelPath = options.data + "/labels/combined_windows.json"
        guard let content = FileManager.default.contents(atPath: labelPath) else {
            throw SignalError(
                .unreadable, "cannot be read; --data takes the folder with data/<group>/*.csv and labels/ in it"
            ).at(path: labelPath)
        }
        guard let labels = try? JSONDecoder().decode([String: [[String]]].self, from: content) else {
            throw SignalError(.malformed, "is not an object of lists of [start, end] by file").at(path: labelPath)
        }
        let root = options.data + "/data"
        let groups = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).filter { !$0.hasPrefix(".") }
            .filter { name in
                var isFolder: ObjCBool = false
                return unsafe FileManager.default.fileExists(atPath: root + "/" + name, isDirectory: &isFolder)
                    && isFolder.boolValue
            }.sorted()
        guard !groups.isEmpty else {
            throw SignalError(.unreadable, "holds no folder of a group, such as realKnownCause").at(path: root)
        }
        return try groups.flatMap { group in
            try options.files(in: root + "/" + group, ending: ".csv", expected: "file *.csv").map { path in
                let name = group + "/" + (path as NSString).lastPathComponent
                guard let windows = labels[name] else {
                    throw SignalError(.mismatch, "labels/combined_windows.json has no entry for this file").at(
                        path: path)
                }
                return try NABFile(name: name, path: path, labels: windows)
            }
        }
    }

    private init(name: String, path: String, labels: [[String]]) throws {
        let table = try ProtocolTable(path)
        guard table.header == ["timestamp", "value"] else {
            throw SignalError(.malformed, "the header is not timestamp,value").at(path: path)
        }
        let times = try table.rows.indices.map { row in
            try Self.time(table.rows[row][0], "row \(row + 1)").at(path)
        }
        self.name = name
        values = try table.rows.indices.map { try table.number(row: $0, column: 1) }
        windows = try labels.map { label in
            guard label.count == 2 else {
                throw SignalError(.malformed, "a window in the labels is not [start, end]").at(path: path)
            }
            let start = try Self.time(label[0][...], "a window of the labels").at(path)
            let end = try Self.time(label[1][...], "a window of the labels").at(path)
            let inside = times.indices.filter { times[$0] >= start && times[$0] <= end }
            guard let first = inside.first, let last = inside.last else {
                throw SignalError(.mismatch, "the labelled window from \(start) to \(end) has no row here").at(
                    path: path)
            }
            return first...last
        }
    }

    /// A time without its fraction. Written with the year first and with all zeros, texts are in the order of times.
    private static func time(_ text: Substring, _ place: String) -> Result<Substring, SignalError> {
        let shape = text.prefix(19)
        let isTime =
            shape.count == 19
            && zip(shape, "0000-00-00 00:00:00").allSatisfy { character, form in
                form == "0" ? character.isASCII && character.isNumber : character == form
            }
        guard isTime else {
            return .failure(
                SignalError(.malformed, "\(place) has the time '\(text)', which is not YYYY-MM-DD hh:mm:ss"))
        }
        return .success(shape)
    }
}

extension Result where Failure == SignalError {
    /// The value, or the error with the file it is about.
    fileprivate func at(_ path: String) throws -> Success { try mapError { $0.at(path: path) }.get() }
}
