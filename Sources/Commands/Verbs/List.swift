import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform

extension Verb {
  static let list = Verb(
    "list", "List the extensions of the marketplace with their states", operands: ["[TEXT]"],
    options: [.output, .filter],
    notes: [
      "With TEXT only those with it in their name or displayed name. Where a gateway is the only way, it searches the",
      "displayed names itself, so that a large marketplace need not be sent.",
      "",
      "--where takes the language of the console's filter; its terms stand between blanks, and all must hold:",
      "  WORD              in title, name, category, provider, keywords, description or versions; \"two words\" in quotes",
      "  installed update failed off busy",
      "  KEY:VALUE         state version kube ks repo category since needs; with : = != and, for version, kube, ks and",
      "                    since, >= <= > <: state:failed version>=1.2 kube:1.27 needs:log-lens since:2h since:2026-05-01",
      "  -f LETTERS        in this order in title or name",
      "  -l KEY=VALUE      a label of the extension, or one of its columns here",
      "  !TERM             what the term leaves out",
    ], as: List.self)
}

struct List: ClusterCommand {
  /// What the names must have in them; empty for all.
  private let text: String
  private let output: Output
  private let filter: ExtensionFilter

  init(_ arguments: Arguments) throws(CommandError) {
    text = arguments.name
    output = arguments.output
    filter = try arguments.extensionFilter()
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    async let answer = result { () throws(ClusterError) in try await reader.installations() }
    if output == .name, text.isEmpty, filter.isEmpty {
      let names = try await session.asking("listing extensions") { () throws(ClusterError) in
        try await reader.names()
      }
      let others = try await unoffered(try installed(await answer, reader, session), besides: names, reader)
      return session.outlet.print(names + others.map(\.extension))
    }
    let found = try await session.asking("listing extensions") { () throws(ClusterError) in
      try await extensions(reader, session.session)
    }
    let (objects, installed) = try await filtered(found, try installed(await answer, reader, session), reader, session)
    switch output {
    case .table, .wide: printRows(objects, installed.map(Installation.init), reader, session)
    case .name, .json, .yaml:
      try await printNames(objects, installed, reader, session)
    }
  }

  /// What the filter takes of the extensions and of what is installed.
  private func filtered(
    _ objects: [Object], _ installed: [Object], _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> ([Object], [Object]) {
    if filter.isEmpty { return (objects, installed) }
    let names = try await session.asking("reading what the filter asks for") { () throws(ClusterError) in
      try await reader.names(
        takenBy: filter, among: objects, Installations(installed.map(Installation.init)), session.history.releases(),
        language: session.outlet.language, at: Timestamp.now())
    }
    return (
      objects.filter { names.contains($0.name) },
      installed.filter { names.contains(Installation($0).extension) }
    )
  }

  private func printNames(
    _ objects: [Object], _ installed: [Object], _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) {
    let others = try await unoffered(installed, besides: objects.map(\.name), reader)
    guard output == .name else {
      let orphans = Set(others.map(\.name))
      return session.outlet.printExactly(output.text(objects + installed.filter { orphans.contains($0.name) }))
    }
    if objects.isEmpty, others.isEmpty { session.outlet.note(nothing(session)) }
    session.outlet.print(objects.map(\.name) + others.map(\.extension))
  }

  private func printRows(
    _ objects: [Object], _ installed: [Installation], _ reader: ClusterReader, _ session: CommandSession
  ) {
    let found = objects.map { Extension($0, dialect: reader.dialect) }
    let rows = ExtensionRow.all(
      found, Installations(installed), session.history.releases(), language: session.outlet.language
    ).filter { $0.status.isOffered || hasText($0.name, $0.title) }
    let table = TextTable(ListColumns.all, rows.sorted { $0.name < $1.name }, isWide: output == .wide)
    session.outlet.print(table.lines)
    if rows.isEmpty { session.outlet.note(nothing(session)) }
  }

  private func nothing(_ session: CommandSession) -> String {
    let asked = [text, filter.text].filter { !$0.isEmpty }.joined(separator: " and ")
    return "\(asked.isEmpty ? "no extensions" : "no extension matches \(asked)") in \(session.name)"
  }

  private func hasText(_ names: String...) -> Bool {
    let text = text.lowercased()
    return text.isEmpty || names.contains { $0.lowercased().containsText(text) }
  }

  /// What is installed; a user who may not see installations still sees what the extensions say of themselves.
  private func installed(
    _ answer: Result<[Object], ClusterError>, _ reader: ClusterReader, _ session: CommandSession
  ) throws(CommandError) -> [Object] {
    switch answer {
    case .success(let objects): return objects
    case .failure(let error) where error.isOfMissingKind:
      throw CommandError(error, "listing \(reader.dialect.installations.plural)", at: session.server)
    case .failure: return []
    }
  }

  /// What is installed, is asked for, and is none of the extensions called `names`.
  private func unoffered(
    _ installed: [Object], besides names: [String], _ reader: ClusterReader
  ) async throws(CommandError) -> [Installation] {
    let installations = Installations(installed.map(Installation.init))
    // What has the text in a name that its extension does not show is offered all the same.
    var offered = Set(names)
    if !text.isEmpty {
      offered.formUnion((try? await reader.names()) ?? [])
    }
    return installations.extensions.filter { !offered.contains($0) && hasText($0) }.sorted()
      .compactMap(installations.of)
  }

  /// All extensions, or those with the text that was asked for.
  private func extensions(_ reader: ClusterReader, _ session: ClusterSession) async throws(ClusterError) -> [Object] {
    if text.isEmpty { return try await reader.extensions(isWhole: output.isWhole) }
    // Only shipped KubeSphere has the gateway's search (docs/KUBESPHERE.md: Gateway), and what it does not find may have the text in
    // its name.
    if session.isByGatewayAlone, reader.dialect.era == .installPlan, let gateway = session.gateway,
      let found = try? await gateway.all(text, skipping: output.isWhole ? JSONPaths() : Extension.unread),
      !found.isEmpty
    {
      return found
    }
    return try await reader.extensions(isWhole: output.isWhole).filter { object in
      let names = [object.name] + Extension(object, dialect: reader.dialect).displayName.texts.values
      return names.contains { $0.lowercased().containsText(text.lowercased()) }
    }
  }
}

extension GatewayAPI {
  /// Every extension with `text` in a displayed name, page by page.
  fileprivate func all(_ text: String, skipping: JSONPaths) async throws(ClusterError) -> [Object] {
    var found: [Object] = []
    var search = Search(text: text, size: 200)
    while true {
      let page = try await self.search(search, skipping: skipping)
      found += page.objects
      if page.objects.isEmpty || found.count >= page.total { return found }
      search.page += 1
    }
  }
}
