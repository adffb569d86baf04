import Foundation
import Learning
import Reporting
import SignalCore

/// Puts a report together and writes it, with pictures where there is something to draw them.
enum ReportMaker {
    /// An empty report.
    static func report(_ title: String) -> Report {
        Report(
            title: title, created: RowTime.date(Date().timeIntervalSince1970.rounded()).description,
            tool: "auscult \(ToolVersion.current)")
    }

    /// Writes a report and says where it is. Without gnuplot the pictures are missing, and a warning says so.
    ///
    /// - Returns: whether every figure was drawn.
    @discardableResult
    static func write(_ report: Report, to folder: String, jobs: Int, _ console: Console) async throws -> Bool {
        var gnuplot: Gnuplot?
        do {
            gnuplot = try await Gnuplot.locate()
        } catch let error as SignalError {
            console.warn("\(error.message); the report has numbers and tables, no pictures")
        }
        let outcome = try await ReportFolder(folder).write(report, gnuplot: gnuplot, jobs: jobs)
        if gnuplot != nil {
            for (name, reason) in outcome.undrawn { console.warn("figure \(name): \(reason.message)") }
        }
        console.note("\(outcome.page.escapingControlCharacters): \(outcome.drawn) figures")
        return outcome.undrawn.isEmpty
    }

    /// How the same report is made again: the command as it was given.
    static func howToReproduce() -> Report.Section {
        let words = ["auscult"] + CommandLine.arguments.dropFirst()
        return Report.Section(
            "How to reproduce",
            [
                .paragraph(
                    "The same command on the same files with the same version gives the same numbers, whatever the number of "
                        + "jobs. Paths are as they were given, in this folder:"),
                .code(FileManager.default.currentDirectoryPath), .code(words.map(shellWord).joined(separator: " ")),
                .paragraph(
                    "Pictures and page can be made anew from report.json alone: auscult report, followed by this report's "
                        + "folder."),
            ])
    }

    /// A word as a shell takes it for just itself.
    private static func shellWord(_ word: String) -> String {
        let plain = word.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-_./:=,+@%".unicodeScalars.contains(scalar))
        }
        return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// How the losses of iterative fits fell; `nil` for models without.
    static func training(_ histories: [TrainingHistory]) -> Report.Section? {
        let drawn = histories.filter { !$0.losses.isEmpty }
        guard !drawn.isEmpty else { return nil }
        var section = Report.Section("Training")
        for (number, history) in drawn.enumerated() {
            let suffix = drawn.count > 1 ? "-\(number + 1)" : ""
            section.show(
                TrainingHistoryFigure(
                    name: TrainingHistoryFigure.kind + suffix, title: "Training history: \(history.algorithm)",
                    loss: history.losses, validationLoss: history.validationLosses, step: history.step,
                    measure: history.measure, kept: history.keptStep))
            section.say(history.summary + ".")
        }
        return section
    }

    /// What the inputs came to.
    static func data(_ lines: [(String, Int)], _ failures: Failures) -> Report.Section {
        var section = Report.Section("Data")
        section.show(
            NumberTable([
                .init("inputs", lines.map(\.0)), .init("number", unit: "count", lines.map { Double($0.1) }),
            ]), caption: "What was given and what of it was used.")
        if failures.count == 0 {
            section.say("No file was rejected.")
        } else {
            section.show(
                NumberTable([
                    .init("rejected file", failures.first.map { $0.place.path ?? "" }),
                    .init("reason", failures.first.map(\.message)),
                ]),
                caption: "\(failures.count) files were rejected"
                    + (failures.count > failures.first.count ? "; the first \(failures.first.count):" : ":"))
        }
        return section
    }

    /// What the model is, and how it was set.
    static func configuration(_ file: ModelFile, seed: UInt64? = nil) -> Report.Section {
        let model = file.model
        let isTable = model.table != nil
        let threshold = isTable ? model.frameThreshold : model.clipThreshold
        var rows: [(String, String)] = [
            ("model file", file.path), ("algorithm", model.algorithm), ("feature", model.recipe.feature),
            ("columns", String(model.recipe.schema.columns.count)),
        ]
        rows += model.recipe.options.sorted { $0.key < $1.key }.map { ("\(model.recipe.feature).\($0.key)", $0.value) }
        if let signal = model.signal {
            rows += [
                ("sample rate", "\(signal.sampleRate) Hz"), ("channels", signal.channels),
                ("loudness", signal.normalization.rawValue),
            ]
        }
        rows += [
            ("threshold rule", threshold.rule.description), ("threshold", String(threshold.value)),
            ("usual score", String(threshold.usualScore)), ("threshold learnt from", threshold.basis),
            ("scores it was learnt from", String(threshold.scoreCount)),
        ]
        if threshold.multiplier != 1 { rows.append(("threshold multiplier", String(threshold.multiplier))) }
        if let seed { rows.append(("seed", String(seed))) }
        return Report.Section(
            "Configuration",
            [
                .table(
                    NumberTable([.init("setting", rows.map(\.0)), .init("value", rows.map(\.1))]),
                    caption: "The model and its settings. The threshold saw no label.")
            ])
    }
}
