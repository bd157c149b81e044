import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let export = Verb(
    "export", "Print all that is asked for of a cluster's extensions as one file, for git",
    options: [.output],
    notes: [
      "Extensions with version, config, placement and whether they are enabled, and the repositories they come from, without",
      "their passwords. Configs are verbatim: what is secret in them is in the file. The file is the same in every dialect,",
      "and ksx diff -f and ksx apply -f take it.",
    ], as: ExportSet.self)
}

/// `export`: prints the current set of a cluster.
struct ExportSet: ClusterCommand {
  private let output: Output

  init(_ arguments: Arguments) { output = arguments.output }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let (installations, repositories) = try await session.installationsAndRepositories(reader, needsRepositories: false)
    let memories = session.history.releases()
    var set = ExtensionSet(installations, repositories: repositories ?? [], dialect: reader.dialect) { installation in
      memories[installation.extension]?.config(of: installation) ?? installation.config
    }
    set.hasRepositoryList = repositories != nil
    switch output {
    case .name: session.outlet.print(set.members.map(\.name))
    case .json: session.outlet.printExactly(try output.text(set.value))
    default: session.outlet.print(document: YAML.text(set.value))
    }
  }
}
