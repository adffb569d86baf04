import ArgumentParser

/// The command line of Auscult.
@main
struct Auscult: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auscult", abstract: "Listens to machines: features, models, verdicts.", version: "0.1.0")
}
