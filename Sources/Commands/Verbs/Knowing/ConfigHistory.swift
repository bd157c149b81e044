import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

extension Verb {
  static let configHistory = Verb(
    "config history", "List the configs an extension had, by their digests", operands: ["NAME"],
    options: ListFormat.options, as: ListConfigs.self)

  static let configDiff = Verb(
    "config diff", "Compare an earlier config with the present one, or two earlier ones",
    operands: ["NAME", "[DIGEST]", "[DIGEST]"], options: [.output], failureStatus: 2,
    notes: [
      "Without a digest it takes the newest config that is another than the present one. It ends with 0 when they are",
      "the same, with 1 when they differ, with 2 when it cannot be told.",
    ], as: CompareConfigs.self)
}

/// The configs that an extension has and had.
private struct RememberedConfigs {
  /// Newest first, without duplicates; the first is the present one, if the extension is installed.
  var entries: [ReleaseMemory.Entry]
  var isInstalled: Bool

  init(of name: String, in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let all = try await session.installations(reader).map(Installation.init)
    let memory = session.history.releases(of: name)
    let installation = Installations(all).of(name)
    isInstalled = installation != nil
    entries = memory.configs(now: installation)
    if entries.isEmpty {
      throw CommandError("no config of \(name) is known in \(session.name); ksx list shows what is installed")
    }
  }

  func entry(_ digest: String, of name: String) throws(CommandError) -> ReleaseMemory.Entry {
    let found = entries.filter { $0.digest.hasPrefix(digest.lowercased()) }
    guard let first = found.first, found.count == 1 else {
      let problem = found.isEmpty ? "has no config" : "has several configs"
      throw CommandError("\(name) \(problem) whose digest begins with \(digest); ksx config history \(name) lists them")
    }
    return first
  }
}

extension ReleaseMemory.Entry {
  fileprivate func value(isPresent: Bool) -> Value {
    var fields: Mapping = [
      "digest": .string(digest), "version": .string(version), "until": .string(time),
      "isPresent": .bool(isPresent), "config": .string(config),
    ]
    if let wasInstalled { fields["installed"] = .bool(wasInstalled) }
    return .mapping(fields)
  }
}

struct ListConfigs: ClusterCommand {
  private let name: String
  private let format: ListFormat

  init(_ arguments: Arguments) throws(CommandError) {
    name = arguments.name
    format = try ListFormat(arguments)
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let configs = try await RememberedConfigs(of: name, in: session)
    let present = configs.isInstalled ? configs.entries.first : nil
    let items = configs.entries.map { item($0, isPresent: $0 == present) }
    try Listing(
      kind: "ConfigHistory", head: ["extension": .string(name)],
      headings: ["DIGEST", "UNTIL", "VERSION", "INSTALLED", "LINES", "REPLACED BY"], items: items
    ).print(format, to: session.outlet)
  }

  private func item(_ entry: ReleaseMemory.Entry, isPresent: Bool) -> Listing.Item {
    let cells = [
      entry.digest, isPresent ? "now" : entry.time, entry.version,
      entry.wasInstalled.map { $0 ? "yes" : "no" } ?? "not known",
      "\(entry.config.utf8.split(separator: UInt8(ascii: "\n")).count)", entry.what,
    ]
    return Listing.Item(name: entry.digest, value: entry.value(isPresent: isPresent), cells: cells)
  }
}

struct CompareConfigs: ClusterCommand {
  private let name: String
  private let digests: [String]
  private let output: Output

  init(_ arguments: Arguments) {
    name = arguments.name
    digests = Array(arguments.operands.dropFirst())
    output = arguments.output
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let configs = try await RememberedConfigs(of: name, in: session)
    let (old, new) = try pair(configs)
    let changes = LineDifference(from: old.config, to: new.config).changes
    switch output {
    case .json, .yaml:
      let lines = changes.map { line -> Value in
        ["sign": line.kind == .added ? "+" : "-", "text": .string(line.shown)]
      }
      session.outlet.printExactly(
        try output.text(
          .ksxDocument(
            "ConfigDifference",
            [
              "extension": .string(name), "from": .string(old.digest), "to": .string(new.digest),
              "lines": .sequence(lines),
            ])))
    case .name: session.outlet.print([old.digest, new.digest])
    case .table, .wide:
      if changes.isEmpty { break }
      session.outlet.print(["--- \(old.digest) \(old.version)", "+++ \(new.digest) \(new.version)"])
      session.outlet.print(changes.map { "\($0.kind == .added ? "+" : "-")\($0.shown)" })
    }
    if !changes.isEmpty { throw .verdict(1) }
  }

  private func pair(
    _ configs: RememberedConfigs
  ) throws(CommandError) -> (old: ReleaseMemory.Entry, new: ReleaseMemory.Entry) {
    let newest = configs.entries[0]
    if digests.count == 2 { return (try configs.entry(digests[0], of: name), try configs.entry(digests[1], of: name)) }
    if let digest = digests.first { return (try configs.entry(digest, of: name), newest) }
    guard configs.entries.count > 1 else { throw CommandError("no other config of \(name) is known here") }
    return (configs.entries[1], newest)
  }
}
