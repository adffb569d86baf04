import ArgumentParser

/// Measures speed as a ratio to a floor in the same run, and quality by published protocols.
struct Benchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measure speed beside a floor in the same run, or quality by a published protocol.",
        subcommands: [
            ExtractBenchmark.self,
            TrainBenchmark.self,
            ModelsBenchmark.self,
            StreamBenchmark.self,
            ServerBenchmark.self,
            ForecastBenchmark.self,
            SyntheticSensorsBenchmark.self,
            SensorsBenchmark.self,
            SKABBenchmark.self,
            MachineSoundsBenchmark.self,
            NABBenchmark.self,
            TelemanomBenchmark.self,
            AI4IBenchmark.self,
            CMAPSSBenchmark.self,
        ])
}
