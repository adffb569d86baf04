// swift-tools-version: 6.2
import PackageDescription

/// One set of settings for every Swift target, so that no layer is checked less than another.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .strictMemorySafety(),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// Files of the page become part of the binary, which then runs wherever it is put.
let pageFiles = ["index.html", "page.css", "page.js", "live.js", "plots.js", "stored.js", "text.js", "icon.svg"]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: swiftSettings)
}

func systemLibrary(_ name: String, pkgConfig: String, apt package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let numerics: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")

let package = Package(
    name: "auscult",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "auscult", targets: ["auscult"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.11.0"),
    ],
    targets: [
        // C libraries: a module map and a header each; every one is imported by exactly one Swift target.
        systemLibrary("CSndFile", pkgConfig: "sndfile", apt: "libsndfile1-dev"),
        systemLibrary("CSoxr", pkgConfig: "soxr", apt: "libsoxr-dev"),
        systemLibrary("CFFTW", pkgConfig: "fftw3f", apt: "libfftw3-dev"),
        systemLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
        systemLibrary("CMosquitto", pkgConfig: "libmosquitto", apt: "libmosquitto-dev"),

        // Vector kernels that are compiled for several processors; Swift cannot choose among them at run time.
        .target(name: "CSpectralKernels"),
        // Optimised in debug builds too, in which networks could not be trained otherwise.
        .target(name: "CNeuralKernels", cSettings: [.unsafeFlags(["-O2"])]),
        // What of terminals only C headers have: any speed of a serial port, and pseudo-terminals.
        .target(name: "CTerminal"),

        library("SignalCore"),
        library("LinearAlgebra", ["SignalCore", "COpenBLAS"]),
        library("SignalIO", ["SignalCore", "CSndFile", "CSoxr"]),
        library("FeatureExtraction", ["SignalCore", "CFFTW", "CSpectralKernels", numerics]),
        library("SignalSynthesis", ["SignalCore", numerics]),
        library("SeriesAnalysis", ["SignalCore", numerics]),
        library("NeuralNetworks", ["SignalCore", "LinearAlgebra", "CNeuralKernels"]),
        library("Monitoring", ["SignalCore", numerics]),
        library("Learning", ["SignalCore", "LinearAlgebra", "NeuralNetworks", numerics]),
        library("Messaging", ["SignalCore", "CMosquitto"]),
        library("Acquisition", ["SignalCore", "Messaging", "CTerminal"]),
        library("Reporting", ["SignalCore", .product(name: "Subprocess", package: "swift-subprocess")]),
        library(
            "Telemetry",
            [
                "SignalCore", "Messaging",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        library(
            "Storage",
            [
                "SignalCore", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(
            name: "Server",
            dependencies: [
                "SignalCore", "Storage",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: pageFiles.map { .embedInCode("Resources/" + $0) }, swiftSettings: swiftSettings),
        .executableTarget(
            name: "auscult",
            dependencies: [
                "SignalCore", "LinearAlgebra", "SignalIO", "FeatureExtraction", "SignalSynthesis", "SeriesAnalysis",
                "Learning", "Monitoring", "NeuralNetworks", "Reporting", "Acquisition", "Telemetry", "Storage",
                "Server", "Messaging",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),

        .target(
            name: "TestSupport", dependencies: ["SignalCore"], path: "Tests/TestSupport", swiftSettings: swiftSettings),
        // A small program that the tests kill while it uploads.
        .executableTarget(
            name: "TelemetryProbe", dependencies: ["Telemetry"], path: "Tests/TelemetryProbe",
            swiftSettings: swiftSettings),
        tests("SignalCoreTests", ["SignalCore"]),
        tests("LinearAlgebraTests", ["SignalCore", "LinearAlgebra"]),
        tests("SignalIOTests", ["SignalCore", "SignalIO"]),
        tests("FeatureExtractionTests", ["SignalCore", "FeatureExtraction"]),
        tests("SignalSynthesisTests", ["SignalCore", "SignalSynthesis"]),
        tests("SeriesAnalysisTests", ["SignalCore", "SeriesAnalysis"]),
        tests("NeuralNetworksTests", ["SignalCore", "LinearAlgebra", "NeuralNetworks"]),
        tests("LearningTests", ["SignalCore", "LinearAlgebra", "Learning"]),
        tests("MonitoringTests", ["SignalCore", "Monitoring"]),
        tests("ReportingTests", ["SignalCore", "Reporting"]),
        tests("MessagingTests", ["SignalCore", "Messaging"]),
        tests("AcquisitionTests", ["SignalCore", "Messaging", "Acquisition", "SignalSynthesis"]),
        tests(
            "TelemetryTests",
            [
                "SignalCore", "Messaging", "Telemetry", "TelemetryProbe",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        tests("StorageTests", ["SignalCore", "Storage", .product(name: "GRDB", package: "GRDB.swift")]),
        tests(
            "ServerTests",
            ["SignalCore", "Storage", "Server", .product(name: "NIOCore", package: "swift-nio")]),
        tests("ContractTests", ["SignalCore", "FeatureExtraction", "Learning"]),
        tests("CommandTests", ["SignalCore", "Telemetry", "Acquisition", "auscult"]),
    ]
)
