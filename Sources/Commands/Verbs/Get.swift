import Client
import Extensions
import KubernetesAPI
import Operations

extension Verb {
  static let get = Verb(
    "get", "Show one extension and its installation", operands: ["NAME"], options: [.output], as: Get.self)
}

struct Get: ClusterCommand {
  private let asked: AskedExtension

  init(_ arguments: Arguments) { asked = AskedExtension(arguments) }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let (name, output) = (asked.name, asked.output)
    let found = try await asked.find(reader, session, isWhole: output.isWhole)
    let answer = await result { () throws(ClusterError) in try await reader.installations() }
    // A user who may not see installations still sees what the extension says of itself.
    if case .failure(let error) = answer, found == nil || !error.isForbidden {
      throw CommandError(error, "listing \(reader.dialect.installations.plural)", at: session.server)
    }
    let all = (try? answer.get()) ?? []
    let installation = Installations(all.map(Installation.init)).of(name)
    guard found != nil || installation != nil else { throw session.noSuchExtension(name) }
    switch output {
    case .json, .yaml:
      let object = installation.flatMap { wanted in all.first { $0.name == wanted.name } }
      session.outlet.printExactly(output.text([found, object].compactMap { $0 }))
    case .name: session.outlet.print(name)
    case .table, .wide:
      let found = found.map { Extension($0, dialect: reader.dialect) }
      session.outlet.print(await sheet(of: found, installation, reader, session).lines)
    }
  }

  private func sheet(
    of found: Extension?, _ installation: Installation?, _ reader: ClusterReader, _ session: CommandSession
  ) async -> Sheet {
    let memory = session.history.releases()[asked.name]
    let row = ExtensionRow(asked.name, found, installation, memory, language: session.outlet.language)
    let kind = reader.dialect.installations.kind
    var sheet = Sheet(row: row, extension: found, installation: installation, kind: kind)
    if installation?.clusters.isEmpty == false {
      let known = try? await reader.memberClusters()
      sheet.clusters = known.map { all in Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 }) }
    }
    if asked.output == .wide {
      sheet.config = installation.map { memory?.config(of: $0) ?? $0.config } ?? ""
      sheet.details = await reader.details(
        of: DetailsSubject(row, installation), gateway: session.session.gateway)
    }
    return sheet
  }
}

/// The extension that a command is asked about, and how it answers.
struct AskedExtension: Sendable {
  let name: String
  let output: Output

  init(_ arguments: Arguments) {
    name = arguments.name
    output = arguments.output
  }

  /// What the marketplace says of it, or `nil` when it is not there.
  func find(
    _ reader: ClusterReader, _ session: CommandSession, isWhole: Bool
  ) async throws(CommandError) -> Object? {
    try await session.asking("getting extension \(name)") { () throws(ClusterError) in
      try await reader.extension(name, isWhole: isWhole)
    }
  }
}
