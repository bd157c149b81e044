import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform
import Terminal

extension Runner {
  func list() async throws(CommandError) {
    let reader = ClusterReader(cluster, try await capabilities())
    let format = format
    async let installed = result { () throws(ClusterError) in try await reader.installations() }
    if format == .name, invocation.name.isEmpty {
      let names = try await asking("listing extensions") { () throws(ClusterError) in try await reader.names() }
      let others = try await unoffered(await installed, besides: names, reader)
      return outlet.print(Self.lines(of: names + others.map(\.extension)))
    }
    let objects = try await asking("listing extensions") { () throws(ClusterError) in
      try await extensions(reader)
    }
    let answer = await installed
    let names = objects.map(\.name)
    if format.isWhole || format == .name {
      let others = try await unoffered(answer, besides: names, reader)
      if format == .name {
        if names.isEmpty, others.isEmpty { outlet.note(nothing) }
        return outlet.print(Self.lines(of: names + others.map(\.extension)))
      }
      let orphans = Set(others.map(\.name))
      let all = objects + ((try? answer.get()) ?? []).filter { orphans.contains($0.name) }
      return outlet.print(format.text(all))
    }
    try printRows(objects, try installations(answer, reader), reader)
  }

  private func printRows(_ objects: [Object], _ installations: Installations, _ reader: ClusterReader)
    throws(CommandError)
  {
    let found = objects.map { Extension($0, dialect: reader.dialect) }
    let rows = ExtensionRow.all(found, installations, memories, language: outlet.language)
      .filter { $0.status.isOffered || hasText($0.name, $0.title) }
    outlet.print(ListRow.table(rows.sorted { $0.name < $1.name }, isWide: format == .wide).text)
    if rows.isEmpty { outlet.note(nothing) }
  }

  private var nothing: String {
    let text = invocation.name
    let what = text.isEmpty ? "no extensions" : "no extension matches \(text)"
    return "\(what) in \(destination.name)".sanitised
  }

  private var memories: [String: ReleaseMemory] { shelf.history(of: destination.identity).releases() }

  private func hasText(_ names: String...) -> Bool {
    let text = invocation.name.lowercased()
    return text.isEmpty || names.contains { $0.lowercased().contains(text) }
  }

  /// What is installed; whoever may not see installations still sees what the extensions say of themselves.
  private func installations(
    _ answer: Result<[Object], ClusterError>, _ reader: ClusterReader
  ) throws(CommandError) -> Installations {
    if case .failure(let error) = answer, error.isOfMissingKind {
      throw CommandError(error, "listing \(reader.dialect.installations.plural)", at: destination.server)
    }
    return Installations(((try? answer.get()) ?? []).map(Installation.init))
  }

  /// What is installed, is asked for, and is none of the extensions called `names`.
  private func unoffered(
    _ answer: Result<[Object], ClusterError>, besides names: [String], _ reader: ClusterReader
  ) async throws(CommandError) -> [Installation] {
    let installations = try installations(answer, reader)
    // What has the text in a name that its extension does not show is offered all the same.
    var offered = Set(names)
    if !invocation.name.isEmpty {
      offered.formUnion((try? await reader.names()) ?? [])
    }
    return installations.extensions.filter { !offered.contains($0) && hasText($0) }.sorted()
      .compactMap(installations.of)
  }

  /// All extensions, or those with the text that was asked for.
  private func extensions(_ reader: ClusterReader) async throws(ClusterError) -> [Object] {
    let text = invocation.name
    if text.isEmpty { return try await reader.extensions(isWhole: format.isWhole) }
    // Only shipped KubeSphere has the gateway's search (docs/KUBESPHERE.md: Gateway), and what it does not find may have the text in
    // its name.
    if destination.isByGatewayAlone, reader.dialect.era == .installPlan, let gateway = destination.gateway,
      let found = try? await gateway.all(text, skipping: format.isWhole ? JSONPaths() : Extension.unread),
      !found.isEmpty
    {
      return found
    }
    return try await reader.extensions(isWhole: format.isWhole).filter { object in
      let names = [object.name] + Extension(object, dialect: reader.dialect).displayName.texts.values
      return names.contains { $0.lowercased().contains(text.lowercased()) }
    }
  }

  func get() async throws(CommandError) {
    let name = invocation.name
    let reader = ClusterReader(cluster, try await capabilities())
    let found = try await asking("getting extension \(name)") { () throws(ClusterError) in
      try await reader.extension(name, isWhole: format.isWhole)
    }
    let answer = await result { () throws(ClusterError) in try await reader.installations() }
    // Whoever may not see installations still sees what the extension says of itself.
    if case .failure(let error) = answer, found == nil || !error.isForbidden {
      throw CommandError(error, "listing \(reader.dialect.installations.plural)", at: destination.server)
    }
    let all = (try? answer.get()) ?? []
    let installation = Installations(all.map(Installation.init)).of(name)
    guard found != nil || installation != nil else { throw noSuchExtension(name) }
    switch format {
    case .json, .yaml:
      let object = installation.flatMap { wanted in all.first { $0.name == wanted.name } }
      outlet.print(format.text([found, object].compactMap { $0 }))
    case .name: outlet.print(name.sanitised + "\n")
    case .table, .wide:
      let found = found.map { Extension($0, dialect: reader.dialect) }
      let row = ExtensionRow(name, found, installation, memories[name], language: outlet.language)
      outlet.print(
        Sheet(row: row, extension: found, installation: installation, kind: reader.dialect.installations.kind).text)
    }
  }

  func versions() async throws(CommandError) {
    let name = invocation.name
    let reader = ClusterReader(cluster, try await capabilities())
    let found = try await asking("getting extension \(name)") { () throws(ClusterError) in
      try await reader.extension(name, isWhole: false)
    }
    let answer = await result { () throws(ClusterError) in try await reader.versions(of: name, isWhole: format.isWhole)
    }
    if case .failure(let error) = answer, format.isWhole || found == nil || !error.isForbidden {
      throw CommandError(error, "listing versions of \(name)", at: destination.server)
    }
    let objects = try? answer.get()
    if objects?.isEmpty == true, found == nil { throw noSuchExtension(name) }
    let extensionFound = found.map { Extension($0, dialect: reader.dialect) }
    switch format {
    case .json, .yaml: outlet.print(format.text(objects ?? []))
    case .name:
      let names = extensionFound.map { found in found.versions.reversed().map { "\(name)-\($0)" } }
      outlet.print(Self.lines(of: objects?.map(\.name) ?? names ?? []))
    case .table, .wide:
      let installations = Installations(((try? await reader.installations()) ?? []).map(Installation.init))
      let status = ExtensionStatus(
        name, extensionFound, installations.of(name), former: memories[name]?.lastInstalled ?? "")
      if objects == nil { outlet.note("note: you may not list versions; these are those that the extension names") }
      let versions = objects.map { $0.map { ExtensionVersion($0, dialect: reader.dialect) } }
      outlet.print(VersionRow.table(versions, of: extensionFound, status).text)
    }
  }

  func printConfig() async throws(CommandError) {
    let installation = try await installed(in: ClusterReader(cluster, try await capabilities()))
    outlet.print(outlet.printsToTerminal ? installation.config.sanitisedLines : installation.config)
  }

  /// The installation of the extension the command is about.
  func installed(in reader: ClusterReader) async throws(CommandError) -> Installation {
    let name = invocation.name
    let all = try await asking("listing \(reader.dialect.installations.plural)") { () throws(ClusterError) in
      try await reader.installations().map(Installation.init)
    }
    guard let found = Installations(all).of(name) else {
      throw CommandError("\(name.sanitised) is not installed in \(destination.name); ksx list shows what is")
    }
    return found
  }

  func noSuchExtension(_ name: String) -> CommandError {
    CommandError("\(destination.name) has no extension \(name.sanitised); ksx list shows those it has")
  }

  private static func lines(of names: [String]) -> String {
    names.map { $0.sanitised + "\n" }.joined()
  }
}

extension Gateway {
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
