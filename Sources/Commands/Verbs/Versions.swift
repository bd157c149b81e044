import Client
import Extensions
import KubernetesAPI
import Operations

extension Verb {
  static let versions = Verb(
    "versions", "List the versions of an extension", operands: ["NAME"], options: [.output], as: ListVersions.self)
}

struct ListVersions: ClusterCommand {
  private let asked: AskedExtension

  init(_ arguments: Arguments) { asked = AskedExtension(arguments) }

  private var name: String { asked.name }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let found = try await asked.find(reader, session, isWhole: false)
    let answer = await result { () throws(ClusterError) in
      try await reader.versions(of: name, isWhole: asked.output.isWhole)
    }
    if case .failure(let error) = answer, asked.output.isWhole || found == nil || !error.isForbidden {
      throw CommandError(error, "listing versions of \(name)", at: session.server)
    }
    let objects = try? answer.get()
    if objects?.isEmpty == true, found == nil { throw session.noSuchExtension(name) }
    let offering = found.map { Extension($0, dialect: reader.dialect) }
    switch asked.output {
    case .json, .yaml: session.outlet.printExactly(asked.output.text(objects ?? []))
    case .name:
      let names = offering.map { found in found.versions.reversed().map { "\(name)-\($0)" } }
      session.outlet.print(objects?.map(\.name) ?? names ?? [])
    case .table, .wide: await printTable(objects, offering, reader, session)
    }
  }

  private func printTable(
    _ objects: [Object]?, _ found: Extension?, _ reader: ClusterReader, _ session: CommandSession
  ) async {
    let installations = Installations(((try? await reader.installations()) ?? []).map(Installation.init))
    let former = session.history.releases()[name]?.lastInstalled ?? ""
    let status = ExtensionStatus(name, found, installations.of(name), former: former)
    if objects == nil {
      session.outlet.note("note: you may not list versions; these are those that the extension names")
    }
    let versions = objects.map { $0.map { ExtensionVersion($0, dialect: reader.dialect) } }
    session.outlet.print(TextTable(ListedVersion.columns, ListedVersion.all(versions, of: found, status)).lines)
  }
}
