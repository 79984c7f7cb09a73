// swift-tools-version: 6.2
import PackageDescription

/// A package that others are made without something of (scripts/prepare-packages), in the Makefile's builds.
func reduced(_ name: String, from version: Version) -> Package.Dependency {
  if let copies = Context.environment["IPCDUMP_PACKAGES"] { return .package(path: "\(copies)/\(name)") }
  return .package(url: "https://github.com/apple/\(name)", from: version)
}

// The modules stand in the order in which the data goes through them:
// record layout → kernel programs → libbpf → tracing → correlation → filtering → formats → captures → command line.
let package = Package(
  name: "ipcdump",
  products: [
    .executable(name: "ipcdump", targets: ["ipcdump"]),
    .executable(name: "ipcdump-export", targets: ["ipcdump-export"]),
    // For other packages (Examples/): libbpf without any knowledge of IPC, and captures.
    .library(name: "Libbpf", targets: ["Libbpf"]),
    .library(name: "IPCModel", targets: ["IPCModel"]),
    // What captures are written to, and the clock that they give, are ByteOutput's.
    .library(name: "IPCCapture", targets: ["IPCCapture", "ByteOutput"]),
  ],
  dependencies: [
    reduced("swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    reduced("swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    // What crosses from the kernel to Swift: one C header for both.
    .target(name: "RecordLayout"),

    // What the names of the BPF programs say, checked when they are embedded.
    .target(name: "ProgramNames", dependencies: ["PlainText", "RecordLayout"]),

    // The BPF programs, compiled and embedded by the plugin.
    .plugin(
      name: "CompileBPF",
      capability: .buildTool(),
      dependencies: ["embed-bpf"]
    ),
    .executableTarget(
      name: "embed-bpf",
      dependencies: ["EmbeddedBytes", "ProgramNames"]
    ),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CZstd"),
    .target(
      name: "EmbeddedBytes",
      dependencies: ["CZstd"],
      linkerSettings: [.linkedLibrary("zstd")]
    ),
    .target(
      name: "KernelPrograms",
      dependencies: ["EmbeddedBytes", "ProgramNames", "RecordLayout"],
      exclude: ["bpf"],
      plugins: ["CompileBPF"]
    ),

    // libbpf, without any knowledge of IPC.
    .systemLibrary(name: "CLibbpf"),
    .target(name: "LibbpfShims", dependencies: ["CLibbpf"]),
    .target(
      name: "Libbpf",
      dependencies: [
        "CLibbpf",
        "LibbpfShims",
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      linkerSettings: [
        .linkedLibrary(":libbpf.a"), .linkedLibrary(":libelf.a"), .linkedLibrary(":libz.a"),
      ]
    ),

    // What an event is: no kernel, no root, no format.
    .target(name: "IPCModel"),

    // From kernel records to events.
    .target(
      name: "IPCCorrelation",
      dependencies: [
        "IPCModel", "RecordLayout",
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "DequeModule", package: "swift-collections"),
      ]
    ),
    .target(name: "IPCFiltering", dependencies: ["IPCModel", "PlainText"]),

    // Which protocol a channel speaks, and which messages and calls its bytes are.
    .target(name: "IPCProtocols", dependencies: ["IPCModel"]),

    // Who talks to whom: one table, which summaries, graphs and the page show.
    .target(name: "IPCTraffic", dependencies: ["IPCModel", "IPCProtocols"]),

    // Who waits for whom, and what of it never ends: a graph made of a snapshot, whoever has taken it.
    .target(name: "IPCWaits"),
    // The snapshot, as /proc and the kernel's socket diagnostics tell it.
    .target(name: "SnapshotShims"),
    .target(name: "ProcessSnapshot", dependencies: ["ByteOutput", "IPCWaits", "PlainText", "SnapshotShims"]),

    // How bytes are written: numbers, base64, escapes, JSON, times of day. Knows nothing of events.
    .target(name: "ByteOutput"),
    .target(
      name: "IPCFormats",
      dependencies: ["ByteOutput", "IPCModel", "IPCProtocols", "IPCTraffic", "IPCWaits"]),

    .target(name: "IPCCapture", dependencies: ["ByteOutput", "IPCFormats", "IPCModel", "IPCProtocols"]),

    // Events for people who look at pictures: graphs, timelines, and a page, which its plugin embeds.
    .plugin(
      name: "EmbedPage",
      capability: .buildTool(),
      dependencies: ["embed-page"]
    ),
    .executableTarget(name: "embed-page"),
    .target(
      name: "IPCReport",
      dependencies: ["ByteOutput", "IPCFormats", "IPCModel", "IPCProtocols", "IPCTraffic"],
      exclude: ["Page"],
      plugins: ["EmbedPage"]
    ),

    // The table of a summary on a whole terminal: what is shown of it, and what keys do. Knows no terminal.
    .target(
      name: "IPCTop",
      dependencies: ["ByteOutput", "IPCFiltering", "IPCFormats", "IPCModel", "IPCProtocols", "IPCTraffic"]),

    .target(
      name: "IPCTracing",
      dependencies: [
        "IPCFiltering", "IPCModel", "KernelPrograms", "Libbpf", "LibbpfShims", "PlainText", "ProgramNames",
        "RecordLayout",
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),

    // A command's options, as a manual page and as what shells complete.
    .target(name: "CommandDescription", dependencies: ["PlainText"]),
    // JSON without Foundation, and search in texts without regular expressions.
    .target(name: "PlainText"),

    // Starts the traced command and watches signals.
    .target(name: "ProcessShims"),

    // One run: from the ring or a capture to the outputs, until it is to end.
    .target(
      name: "IPCSession",
      dependencies: [
        "ByteOutput", "IPCCapture", "IPCCorrelation", "IPCFiltering", "IPCFormats", "IPCModel",
        "IPCProtocols", "IPCReport", "IPCTop", "IPCTracing", "IPCTraffic", "IPCWaits", "Libbpf", "PlainText",
        "ProcessShims", "ProcessSnapshot",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),

    // The command line: what is asked for, in its words.
    .executableTarget(
      name: "ipcdump",
      dependencies: [
        "ByteOutput", "CommandDescription", "IPCCapture", "IPCFiltering", "IPCFormats", "IPCModel",
        "IPCProtocols", "IPCReport", "IPCSession", "IPCTracing", "PlainText", "ProcessShims",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),

    // Metrics of a capture stream: a program of its own, so that the tracer has no code for networks.
    .target(
      name: "IPCExport",
      dependencies: [
        "ByteOutput", "CZlib", "IPCCapture", "IPCFormats", "IPCModel", "IPCProtocols", "PlainText",
      ],
      linkerSettings: [.linkedLibrary("z")]
    ),
    .executableTarget(
      name: "ipcdump-export",
      dependencies: [
        "IPCCapture", "IPCExport", "IPCModel",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),

    // Writes the manual page and the shells' completions out of what the command says of its options.
    .executableTarget(
      name: "describe-command", dependencies: ["CommandDescription"]),

    // Benchmarks: workloads that cause known traffic, and what measures them under ipcdump and under others.
    .executableTarget(name: "ipc-load", path: "Benchmarks/Workloads"),
    .executableTarget(
      name: "ipcdump-bench",
      dependencies: [
        "CLibbpf", "Libbpf", "LibbpfShims",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Runner"
    ),

    // Records without a kernel, and what is allocated for their events.
    .target(name: "AllocationCounter", path: "Benchmarks/AllocationCounter"),
    .executableTarget(
      name: "ipc-replay",
      dependencies: [
        "AllocationCounter", "ByteOutput", "IPCCapture", "IPCCorrelation", "IPCFiltering", "IPCFormats",
        "IPCModel", "IPCSession", "IPCTraffic", "RecordLayout",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Replay"
    ),

    // Tests: the rooms alone, then the whole against actors that know the truth.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "PlainTextTests", dependencies: ["PlainText"]),
    .testTarget(name: "EmbeddedBytesTests", dependencies: ["EmbeddedBytes"]),
    .testTarget(name: "LibbpfTests", dependencies: ["CLibbpf", "Libbpf"]),
    .testTarget(
      name: "IPCCorrelationTests",
      dependencies: ["IPCCorrelation", "IPCModel", "RecordLayout", "TestSupport"]),
    .testTarget(
      name: "IPCFilteringTests", dependencies: ["IPCFiltering", "IPCModel"]),
    .testTarget(
      name: "IPCTracingTests",
      dependencies: [
        "IPCFiltering", "IPCModel", "IPCTracing", "KernelPrograms", "Libbpf", "ProgramNames",
        "RecordLayout",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "ByteOutput", "CommandDescription", "IPCCapture", "IPCFiltering", "IPCFormats", "IPCModel",
        "IPCProtocols", "IPCSession", "IPCTracing", "PlainText", "ipcdump",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "IPCSessionTests",
      dependencies: [
        "ByteOutput", "IPCCapture", "IPCCorrelation", "IPCFiltering", "IPCFormats", "IPCModel",
        "IPCProtocols",
        "IPCSession", "IPCTracing", "IPCTraffic", "RecordLayout",
      ]),
    .testTarget(
      name: "IPCWaitsTests", dependencies: ["ByteOutput", "IPCFormats", "IPCWaits", "ProcessSnapshot"]),
    .testTarget(
      name: "IPCTopTests",
      dependencies: [
        "ByteOutput", "CaptureSupport", "IPCCapture", "IPCFiltering", "IPCFormats", "IPCModel", "IPCTop",
        "IPCTraffic", "TestSupport", "ipcdump",
      ],
      exclude: ["Screens"]),
    .testTarget(name: "IPCProtocolsTests", dependencies: ["IPCModel", "IPCProtocols", "TestSupport"]),
    .testTarget(
      name: "DescriptionTests",
      dependencies: [
        "CommandDescription", "IPCModel", "ipcdump",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "IPCExportTests",
      dependencies: [
        "ByteOutput", "CZlib", "CaptureSupport", "IPCCapture", "IPCExport", "IPCFormats", "IPCModel",
        "IPCProtocols",
        "TestSupport",
      ]),
    .testTarget(name: "ByteOutputTests", dependencies: ["ByteOutput", "TestSupport"]),
    .testTarget(
      name: "IPCFormatsTests",
      dependencies: ["ByteOutput", "IPCFormats", "IPCModel", "IPCProtocols", "IPCTraffic", "TestSupport"]),
    .testTarget(
      name: "IPCTrafficTests",
      dependencies: ["ByteOutput", "IPCFormats", "IPCModel", "IPCTraffic", "TestSupport"]),
    .target(
      name: "CaptureSupport",
      dependencies: ["ByteOutput", "IPCCapture", "IPCFormats", "IPCModel", "IPCProtocols"],
      path: "Tests/CaptureSupport"),
    .testTarget(
      name: "IPCCaptureTests",
      dependencies: ["CaptureSupport", "IPCCapture", "IPCModel", "IPCProtocols", "TestSupport"]),
    .testTarget(
      name: "IPCReportTests",
      dependencies: [
        "ByteOutput", "IPCFormats", "IPCModel", "IPCProtocols", "IPCReport", "IPCTraffic", "TestSupport",
      ]),
    .target(
      name: "Fuzzing",
      dependencies: [
        "ByteOutput", "IPCCorrelation", "IPCFormats", "IPCModel", "IPCProtocols", "IPCTraffic",
        "RecordLayout",
        "TestSupport",
      ],
      path: "Tests/Fuzzing"),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "ByteOutput", "CaptureSupport", "Fuzzing", "IPCCapture", "IPCFiltering", "IPCFormats", "IPCModel",
        "IPCTracing", "ProgramNames", "RecordLayout", "TestSupport", "ipcdump",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Corpus"]),
    // It runs the optimised ipc-replay, which would count this build's allocations too if it were linked here.
    .testTarget(name: "PerformanceTests"),
    .executableTarget(name: "ipc-actor", path: "Tests/Actors"),
    .testTarget(name: "LiveTests", dependencies: ["TestSupport", "ipc-actor", "ipcdump", "ipcdump-export"]),
  ]
)

/// Every Swift target is held to the same language rules. CI refuses warnings; a user with a newer compiler is not kept
/// from building by them.
var swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
if Context.environment["CI"] != nil { swiftSettings.append(.treatAllWarnings(as: .error)) }

/// Only the Makefile's optimised builds have the flags below. What they assume holds for ipcdump: another package's program
/// may use a library of this one in several threads, and wants its checks; SwiftPM calls them unsafe for that.
let isOptimized = Context.environment["IPCDUMP_OPTIMIZED"] != nil

/// Checked in debug builds, with which all tests run; in the optimised one the checks were a fifth of the work.
let unchecked = SwiftSetting.unsafeFlags(
  ["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release))

/// For the modules behind the ring and what drives them. All that goes through them is the main thread's, so that counting
/// its references needs no atomic instructions, which were a quarter of the work. The other threads only load programs
/// (`Libbpf`), with nothing of these modules.
let singleThreaded = SwiftSetting.unsafeFlags(
  ["-Xfrontend", "-assume-single-threaded"], .when(configuration: .release))
let singleThreadedModules: Set = [
  "ByteOutput", "IPCCapture", "IPCCorrelation", "IPCFiltering", "IPCFormats", "IPCModel", "IPCProtocols",
  "IPCSession", "IPCTop", "IPCTraffic", "ipc-replay", "ipcdump",
]

/// For modules that no record goes through: what runs once, or a few times a second, need not be fast, but small.
let small = SwiftSetting.unsafeFlags(["-Osize"], .when(configuration: .release))
let smallModules: Set = [
  "CommandDescription", "IPCReport", "IPCTop", "IPCWaits", "PlainText", "ProcessSnapshot", "ProgramNames",
  "ipcdump",
]

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
  var settings = swiftSettings
  if isOptimized {
    settings.append(unchecked)
    if singleThreadedModules.contains(target.name) { settings.append(singleThreaded) }
    if smallModules.contains(target.name) { settings.append(small) }
  }
  target.swiftSettings = settings + (target.swiftSettings ?? [])
}

// libFuzzer brings its own `main`, which no other program may have beside its own: `make fuzz` and `make fuzz-messages` build
// these alone.
if Context.environment["IPCDUMP_FUZZER"] != nil {
  let fuzzed: Set = [
    "RecordLayout", "IPCModel", "IPCCorrelation", "IPCProtocols", "IPCTraffic", "ByteOutput", "IPCFormats",
    "IPCWaits", "TestSupport", "Fuzzing",
  ]
  package.targets.removeAll { !fuzzed.contains($0.name) }
  package.products = []
  for (name, path) in [("record-fuzzer", "Tests/RecordFuzzer"), ("message-fuzzer", "Tests/MessageFuzzer")] {
    package.targets.append(
      .executableTarget(
        name: name, dependencies: ["Fuzzing"], path: path,
        swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]))
  }
}
