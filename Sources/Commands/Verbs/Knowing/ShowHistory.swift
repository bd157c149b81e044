import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let history = Verb(
    "history", "Show what was changed of an extension: when, by whom, and what came of it", operands: ["NAME"],
    options: ListFormat.options,
    notes: [
      "It is put together from what ksx noted here and on the object, from helm's revisions, from the last states and",
      "from who owns the object's fields. What none of them says is said not to be known.",
    ], as: ShowHistory.self)
}

/// Prints the past of an installation.
struct ShowHistory: ClusterCommand {
  private let name: String
  private let format: ListFormat

  init(_ arguments: Arguments) throws(CommandError) {
    name = arguments.name
    format = try ListFormat(arguments)
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let chronicle = try await session.asking("reading the past of \(name)") { () throws(ClusterError) in
      try await reader.chronicle(of: name, session.history)
    }
    if chronicle.entries.isEmpty, try await isUnknown(reader, session) { throw session.noSuchExtension(name) }
    session.outlet.note(chronicle.gaps.map { "note: \($0)" })
    try listing(chronicle).print(format, to: session.outlet)
    if chronicle.entries.isEmpty { session.outlet.note("nothing is known of changes to \(name) in \(session.name)") }
  }

  private func isUnknown(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) -> Bool {
    try await session.asking("getting extension \(name)") { () throws(ClusterError) in
      try await reader.extension(name, isWhole: false) == nil
    }
  }

  private func listing(_ chronicle: ExtensionHistory) -> Listing {
    let headings = ["WHEN", "WHO", "WHAT", "VERSION", "CONFIG", "CAME OF IT"]
    let good = chronicle.lastGood
    return Listing(
      kind: "History", head: ["extension": .string(name)],
      tail: ["notKnown": .sequence(chronicle.gaps.map { .string($0.english) })],
      headings: headings + (format.output == .wide ? ["KNOWN FROM"] : []),
      items: chronicle.entries.map { entry in
        let isGood = entry == good
        return Listing.Item(name: entry.time, value: value(entry, isGood), cells: cells(entry, isGood))
      })
  }

  private func cells(_ entry: ExtensionHistory.Entry, _ isLastGood: Bool) -> [String] {
    let isWide = format.output == .wide
    let outcome = entry.outcome.isEmpty ? "not known" : entry.outcome.english
    return [
      entry.time, entry.who.english, entry.what + (entry.reason.isEmpty ? "" : " (\(entry.reason))"), entry.version,
      isWide ? entry.digest : String(entry.digest.prefix(8)), outcome + (isLastGood ? " ← last good" : ""),
    ] + (isWide ? [entry.source.rawValue] : [])
  }

  private func value(_ entry: ExtensionHistory.Entry, _ isLastGood: Bool) -> Value {
    var fields: Mapping = [
      "time": .string(entry.time), "who": .string(entry.who.english), "change": .string(entry.what),
      "version": .string(entry.version), "configDigest": .string(entry.digest),
      "outcome": .string(entry.outcome.english),
      "source": .string(entry.source.rawValue), "isLastGood": .bool(isLastGood),
    ]
    if let wasInstalled = entry.wasInstalled { fields["installed"] = .bool(wasInstalled) }
    if !entry.reason.isEmpty { fields["reason"] = .string(entry.reason) }
    return .mapping(fields)
  }
}
