import Client
import Extensions
import Operations
import Packages

/// Determines the change that a command line requests, from the facts that were read.
struct Choice {
  let command: ChangeCommand
  let context: PlanContext
  /// The former releases, as recorded on this computer and in the cluster.
  let memory: ReleaseMemory
  let outlet: Outlet

  private var name: String { command.name }
  private var kind: ChangeKind { command.kind }
  private var config: String? { command.config }
  private var installation: Installation? { context.installation(of: name) }

  func change() throws(CommandError) -> Change {
    switch kind.row.choice {
    case .version(.offered)?:
      return .install(version: try newestVersion(), config: config ?? "", namespace: command.namespace)
    case .version(.newer)?: return .upgrade(to: try newestVersion())
    case .version(.former)?: return try rollback()
    case .clusters?: return .place(on: command.clusters)
    case .config?:
      if let edits = command.edits { return .configure(config: try edits.applied(to: presentConfig())) }
      guard let config else { fatalError("a configuration was begun without a config") }
      return .configure(config: config)
    case nil:
      guard let change = Change(kind) else { fatalError("\(kind) needs a choice") }
      return change
    }
  }

  /// The present config, with its comments if it was last written from this computer.
  private func presentConfig() throws(CommandError) -> String {
    guard let installation else { throw CommandError("cannot configure: \(name) is not installed") }
    return memory.config(of: installation)
  }

  /// The version on the command line, otherwise the recommended one, otherwise the newest one, if possible not
  /// a pre-release.
  private func newestVersion() throws(CommandError) -> String {
    if let asked = command.version { return try spelled(asked) }
    if let recommended = context.extensions[name]?.recommendedVersion, !recommended.isEmpty { return recommended }
    let offered = context.offered(name)
    if let release = offered.first(where: { SemanticVersion($0)?.prerelease.isEmpty == true }) ?? offered.first {
      return release
    }
    if context.extensions[name] == nil, installation == nil, context.gaps[.extension] == nil {
      throw CommandError("\(context.cluster) has no extension \(name); ksx list shows those it has")
    }
    throw CommandError(
      "\(context.cluster) offers no version of \(name); look at the repository it comes from")
  }

  /// The version as the cluster spells it: `v1.2.0` may be requested for `1.2.0`.
  private func spelled(_ asked: String) throws(CommandError) -> String {
    if context.versions[asked] != nil { return asked }
    guard let version = SemanticVersion(asked) else {
      throw CommandError("--version is a version such as 1.2.0, not \(asked)")
    }
    return context.versions.keys.sorted().first { SemanticVersion($0) == version } ?? asked
  }

  /// The change back to a former release; a version that is not recorded is combined with the present config.
  private func rollback() throws(CommandError) -> Change {
    guard let installation else { throw CommandError("cannot roll back: \(name) is not installed") }
    let version: String?
    if let asked = command.version { version = try spelled(asked) } else { version = nil }
    if let entry = memory.target(from: installation, version: version, digest: command.digest?.lowercased()) {
      return entry.change
    }
    if let digest = command.digest {
      throw CommandError(
        "no config of \(name)\(version.map { " at \($0)" } ?? "") has a digest that begins with \(digest); ksx config history \(name) lists them"
      )
    }
    if let version {
      outlet.note("note: ksx has not seen \(name) at version \(version) here: the present config is kept")
      return .rollback(to: version, config: installation.config, .present)
    }
    let failed = memory.failed(before: installation).map { "\($0.version) (until \($0.time)) failed" }
    let known =
      failed.isEmpty
      ? "no earlier version of \(name) is known here, in \(context.cluster)"
      : "no earlier release of \(name) is known to have reached Installed in \(context.cluster): "
        + failed.prefix(3).joined(separator: ", ")
    throw CommandError("\(known); say which with --version (ksx versions \(name))")
  }
}
