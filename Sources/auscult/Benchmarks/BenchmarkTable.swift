import Foundation
import Reporting

/// A figure of a benchmark.
struct BenchmarkLine: Encodable {
    let what: String
    let value: Double
    let unit: String
    let aim: String

    init(_ what: String, _ value: Double, _ unit: String, aim: String = "") {
        (self.what, self.value, self.unit, self.aim) = (what, value, unit, aim)
    }
}

/// The figures of a benchmark, and where they were measured.
struct BenchmarkTable: ProtocolReport {
    let machine: String
    let lines: [BenchmarkLine]

    init(lines: [BenchmarkLine]) {
        machine = BenchmarkMachine.words
        self.lines = lines
    }

    var text: String {
        var table = TextTable(["what", "value", "unit", "aim"])
        for line in lines {
            let digits = line.value < 1 ? 4 : line.value < 100 ? 2 : 0
            table.append([line.what, Text.number(line.value, digits: digits), line.unit, line.aim])
        }
        return machine + "\n" + table.rendered()
    }
}

/// What this process has used.
enum ProcessLoad {
    /// Processor seconds so far, of all threads.
    static var seconds: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + 1e-6 * Double(time.tv_usec) }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Resident memory in megabytes; 0 where the system does not tell.
    static var megabytes: Double {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
    }
}
