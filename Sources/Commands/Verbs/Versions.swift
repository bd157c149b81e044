import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

extension Verb {
  static let versions = Verb(
    "versions", "List the versions of an extension", operands: ["NAME"],
    options: ListFormat.options + Selection.options + [.watch], as: ListVersions.self)
}

struct ListVersions: ClusterCommand {
  private let name: String
  private let format: ListFormat
  private let selection: Selection
  private let isWatching: Bool

  init(_ arguments: Arguments) throws(CommandError) {
    name = arguments.name
    format = try ListFormat(arguments)
    selection = Selection(arguments)
    isWatching = arguments.has(.watch)
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let found = try await session.find(name, reader, isWhole: false)
    let answer = await result { () throws(ClusterError) in
      try await reader.versions(of: name, isWhole: format.output.isStructured, selector: selection.selector)
    }
    let isNeeded = format.output.isStructured || isWatching || !selection.isEmpty
    if case .failure(let error) = answer, isNeeded || found == nil || !error.isForbidden {
      throw CommandError(error, "listing versions of \(name)", at: session.server)
    }
    let objects = try? answer.get()
    if objects?.isEmpty == true, found == nil { throw await session.nothingOffered(of: name, reader) }
    if objects?.isEmpty == true, !isWatching, selection.isEmpty {
      session.outlet.note("note: \(session.name) offers no version of \(name)")
    }
    let offering = found.map { Extension($0, dialect: reader.dialect) }
    if isWatching { return try await follow(offering, reader, session) }
    switch format.output {
    case .json, .yaml: try format.print(objects ?? [], to: session.outlet)
    case .name:
      let names = offering.map { found in found.versions.reversed().map { "\(name)-\($0)" } }
      if let objects { try format.print(objects, to: session.outlet) } else { session.outlet.print(names ?? []) }
    case .table, .wide: try await printTable(objects, offering, reader, session)
    }
  }

  private func printTable(
    _ objects: [Object]?, _ found: Extension?, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) {
    let status = await status(found, reader, session)
    guard let objects else {
      session.outlet.note("note: you may not list versions; these are those that the extension names")
      let table = TextTable(ListedVersion.columns, ListedVersion.all(nil, of: found, status))
      return session.outlet.print(table, hasHeadings: format.hasHeadings)
    }
    var keyed: [(version: ExtensionVersion, key: Value?)] = []
    for object in objects {
      keyed.append((ExtensionVersion(object, dialect: reader.dialect), try format.key(of: object.value)))
    }
    let versions = try format.sorted(keyed, by: \.key).map(\.version)
    let table = TextTable(ListedVersion.columns, ListedVersion.all(versions, of: found, status))
    session.outlet.print(table, hasHeadings: format.hasHeadings)
  }

  private func status(
    _ found: Extension?, _ reader: ClusterReader, _ session: CommandSession
  ) async -> ExtensionStatus {
    let installations = Installations(((try? await reader.installations()) ?? []).map(Installation.init))
    let former = session.history.releases()[name]?.lastInstalled ?? ""
    return ExtensionStatus(name, found, installations.of(name), former: former)
  }

  /// Prints versions as they are created and changed; which one is running is read only once.
  private func follow(
    _ found: Extension?, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) {
    let (dialect, status) = (reader.dialect, await status(found, reader, session))
    let columns = ListedVersion.columns
    var printer = ChangePrinter(format, session.outlet, headings: columns.map(\.heading)) { object in
      let listed = ListedVersion.all([ExtensionVersion(object, dialect: dialect)], of: found, status)
      return columns.map { $0.text(listed[0]) }
    }
    // ExtensionVersions of the first design have no label, so all are watched.
    let collection = WatchedCollection(
      dialect.extensionVersions, selector: selection.selector,
      skipping: format.output.isStructured ? JSONPaths() : ExtensionVersion.bulkyFields)
    for await news in session.objects([collection]) {
      switch news {
      case .interrupted(let error): session.tell(error)
      case .initial(let objects): try printer.print(objects.filter { isOfExtension($0, dialect) })
      case .changed(let object): if isOfExtension(object, dialect) { try printer.print([object]) }
      case .gone: break
      }
    }
  }

  private func isOfExtension(_ object: Object, _ dialect: Dialect) -> Bool {
    ExtensionVersion(object, dialect: dialect).extension == name
  }
}
