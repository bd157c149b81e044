// swift-tools-version: 6.2
import PackageDescription

// What many targets name together, each with all that is below it.
let values: [Target.Dependency] = ["Manifest", "Platform"]
let api = ["KubernetesAPI", "HTTP"] + values
let client = ["Client"] + api
let domain = ["Extensions", "Packages"] + client
let backend: [Target.Dependency] = ["HTTPServer", "Access", "APIServer", "KubeSphereKinds", "Charts", "Controllers"]
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let http2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")

// The commit is told by scripts/release; other builds do not ask for it, so that a commit rebuilds nothing.
let commit = Context.environment["KSX_COMMIT"] ?? ""
let build: [CSetting] =
  commit.isEmpty
  ? []
  : [
    .define("KSX_COMMIT", to: "\"\(commit)\""), .define("KSX_DIRTY", to: Context.environment["KSX_DIRTY"] ?? "0"),
  ]

let package = Package(
  name: "ksx",
  dependencies: [
    // Only ksxd uses these. ksx links no package: swift-http-types and swift-argument-parser bring
    // FoundationEssentials, 6.5 MB of a 15 MB budget (docs/ARCHITECTURE.md).
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    // C libraries. Each is a module map and one header of inline wrappers.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),

    // Each line names only modules above it.
    .target(name: "Platform"),
    .target(name: "Manifest", dependencies: ["Platform", "CYAML"]),
    .target(name: "HTTP", dependencies: ["Platform"]),
    .target(name: "KubernetesAPI", dependencies: ["HTTP"] + values),
    .target(name: "CTerminal"),
    .target(name: "CBuild", cSettings: build),
    .target(name: "Terminal", dependencies: ["CNcurses", "CTerminal"] + values),
    .target(name: "Client", dependencies: api + ["CCurl"]),
    .target(name: "Packages", dependencies: values + ["CZlib"]),
    .target(name: "Extensions", dependencies: ["Packages"] + client),
    .target(name: "Operations", dependencies: domain),
    .target(name: "Editor", dependencies: ["Terminal"] + values),
    .target(
      name: "Console", dependencies: ["Operations", "Editor", "Terminal"] + domain,
      resources: [.embedInCode("Defaults")]),
    .target(
      name: "HTTPServer",
      dependencies: ["HTTP", "Platform"] + nio + [tls, http2, .product(name: "NIOTLS", package: "swift-nio")]),
    // The gateway is a client of the API, on NIO's event loops.
    .target(
      name: "GatewayServer",
      dependencies: ["HTTPServer"] + domain + nio + [tls, http2, .product(name: "NIOTLS", package: "swift-nio")]),
    .target(name: "Access", dependencies: client + ["CCrypt"]),
    .target(name: "APIServer", dependencies: api + ["CSQLite", "CBuild"], resources: [.embedInCode("Kinds")]),
    // What KubeSphere's schemas and webhooks say of its kinds: the API server itself knows no extension.
    .target(
      name: "KubeSphereKinds", dependencies: ["APIServer", "Extensions", "KubernetesAPI"] + values,
      resources: [.embedInCode("Definitions")]),
    .target(name: "Charts", dependencies: ["Packages", "CZstd"] + client),
    .target(name: "Controllers", dependencies: ["Charts"] + domain),
    .target(name: "Commands", dependencies: ["Operations", "Terminal"] + domain),
    .executableTarget(name: "ksx", dependencies: ["Commands", "Console", "Operations", "Terminal", "Platform"]),
    .executableTarget(
      name: "ksxd",
      dependencies: backend + ["GatewayServer", "Extensions"] + client + [
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // The reading side of scripts/soak.
    .executableTarget(name: "soak", dependencies: ["Extensions"] + client, path: "Benchmarks/Soak"),

    // What tests of several modules need.
    .target(name: "TestSupport", dependencies: client, path: "Tests/TestSupport"),
    .testTarget(name: "ManifestTests", dependencies: values + ["TestSupport"]),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal", "CTerminal"] + values),
    .testTarget(name: "ClientTests", dependencies: client + ["TestSupport"]),
    .testTarget(name: "ExtensionsTests", dependencies: domain + ["TestSupport"]),
    .testTarget(name: "OperationsTests", dependencies: ["Operations", "Extensions"] + client + ["TestSupport"]),
    .testTarget(name: "EditorTests", dependencies: ["Editor", "Terminal"] + values + ["TestSupport"]),
    .testTarget(
      name: "HTTPServerTests",
      dependencies: ["HTTPServer", "HTTP", "Platform", "TestSupport"] + nio + [
        tls, http2, .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    // An API of KubeSphere's kinds, and a short way to ask it things.
    .target(
      name: "APITestSupport", dependencies: ["Access", "APIServer", "KubeSphereKinds", "Extensions"] + api,
      path: "Tests/APITestSupport"),
    .testTarget(
      name: "GatewayServerTests",
      dependencies: ["GatewayServer"] + backend + ["APITestSupport"] + domain + nio + [tls, http2, "TestSupport"]),
    .testTarget(
      name: "AccessTests",
      dependencies: ["Access", "APITestSupport", "APIServer", "HTTPServer"] + client + ["TestSupport"]),
    .testTarget(
      name: "APIServerTests",
      dependencies: ["APIServer", "APITestSupport", "KubeSphereKinds", "Extensions", "CSQLite"] + client + [
        "TestSupport"
      ]),
    .testTarget(
      name: "KubeSphereKindsTests",
      dependencies: ["KubeSphereKinds", "APITestSupport", "Extensions"] + client + ["TestSupport"]),
    .testTarget(name: "ChartsTests", dependencies: ["Charts"] + domain + ["TestSupport"]),
    .testTarget(
      name: "ControllersTests",
      dependencies: ["Controllers", "Charts", "APIServer", "KubeSphereKinds"] + domain + ["TestSupport"]),
    .testTarget(name: "CommandsTests", dependencies: ["Commands", "Operations"] + backend + domain + ["TestSupport"]),
    .testTarget(
      name: "ConsoleTests",
      dependencies: ["Console", "Editor", "Terminal", "Operations"] + backend + domain + ["TestSupport"],
      exclude: ["Golden"]),
    // A real client and a real server, and between them whatever can go wrong.
    .testTarget(name: "FaultTests", dependencies: backend + domain + ["TestSupport"]),
    // One suite, asked of ksxd in process here, and of running servers by scripts/conformance.
    .testTarget(name: "ConformanceTests", dependencies: backend + domain + ["TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// An import is private to its file's module unless it says `public`, members are
// visible only where their module is imported, and existentials say `any`.
for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  // `make check` asks for this; others may have a newer compiler with newer warnings.
  if Context.environment["KSX_STRICT"] != nil { target.swiftSettings?.append(.treatAllWarnings(as: .error)) }
}
