// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "ksx",
  dependencies: [
    // Only ksxd uses these. ksx links no package: swift-http-types and swift-argument-parser bring
    // FoundationEssentials, 6.5 MB of a 15 MB budget (docs/ARCHITECTURE.md).
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    // C libraries. Each is a module map and one header of inline wrappers.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),

    // Each line names only modules above it.
    .target(name: "Platform"),
    .target(name: "Manifest", dependencies: ["Platform", "CYAML"]),
    .target(name: "HTTP", dependencies: ["Platform"]),
    .target(name: "KubernetesAPI", dependencies: ["HTTP", "Manifest", "Platform"]),
    .target(name: "CTerminal"),
    .target(name: "Terminal", dependencies: ["CNcurses", "CTerminal", "Manifest", "Platform"]),
    .target(name: "Client", dependencies: ["KubernetesAPI", "HTTP", "Manifest", "Platform", "CCurl"]),
    .target(name: "Packages", dependencies: ["Manifest", "Platform", "CZlib"]),
    .target(name: "Extensions", dependencies: ["Packages", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform"]),
    .target(
      name: "Operations",
      dependencies: ["Extensions", "Packages", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform"]),
    .target(name: "Editor", dependencies: ["Terminal", "Manifest", "Platform"]),
    .target(
      name: "Console",
      dependencies: [
        "Operations", "Extensions", "Packages", "Client", "KubernetesAPI", "HTTP", "Editor", "Terminal", "Manifest",
        "Platform",
      ],
      resources: [.embedInCode("Defaults")]),
    .target(
      name: "HTTPServer",
      dependencies: [
        "HTTP", "Platform",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .target(name: "Access", dependencies: ["KubernetesAPI", "HTTP", "Manifest", "Platform"]),
    .target(name: "APIServer", dependencies: ["KubernetesAPI", "HTTP", "Manifest", "Platform", "CSQLite"]),
    // What KubeSphere's schemas and webhooks say of its kinds: the API server itself knows no extension.
    .target(
      name: "KubeSphereKinds", dependencies: ["APIServer", "Extensions", "KubernetesAPI", "Manifest"],
      resources: [.embedInCode("Definitions")]),
    .target(name: "Charts", dependencies: ["Packages", "KubernetesAPI", "Manifest", "Platform"]),
    .target(
      name: "Controllers",
      dependencies: ["Charts", "Extensions", "Packages", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform"]),
    .target(
      name: "Commands",
      dependencies: [
        "Operations", "Extensions", "Packages", "Client", "KubernetesAPI", "HTTP", "Terminal", "Manifest", "Platform",
      ]),
    .executableTarget(name: "ksx", dependencies: ["Commands", "Console", "Operations", "Terminal", "Platform"]),
    .executableTarget(
      name: "ksxd",
      dependencies: [
        "HTTPServer", "Access", "APIServer", "KubeSphereKinds", "Charts", "Controllers", "Extensions", "Client",
        "KubernetesAPI", "HTTP", "Manifest", "Platform",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // The reading side of scripts/soak.
    .executableTarget(
      name: "soak", dependencies: ["Extensions", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform"],
      path: "Benchmarks/Soak"),

    // What tests of several modules need.
    .target(
      name: "TestSupport", dependencies: ["Client", "KubernetesAPI", "HTTP", "Manifest", "Platform"],
      path: "Tests/TestSupport"),
    .testTarget(name: "ManifestTests", dependencies: ["Manifest", "Platform", "TestSupport"]),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal", "CTerminal", "Manifest", "Platform"]),
    .testTarget(
      name: "ClientTests", dependencies: ["Client", "KubernetesAPI", "HTTP", "Manifest", "Platform", "TestSupport"]),
    .testTarget(
      name: "ExtensionsTests",
      dependencies: [
        "Extensions", "Packages", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform", "TestSupport",
      ]),
    .testTarget(
      name: "OperationsTests",
      dependencies: [
        "Operations", "Extensions", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform", "TestSupport",
      ]),
    .testTarget(name: "EditorTests", dependencies: ["Editor", "Terminal", "Manifest", "Platform", "TestSupport"]),
    .testTarget(name: "HTTPServerTests", dependencies: ["HTTPServer", "HTTP", "Platform", "TestSupport"]),
    // An API of KubeSphere's kinds, and a short way to ask it things.
    .target(
      name: "APITestSupport",
      dependencies: [
        "Access", "APIServer", "KubeSphereKinds", "Extensions", "KubernetesAPI", "HTTP", "Manifest", "Platform",
      ], path: "Tests/APITestSupport"),
    .testTarget(
      name: "AccessTests",
      dependencies: [
        "Access", "APITestSupport", "APIServer", "KubernetesAPI", "HTTP", "Manifest", "Platform", "TestSupport",
      ]),
    .testTarget(
      name: "APIServerTests",
      dependencies: [
        "APIServer", "APITestSupport", "KubeSphereKinds", "Extensions", "Client", "KubernetesAPI", "HTTP", "Manifest",
        "Platform", "CSQLite", "TestSupport",
      ]),
    .testTarget(
      name: "KubeSphereKindsTests",
      dependencies: [
        "KubeSphereKinds", "APITestSupport", "Extensions", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform",
        "TestSupport",
      ]),
    .testTarget(
      name: "ChartsTests",
      dependencies: [
        "Charts", "Extensions", "Packages", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform", "TestSupport",
      ]),
    .testTarget(
      name: "ControllersTests",
      dependencies: [
        "Controllers", "Charts", "APIServer", "KubeSphereKinds", "Extensions", "Packages", "Client", "KubernetesAPI",
        "HTTP", "Manifest", "Platform", "TestSupport",
      ]),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "Commands", "HTTPServer", "Access", "APIServer", "KubeSphereKinds", "Charts", "Controllers", "Operations",
        "Extensions",
        "Packages", "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform",
        "TestSupport",
      ]),
    .testTarget(
      name: "ConsoleTests",
      dependencies: [
        "Console", "HTTPServer", "Access", "APIServer", "KubeSphereKinds", "Charts", "Controllers", "Operations",
        "Extensions",
        "Packages", "Client", "KubernetesAPI", "HTTP", "Editor", "Terminal",
        "Manifest", "Platform", "TestSupport",
      ]),
    // A real client and a real server, and between them whatever can go wrong.
    .testTarget(
      name: "FaultTests",
      dependencies: [
        "HTTPServer", "Access", "APIServer", "KubeSphereKinds", "Charts", "Controllers", "Extensions", "Packages",
        "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform", "TestSupport",
      ]),
    // One suite, asked of ksxd in process here, and of running servers by scripts/conformance.
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "HTTPServer", "Access", "APIServer", "KubeSphereKinds", "Charts", "Controllers", "Extensions", "Packages",
        "Client", "KubernetesAPI", "HTTP", "Manifest", "Platform", "TestSupport",
      ]),
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
