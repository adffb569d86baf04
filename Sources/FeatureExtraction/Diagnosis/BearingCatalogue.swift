internal import SignalCore

/// Bearings known by name: those of the public data sets that such work is tested on, and common sizes.
public enum BearingCatalogue {
    /// A bearing of the catalogue.
    public struct Entry: Sendable, Equatable {
        /// The name to ask for.
        public let name: String
        /// Other names of the same bearing.
        public let aliases: [String]
        /// What it is and where its dimensions are from.
        public let note: String
        /// Its dimensions.
        public let geometry: BearingGeometry
    }

    /// All bearings, in the order of their names.
    public static let entries: [Entry] = [
        Entry(
            name: "6203", aliases: ["6203-2RS", "6203-2RS JEM"],
            note: "deep groove, 17 mm; fan end of the CWRU rig, dimensions from CWRU (inches)",
            geometry: BearingGeometry(knownElementCount: 8, elementDiameter: 0.2656, pitchDiameter: 1.122)),
        Entry(
            name: "6204", aliases: ["6204-2RS"], note: "deep groove, 20 mm (millimetres)",
            geometry: BearingGeometry(knownElementCount: 8, elementDiameter: 7.938, pitchDiameter: 33.5)),
        Entry(
            name: "6205", aliases: ["6205-2RS", "6205-2RS JEM"],
            note: "deep groove, 25 mm; drive end of the CWRU rig, dimensions from CWRU (inches)",
            geometry: BearingGeometry(knownElementCount: 9, elementDiameter: 0.3126, pitchDiameter: 1.537)),
        Entry(
            name: "6206", aliases: ["6206-2RS"], note: "deep groove, 30 mm (millimetres)",
            geometry: BearingGeometry(knownElementCount: 9, elementDiameter: 9.525, pitchDiameter: 46)),
        Entry(
            name: "6804", aliases: ["6804DD", "NSK 6804DD"],
            note: "deep groove, 20 mm, thin; PRONOSTIA / FEMTO-ST rig (millimetres)",
            geometry: BearingGeometry(knownElementCount: 13, elementDiameter: 3.5, pitchDiameter: 25.6)),
        Entry(
            name: "NICE", aliases: ["MFPT"], note: "bearing of the MFPT fault data sets (inches)",
            geometry: BearingGeometry(knownElementCount: 8, elementDiameter: 0.235, pitchDiameter: 1.245)),
        Entry(
            name: "UER204", aliases: ["LDK UER204"], note: "insert bearing of the XJTU-SY rig (millimetres)",
            geometry: BearingGeometry(knownElementCount: 8, elementDiameter: 7.92, pitchDiameter: 34.55)),
        Entry(
            name: "ZA-2115", aliases: ["ZA2115", "Rexnord ZA-2115"],
            note: "double-row roller; NASA IMS rig, dimensions from Qiu et al. 2006 (inches)",
            geometry: BearingGeometry(
                knownElementCount: 16, elementDiameter: 0.331, pitchDiameter: 2.815, contactAngle: 15.17)),
    ]

    /// The bearing of a name or alias; letter case is ignored.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for a name that is not known, listing the known ones.
    public static func bearing(named name: String) throws -> Entry {
        let wanted = name.lowercased()
        let found = entries.first { entry in
            entry.name.lowercased() == wanted || entry.aliases.contains { $0.lowercased() == wanted }
        }
        guard let found else {
            throw SignalError(.invalidOption, NearestName.unknown("bearing", name, among: entries.map(\.name)))
        }
        return found
    }
}
