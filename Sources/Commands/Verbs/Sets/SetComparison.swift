import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

/// The difference between a file and the cluster.
struct SetComparison: Sendable {
  let set: ExtensionSet
  let prunes: Bool
  let reader: ClusterReader
  let difference: SetDifference
  let installed: Installations
  /// Configs in the set with the same values as in the cluster, which stores no comments; with their text in the file.
  let sameConfigs: [(Installation, String)]

  init(_ arguments: Arguments, _ set: ExtensionSet, _ session: CommandSession) async throws(CommandError) {
    self.set = set
    prunes = arguments.has(.prune)
    reader = try await session.reader()
    let (installations, repositories) = try await session.installationsAndRepositories(
      reader, needsRepositories: !set.repositories.isEmpty || prunes && set.hasRepositoryList)
    difference = SetDifference(
      set, installations: installations, repositories: repositories ?? [], reader.capabilities)
    let installed = Installations(installations.map(Installation.init))
    self.installed = installed
    sameConfigs = set.members.compactMap { member in
      guard let config = member.config, let found = installed.of(member.name), found.configForm == .object,
        found.hasConfig(config)
      else { return nil }
      return (found, config)
    }
  }

  var lines: [Plan.Effect] { difference.lines(prunes: prunes) }
  var isEmpty: Bool { difference.isEmpty(prunes: prunes) }

  /// Prints the differences.
  func print(_ output: Output, _ outlet: Outlet) throws(CommandError) {
    if output.isStructured {
      let lines = lines.map { line -> Value in
        ["sign": .string(PlanText.sign(line.sign)), "text": .string(line.text)]
      }
      return outlet.printExactly(try output.text(.ksxDocument("SetDifference", ["lines": .sequence(lines)])))
    }
    outlet.print(PlanText.lines(lines))
    guard !prunes else { return }
    let others = difference.unlisted.map(\.name) + difference.unlistedRepositories.map { "repository \($0.name)" }
    if !others.isEmpty { outlet.note("note: not in the file, and left as they are: \(others.joined(separator: ", "))") }
  }
}
