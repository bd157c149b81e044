import Client
import Extensions
import KubernetesAPI
import Operations

extension Verb {
  static let get = Verb(
    "get", "Show one extension and its installation", operands: ["NAME"],
    options: ListFormat.options + [.watch],
    notes: ["With -w it prints the row of ksx list, and the row again whenever it changes."], as: Get.self)
}

struct Get: ClusterCommand {
  private let name: String
  private let format: ListFormat
  private let isWatching: Bool

  init(_ arguments: Arguments) throws(CommandError) {
    name = arguments.name
    format = try ListFormat(arguments)
    isWatching = arguments.has(.watch)
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    if isWatching { return try await RowFollower(format, Selection(), name: name).run(reader, session) }
    let output = format.output
    let (found, all, readable) = try await objects(reader, session)
    let installation = Installations(all.map(Installation.init)).of(name)
    guard found != nil || installation != nil else { throw session.noSuchExtension(name) }
    switch output {
    case .json, .yaml:
      let object = installation.flatMap { wanted in all.first { $0.name == wanted.name } }
      try format.print([found, object].compactMap(\.self), to: session.outlet)
    case .name: session.outlet.print(name)
    case .table, .wide:
      let found = found.map { Extension($0, dialect: reader.dialect) }
      session.outlet.print(await sheet(of: found, installation, readable, reader, session).lines)
    }
  }

  /// Reads the extension and all installations, and reports which of the two may be read: a user who may read only one
  /// of them still sees that.
  private func objects(
    _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> (Object?, [Object], ExtensionStatus.ReadableKinds) {
    let isWhole = format.output.isStructured
    async let asked = result { () throws(ClusterError) in try await reader.installations() }
    let found = await result { () throws(ClusterError) in try await reader.extension(name, isWhole: isWhole) }
    let installed = await asked
    var readable = ExtensionStatus.ReadableKinds()
    if case .failure(let error) = found {
      guard error.isForbidden, case .success = installed else {
        throw CommandError(error, "getting extension \(name)", at: session.server)
      }
      readable.extensions = false
    }
    if case .failure(let error) = installed {
      guard error.isForbidden, case .success(.some) = found else {
        throw CommandError(error, "listing \(reader.dialect.installations.plural)", at: session.server)
      }
      readable.installations = false
    }
    return ((try? found.get()) ?? nil, (try? installed.get()) ?? [], readable)
  }

  private func sheet(
    of found: Extension?, _ installation: Installation?, _ readable: ExtensionStatus.ReadableKinds,
    _ reader: ClusterReader,
    _ session: CommandSession
  ) async -> Sheet {
    let memory = session.history.releases()[name]
    let row = ExtensionRow(name, found, installation, memory, language: session.outlet.language, readable: readable)
    let kind = reader.dialect.installations.kind
    var sheet = Sheet(row: row, extension: found, installation: installation, kind: kind, readable: readable)
    if installation?.clusters.isEmpty == false {
      let known = try? await reader.memberClusters()
      sheet.clusters = known.map { all in Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 }) }
    }
    if installation != nil {
      let versions = (try? await reader.versions(of: name, isWhole: false)) ?? []
      sheet.absence = row.status.absence(among: versions.map { ExtensionVersion($0, dialect: reader.dialect) })
    }
    if format.output == .wide {
      sheet.config = installation.map { memory?.config(of: $0) ?? $0.config } ?? ""
      sheet.details = await reader.details(
        of: DetailsSubject(row, installation), gateway: session.session.gateway)
    }
    return sheet
  }
}

extension CommandSession {
  /// Reads the extension `name`; `nil` if it does not exist.
  func find(_ name: String, _ reader: ClusterReader, isWhole: Bool) async throws(CommandError) -> Object? {
    try await asking("getting extension \(name)") { () throws(ClusterError) in
      try await reader.extension(name, isWhole: isWhole)
    }
  }
}
