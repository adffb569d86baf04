import Foundation

/// A serial port that a board may be at, and whether this user may open it.
struct SerialPorts {
    /// The port and what is to be done, in words.
    let words: String
    /// Whether there is one that may be opened.
    let isUsable: Bool

    /// The ports of this machine; a single entry where there is none.
    ///
    /// - Parameter devices: the folder of devices.
    static func found(devices: String = "/dev") -> [SerialPorts] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: devices)) ?? []
        let ports = names.filter { $0.hasPrefix("ttyUSB") || $0.hasPrefix("ttyACM") }.sorted()
        guard !ports.isEmpty else {
            return [
                SerialPorts(words: "none found; plug a board in, or play one: auscult synth device", isUsable: false)
            ]
        }
        let stable = stableNames(devices: devices)
        return ports.map { name in
            let path = "\(devices)/\(name)"
            let also = stable[name].map { ", which stays \($0)" } ?? ""
            guard unsafe access(path, R_OK | W_OK) == 0 else {
                let group = (try? FileManager.default.attributesOfItem(atPath: path)[.groupOwnerAccountName] as? String)
                return SerialPorts(
                    words:
                        "you may not open \(path)\(also): sudo usermod -a -G \(group ?? "dialout") $USER, then log in anew",
                    isUsable: false)
            }
            return SerialPorts(words: path + also, isUsable: true)
        }
    }

    /// The paths under `serial/by-id`, by the names of the ports that they stand for.
    private static func stableNames(devices: String) -> [String: String] {
        let folder = "\(devices)/serial/by-id"
        let links = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return links.sorted().reduce(into: [:]) { names, link in
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(link)") else {
                return
            }
            names[URL(filePath: target).lastPathComponent] = "\(folder)/\(link)"
        }
    }
}
