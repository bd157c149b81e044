import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform

extension Verb {
  static let inside = Verb(
    "inside", "Show what is in the package of an extension: permissions, images, kinds, what it serves",
    operands: ["NAME[@VERSION]"], options: [.images, .output],
    notes: [
      "Without a version it takes the one that is installed, else the one that is recommended. A permission that reaches",
      "further than the extension has a ! before it. With --images it prints its images, one a line, for mirroring.",
    ], as: Inside.self)

  static let diff = Verb(
    "diff", "Compare two versions of an extension: default values, needs, permissions, images, kinds, changelog",
    operands: ["[NAME]", "[VERSION]", "[VERSION]"], options: [.filename, .prune, .output], failureStatus: 2,
    notes: [
      "With -f FILE it compares a file of ksx export with the cluster instead: what ksx apply -f would change. It ends with 0",
      "when they are the same, with 1 when they differ, with 2 when it cannot be told.",
    ], as: Differences.self)
}

extension CommandSession {
  /// Reads a version with its package; throws if it does not exist or cannot be read.
  func package(
    of name: String, _ version: String?, _ reader: ClusterReader
  ) async throws(CommandError) -> VersionComparison.Side {
    let found = try await asking("reading the package of \(name)") { () throws(ClusterError) in
      try await reader.package(of: name, version, gateway: session.gateway)
    }
    guard let found else {
      guard let version else { throw await nothingOffered(of: name, reader) }
      throw CommandError("\(self.name) has no version \(version) of \(name); ksx versions \(name) lists them")
    }
    switch found.package {
    case .success(let package): return VersionComparison.Side(found.version, package)
    case .failure(let error):
      throw CommandError("the package of \(name) \(found.version.version) is not at hand: \(error)")
    }
  }
}

/// Shows the contents of a package.
struct Inside: ClusterCommand {
  private let name: String
  private let version: String?
  private let onlyImages: Bool
  private let output: Output

  init(_ arguments: Arguments) {
    let parts = arguments.name.split(separator: "@", maxSplits: 1).map(String.init)
    name = parts.first ?? ""
    version = parts.count == 2 ? parts[1] : nil
    onlyImages = arguments.has(.images)
    output = arguments.output
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let side = try await session.package(of: name, version, try await session.reader())
    let contents = PackageContents(side.package)
    let outlet = session.outlet
    if onlyImages {
      if contents.images.isEmpty { outlet.note("\(name) \(side.version.version) names no images") }
      return outlet.print(contents.images)
    }
    switch output {
    case .json, .yaml: outlet.printExactly(try output.text(value(side.version.version, contents)))
    case .name: outlet.print("\(name)@\(side.version.version)")
    case .table, .wide: outlet.print(lines(side.version.version, contents))
    }
  }

  private func lines(_ version: String, _ contents: PackageContents) -> [String] {
    let permissions = contents.permissions.map { "\($0.isDangerous ? "! " : "  ")\($0.words)" }
    let sections: [(String, [String])] = [
      ("permissions of its installer", permissions),
      ("where its charts are installed", contents.parts.map { "  \($0.name): \($0.words.english)" }),
      ("what people may be granted", contents.grants.map { "  \($0)" }), ("images", contents.images.map { "  \($0)" }),
      (
        "kinds",
        contents.kinds.map { "  \($0.words)\($0.isConditional ? ", where the cluster has what it asks for" : "")" }
      ),
      ("known only once it is rendered", contents.unknownFiles.map { "  \($0)" }),
      ("definitions", contents.definitions.map { "  \($0.words)" }),
      ("serves", contents.served.map { "  \($0.kind) \($0.words(in: name))" }),
    ]
    return ["\(name) \(version), \((contents.size + 1023) / 1024) KiB"]
      + sections.filter { !$0.1.isEmpty }.flatMap { [$0.0] + $0.1 }
  }

  private func value(_ version: String, _ contents: PackageContents) -> Value {
    func kinds(_ all: [PackageContents.Kind]) -> Value {
      .sequence(
        all.map { kind in
          [
            "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind),
            "conditional": .bool(kind.isConditional),
          ]
        })
    }
    return .ksxDocument(
      "Contents",
      [
        "extension": .string(name), "version": .string(version), "bytes": .integer(contents.size),
        "permissions": .sequence(
          contents.permissions.map { ["text": .string($0.words), "reachesFar": .bool($0.isDangerous)] }),
        "charts": .sequence(
          contents.parts.map { ["name": .string($0.name), "place": .string($0.place.rawValue)] }),
        "grants": .sequence(contents.grants.map(Value.string)),
        "images": .sequence(contents.images.map(Value.string)), "kinds": kinds(contents.kinds),
        "definitions": kinds(contents.definitions),
        "unknown": .sequence(contents.unknownFiles.map(Value.string)),
        "serves": .sequence(contents.served.map { ["kind": .string($0.kind), "what": .string($0.words(in: name))] }),
      ])
  }
}

/// `ksx diff`: compares two versions, or a file with the cluster.
struct Differences: ClusterCommand {
  private let command: any ClusterCommand

  init(_ arguments: Arguments) throws(CommandError) {
    if arguments[.filename] != nil {
      guard arguments.operands.isEmpty else { throw CommandError("ksx diff -f takes no \(arguments.name)") }
      command = try CompareSet(arguments)
    } else {
      guard arguments.operands.count == 3 else {
        throw CommandError("ksx diff needs NAME VERSION VERSION, or -f FILE; see ksx help diff")
      }
      command = CompareVersions(arguments)
    }
  }

  func run(in session: CommandSession) async throws(CommandError) { try await command.run(in: session) }
}

/// Compares two versions.
struct CompareVersions: ClusterCommand {
  private let name: String
  private let versions: [String]
  private let output: Output

  init(_ arguments: Arguments) {
    name = arguments.name
    versions = Array(arguments.operands.dropFirst())
    output = arguments.output
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let old = try await session.package(of: name, versions[0], reader)
    let new = try await session.package(of: name, versions[1], reader)
    let installed = await result { () throws(ClusterError) in try await reader.installations().map(Installation.init) }
    let config = (try? installed.get()).flatMap { Installations($0).of(name)?.config } ?? ""
    let comparison = VersionComparison(
      from: old, to: new, config: (try? YAML.parse(config)) ?? [:], language: session.outlet.language)
    try print(comparison, session.outlet)
    if !comparison.sections.isEmpty { throw .verdict(1) }
  }

  private func print(_ comparison: VersionComparison, _ outlet: Outlet) throws(CommandError) {
    switch output {
    case .json, .yaml:
      let sections = comparison.sections.map { section -> Value in
        let lines = section.lines.map { line -> Value in
          ["sign": .string(line.sign.rawValue), "text": .string(line.text)]
        }
        return ["title": .string(section.title), "lines": .sequence(lines)]
      }
      outlet.printExactly(
        try output.text(
          .ksxDocument(
            "VersionDifference",
            [
              "extension": .string(name), "from": .string(versions[0]), "to": .string(versions[1]),
              "sections": .sequence(sections),
            ])))
    case .name: outlet.print(comparison.sections.map(\.title))
    case .table, .wide:
      outlet.print(comparison.sections.flatMap { [$0.title] + $0.lines.map { "  \($0.sign.rawValue) \($0.text)" } })
    }
  }
}
