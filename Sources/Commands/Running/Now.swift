import Client
import Extensions
import Manifest
import Terminal

// The emergency: one request, straight to the API, with nothing asked before it.
extension Runner {
  /// Enables or disables the extension with a single merge patch.
  ///
  /// Without a word about the dialect, from the flag or from an earlier visit, it tries the shipped
  /// one: a cluster that has not even heard of InstallPlans says so, and the second try is a Subscription.
  func switchNow(to isEnabled: Bool) async throws(CommandError) {
    try refuseWhatNowCannotDo()
    let name = invocation.name
    let known = destination.dialect ?? shelf.dialect(of: destination.identity)
    var dialect = known ?? .installPlan
    let object: Object
    do throws(ClusterError) {
      object = try await patch(name, isEnabled, dialect)
    } catch .refused(let status) where status.code == 404 && status.name.isEmpty && known == nil {
      dialect = .subscription
      object = try await second(name, isEnabled)
    } catch {
      throw failure(error, name, dialect)
    }
    if destination.dialect == nil { shelf.remember(dialect, of: destination.identity) }
    report(object, isEnabled, dialect)
    guard invocation.has(.wait) else { return }
    try await wait(for: isEnabled ? .enable : .disable, named: object.name, since: nil, dialect)
  }

  private func second(_ name: String, _ isEnabled: Bool) async throws(CommandError) -> Object {
    do throws(ClusterError) {
      return try await patch(name, isEnabled, .subscription)
    } catch {
      throw failure(error, name, .subscription)
    }
  }

  private func patch(_ name: String, _ isEnabled: Bool, _ dialect: Dialect) async throws(ClusterError) -> Object {
    try await cluster.patch(
      dialect.installations, name, ["spec": ["enabled": .bool(isEnabled)]], dryRun: invocation[.dryRun] == "server")
  }

  private func refuseWhatNowCannotDo() throws(CommandError) {
    if invocation[.dryRun] == "client" {
      throw CommandError("--now makes no plan that --dry-run=client could show; leave one of them out")
    }
  }

  private func report(_ object: Object, _ isEnabled: Bool, _ dialect: Dialect) {
    switch format {
    case .json, .yaml: outlet.print(format.text(object.value))
    case .name: outlet.print(object.name.sanitised + "\n")
    case .table, .wide:
      let installation = Installation(object)
      let word = isEnabled ? "enabled" : "disabled"
      let note = invocation[.dryRun] == "server" ? " (the server would; nothing was changed)" : ""
      let state =
        installation.state == .installed || installation.state == .none
        ? "" : "; it takes effect once \(installation.state.word) is over"
      outlet.print(
        "\(dialect.installations.kind) \(object.name) \(word) in \(destination.name)\(state)\(note)".sanitised + "\n"
          + "undo: \(undo(isEnabled))\n")
    }
  }

  /// The command that goes back, to the same cluster even if the current context is another by then.
  private func undo(_ isEnabled: Bool) -> String {
    var words = ["ksx", isEnabled ? "disable" : "enable", invocation.name, "--now"] + destination.kubectlFlags
    if invocation.has(.standalone) { words.append("--standalone") }
    if let dialect = invocation[.dialect] { words += ["--dialect", dialect] }
    // A token is a secret, and must be given again.
    return Shell.line(words) + (invocation[.token] == nil ? "" : " --token …")
  }

  private func failure(_ error: ClusterError, _ name: String, _ dialect: Dialect) -> CommandError {
    let doing = "\(invocation.verb.rawValue) \(name.sanitised) --now"
    guard case .refused(let status) = error, status.code == 404 else {
      return CommandError(error, doing, at: destination.server)
    }
    let kind = dialect.installations.kind
    let other: Dialect = dialect == .installPlan ? .subscription : .installPlan
    if status.name.isEmpty {
      return CommandError(
        "\(doing): \(destination.server) has no \(kind)s at all; try --dialect \(other.name.rawValue), or check --context"
      )
    }
    let alias = dialect == .subscription ? "; a Subscription may have another name: without --now it is looked for" : ""
    return CommandError(
      "\(doing): \(destination.server) has no \(kind) \(name.sanitised)\(alias). ksx list shows what is installed; check --context"
    )
  }
}
