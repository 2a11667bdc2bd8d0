// swift-tools-version: 6.2
// Measures the store in a release build; Benchmarks/store/measure runs it beside the C program of Benchmarks/floor.
// A package of its own, so that the product's build does not know it; its sources are links to the product's.
import PackageDescription

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "store-bench",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibGit2", pkgConfig: "libgit2"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .target(name: "ConfigModel", dependencies: [crypto], swiftSettings: house),
        .target(
            name: "SnapshotStore",
            dependencies: [
                "ConfigModel", "CLibGit2", "CZlib", crypto, .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: house),
        .executableTarget(name: "store-bench", dependencies: ["ConfigModel", "SnapshotStore"], swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)
