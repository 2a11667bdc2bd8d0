// swift-tools-version: 6.2
// Measures the normaliser in a release build: swift run -c release --package-path Benchmarks/normalise
// A package of its own, so that the product's build does not know it; its sources are links to the product's.
import PackageDescription

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "normalise",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CCrypt"),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8"),
        .target(name: "ConfigModel", dependencies: [crypto], swiftSettings: house),
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: house),
        .target(
            name: "ConfigAnalysis",
            dependencies: [
                "ConfigModel", "Patterns", "CCrypt", crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ], swiftSettings: house),
        .target(
            name: "DeviceInventory",
            dependencies: ["ConfigModel", "Patterns", crypto, .product(name: "Yams", package: "Yams")],
            resources: [.embedInCode("Platforms"), .embedInCode("Policies")], swiftSettings: house),
        .executableTarget(
            name: "normalise", dependencies: ["ConfigModel", "ConfigAnalysis", "DeviceInventory"],
            swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)
