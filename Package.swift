// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "plumbline",
    products: [
        .executable(name: "plumbline", targets: ["plumbline"]),
        .executable(name: "plumbline-lab", targets: ["plumbline-lab"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // The cellar: C libraries of the system, each imported by exactly one target above.
        .systemLibrary(name: "CLibSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
        .systemLibrary(name: "CLibGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CLibSSH", pkgConfig: "libssh", providers: [.apt(["libssh-dev"])]),

        // The nouns.
        .target(name: "ConfigModel", dependencies: [crypto], swiftSettings: house),
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: house),

        // The stages. They do not import each other.
        .target(
            name: "DeviceInventory", dependencies: ["ConfigModel", "Patterns", yams, crypto],
            resources: [.embedInCode("Platforms"), .embedInCode("Policies")], swiftSettings: house),
        .target(name: "DeviceSession", dependencies: ["ConfigModel", "Patterns", crypto], swiftSettings: house),
        .target(
            name: "ConfigAnalysis", dependencies: ["ConfigModel", "Patterns", "CCrypt", crypto, cryptoExtras],
            swiftSettings: house),
        .target(
            name: "SnapshotStore",
            dependencies: ["ConfigModel", "CLibGit2", "CZlib", crypto, cryptoExtras, grdb, sqlite, subprocess, system],
            swiftSettings: house),

        // The pipes.
        .target(
            name: "SSHTransport", dependencies: ["ConfigModel", "DeviceSession", "CLibSSH2"] + nio,
            swiftSettings: house),
        .target(name: "DeviceLab", dependencies: ["ConfigModel", "CLibSSH", crypto], swiftSettings: house),

        // The workflow.
        .target(
            name: "BackupWorkflow",
            dependencies: [
                "ConfigModel", "Patterns", "DeviceInventory", "DeviceSession", "ConfigAnalysis", "SnapshotStore",
                "SSHTransport", subprocess, system, deque, lifecycle, logging, mustache, crypto,
            ] + nio,
            swiftSettings: house),

        // The faces.
        .executableTarget(
            name: "plumbline",
            dependencies: [
                "ConfigModel", "DeviceInventory", "DeviceSession", "ConfigAnalysis", "SnapshotStore", "SSHTransport",
                "BackupWorkflow", arguments, lifecycle, logging,
            ],
            swiftSettings: house),
        .executableTarget(
            name: "plumbline-lab", dependencies: ["ConfigModel", "DeviceLab", arguments], swiftSettings: house),

        // What tests stand on: the contract of every transport, and the real servers of this machine.
        .target(
            name: "TransportContract", dependencies: ["ConfigModel", "DeviceSession"], path: "Tests/TransportContract",
            swiftSettings: house),
        .target(name: "RealServers", path: "Tests/RealServers", swiftSettings: house),

        .testTarget(name: "ConfigModelTests", dependencies: ["ConfigModel"], swiftSettings: house),
        .testTarget(name: "PatternsTests", dependencies: ["Patterns"], swiftSettings: house),
        .testTarget(
            name: "DeviceInventoryTests", dependencies: ["DeviceInventory", "ConfigModel", "Patterns"],
            resources: [.copy("Fixtures")], swiftSettings: house),
        .testTarget(
            name: "DeviceSessionTests", dependencies: ["DeviceSession", "ConfigModel", "TransportContract", crypto],
            exclude: ["Fixtures"], swiftSettings: house),
        .testTarget(
            name: "ConfigAnalysisTests", dependencies: ["ConfigAnalysis", "ConfigModel"],
            resources: [.copy("Fixtures")], swiftSettings: house),
        .testTarget(
            name: "SnapshotStoreTests", dependencies: ["SnapshotStore", "ConfigModel", crypto, subprocess],
            swiftSettings: house),
        .testTarget(
            name: "SSHTransportTests",
            dependencies: ["SSHTransport", "DeviceSession", "ConfigModel", "RealServers", "TransportContract"] + nio,
            swiftSettings: house),
        .testTarget(
            name: "DeviceLabTests", dependencies: ["DeviceLab", "ConfigModel", crypto, subprocess, system],
            swiftSettings: house),
        .testTarget(
            name: "BackupWorkflowTests",
            dependencies: [
                "BackupWorkflow", "ConfigAnalysis", "ConfigModel", "DeviceInventory", "DeviceSession", "SnapshotStore",
                "SSHTransport", "DeviceLab", "RealServers", "plumbline", lifecycle, logging,
            ], swiftSettings: house),
        // The bundled platforms, each against its transcripts.
        .testTarget(
            name: "PlatformTests",
            dependencies: ["BackupWorkflow", "ConfigModel", "DeviceInventory", "DeviceSession", "ConfigAnalysis"],
            exclude: ["Transcripts", "Language"], swiftSettings: house),
        .testTarget(
            name: "PlumblineTests", dependencies: ["RealServers", "plumbline", "plumbline-lab"], swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)
