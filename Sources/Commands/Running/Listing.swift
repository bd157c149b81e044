import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Terminal

extension Runner {
  func list() async throws(CommandError) {
    let survey = Survey(cluster: cluster, capabilities: try await capabilities())
    let format = format
    if format == .name, invocation.name.isEmpty {
      let names = try await asking("listing extensions") { () throws(ClusterError) in try await survey.names() }
      return outlet.print(Self.lines(of: names))
    }
    async let installed = Self.result { () throws(ClusterError) in try await survey.installations() }
    let objects = try await asking("listing extensions") { () throws(ClusterError) in
      try await extensions(survey)
    }
    if format.isWhole { return outlet.print(format.text(objects)) }
    if format == .name { return outlet.print(Self.lines(of: objects.map(\.name))) }
    // Whoever may not see installations still sees what the extensions say of themselves.
    let answer = await installed
    if case .failure(let error) = answer, error.isOfMissingKind {
      throw CommandError(error, "listing \(survey.dialect.installations.plural)", at: destination.server)
    }
    let installations = (try? answer.get())?.map(Installation.init) ?? []
    let byName = Dictionary(installations.map { ($0.extension, $0) }, uniquingKeysWith: { $1 })
    let rows = objects.map { object in
      let found = Extension(object, dialect: survey.dialect)
      return ListRow(found, byName[found.name], language: outlet.language)
    }
    outlet.print(ListRow.table(rows.sorted { $0.name < $1.name }, isWide: format == .wide).text)
    if rows.isEmpty { outlet.note("no extensions in \(destination.name)") }
  }

  /// All extensions, or those with the text that was asked for.
  private func extensions(_ survey: Survey) async throws(ClusterError) -> [Object] {
    let text = invocation.name
    if text.isEmpty { return try await survey.extensions(isWhole: format.isWhole) }
    // Only shipped KubeSphere has the gateway's search (docs/KUBESPHERE.md: Gateway), and what it does not find may have the text in
    // its name.
    if destination.isByGatewayAlone, survey.dialect.era == .installPlan, let gateway = destination.gateway,
      let found = try? await gateway.all(text, skipping: format.isWhole ? JSONPaths() : Extension.unread),
      !found.isEmpty
    {
      return found
    }
    return try await survey.extensions(isWhole: format.isWhole).filter { object in
      let names = [object.name] + Extension(object, dialect: survey.dialect).displayName.texts.values
      return names.contains { $0.lowercased().contains(text.lowercased()) }
    }
  }

  func get() async throws(CommandError) {
    let name = invocation.name
    let survey = Survey(cluster: cluster, capabilities: try await capabilities())
    let found = try await asking("getting extension \(name)") { () throws(ClusterError) in
      try await survey.extension(name, isWhole: format.isWhole)
    }
    let all = try await asking("listing \(survey.dialect.installations.plural)") { () throws(ClusterError) in
      try await survey.installations()
    }
    let installed = all.first { Installation($0).extension == name }
    guard found != nil || installed != nil else { throw noSuchExtension(name) }
    switch format {
    case .json, .yaml: outlet.print(format.text([found, installed].compactMap { $0 }))
    case .name: outlet.print(name.sanitised + "\n")
    case .table, .wide:
      let sheet = Sheet(
        name: name, extension: found.map { Extension($0, dialect: survey.dialect) },
        installation: installed.map(Installation.init), kind: survey.dialect.installations.kind,
        language: outlet.language)
      outlet.print(sheet.text)
    }
  }

  func versions() async throws(CommandError) {
    let name = invocation.name
    let survey = Survey(cluster: cluster, capabilities: try await capabilities())
    let found = try await asking("getting extension \(name)") { () throws(ClusterError) in
      try await survey.extension(name, isWhole: false)
    }
    let objects = try await asking("listing versions of \(name)") { () throws(ClusterError) in
      try await survey.versions(of: name, isWhole: format.isWhole)
    }
    if objects.isEmpty, found == nil { throw noSuchExtension(name) }
    switch format {
    case .json, .yaml: outlet.print(format.text(objects))
    case .name: outlet.print(Self.lines(of: objects.map(\.name)))
    case .table, .wide:
      let versions = objects.map { ExtensionVersion($0, dialect: survey.dialect) }
      outlet.print(VersionRow.table(versions, of: found.map { Extension($0, dialect: survey.dialect) }).text)
    }
  }

  func printConfig() async throws(CommandError) {
    let installation = try await installed(in: Survey(cluster: cluster, capabilities: try await capabilities()))
    outlet.print(outlet.printsToTerminal ? installation.config.sanitisedLines : installation.config)
  }

  /// The installation of the extension the command is about.
  func installed(in survey: Survey) async throws(CommandError) -> Installation {
    let name = invocation.name
    let all = try await asking("listing \(survey.dialect.installations.plural)") { () throws(ClusterError) in
      try await survey.installations().map(Installation.init)
    }
    guard let found = all.first(where: { $0.extension == name }) else {
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

  /// A question whose answer is waited for later.
  static func result<Value: Sendable>(
    _ request: @Sendable () async throws(ClusterError) -> Value
  ) async -> Result<Value, ClusterError> {
    do throws(ClusterError) {
      return .success(try await request())
    } catch {
      return .failure(error)
    }
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
