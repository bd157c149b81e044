import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

extension Verb {
  static let history = Verb(
    "history", "Show what was changed of an extension: when, by whom, and what came of it", operands: ["NAME"],
    options: [.output],
    notes: [
      "It is put together from what ksx noted here and on the object, from helm's revisions, from the last states and",
      "from who owns the object's fields. What none of them says is said not to be known.",
    ], as: ShowHistory.self)
}

/// The past of one installation.
struct ShowHistory: ClusterCommand {
  private let name: String
  private let output: Output

  init(_ arguments: Arguments) {
    name = arguments.name
    output = arguments.output
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let chronicle = try await session.asking("reading the past of \(name)") { () throws(ClusterError) in
      try await reader.chronicle(of: name, session.history)
    }
    if chronicle.entries.isEmpty, try await isUnknown(reader, session) { throw session.noSuchExtension(name) }
    session.outlet.note(chronicle.gaps.map { "note: \($0)" })
    switch output {
    case .json, .yaml: session.outlet.printExactly(output.text(value(chronicle)))
    case .name: session.outlet.print(chronicle.entries.map(\.time))
    case .table, .wide: session.outlet.print(table(chronicle).lines)
    }
    if chronicle.entries.isEmpty { session.outlet.note("nothing is known of changes to \(name) in \(session.name)") }
  }

  private func isUnknown(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) -> Bool {
    try await session.asking("getting extension \(name)") { () throws(ClusterError) in
      try await reader.extension(name, isWhole: false) == nil
    }
  }

  private func table(_ chronicle: Chronicle) -> TextTable {
    let isWide = output == .wide
    let good = chronicle.lastGood
    let rows = chronicle.entries.map { entry in
      let mark = entry == good ? " ← last good" : ""
      let outcome = entry.outcome.isEmpty ? "not known" : entry.outcome
      return [
        entry.time, entry.who, entry.what + (entry.reason.isEmpty ? "" : " (\(entry.reason))"), entry.version,
        isWide ? entry.digest : String(entry.digest.prefix(8)), outcome + mark,
      ] + (isWide ? [entry.source.rawValue] : [])
    }
    return TextTable(
      headings: ["WHEN", "WHO", "WHAT", "VERSION", "CONFIG", "CAME OF IT"] + (isWide ? ["KNOWN FROM"] : []), rows: rows)
  }

  private func value(_ chronicle: Chronicle) -> Value {
    let items = chronicle.entries.map { entry -> Value in
      var fields: Mapping = [
        "time": .string(entry.time), "who": .string(entry.who), "change": .string(entry.what),
        "version": .string(entry.version), "configDigest": .string(entry.digest), "outcome": .string(entry.outcome),
        "source": .string(entry.source.rawValue), "isLastGood": .bool(entry == chronicle.lastGood),
      ]
      if let wasInstalled = entry.wasInstalled { fields["installed"] = .bool(wasInstalled) }
      if !entry.reason.isEmpty { fields["reason"] = .string(entry.reason) }
      return .mapping(fields)
    }
    return .ours(
      "History",
      ["extension": .string(name), "items": .sequence(items), "notKnown": .sequence(chronicle.gaps.map(Value.string))])
  }
}
