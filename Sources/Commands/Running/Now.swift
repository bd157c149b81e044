import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal

// The emergency: one request, straight to the API, with nothing asked before it.
extension Runner {
  /// Enables or disables the extension with a single merge patch.
  ///
  /// What an earlier visit learnt is used however old it is. Without that it tries the shipped dialect: a
  /// cluster that has not even heard of the kind says so, does nothing, and is asked with the other word.
  func switchNow(to isEnabled: Bool) async throws(CommandError) {
    try refuseWhatNowCannotDo()
    let name = invocation.name
    let known = knowledge.flatMap { $0.capabilities.era == .plugin ? nil : $0.capabilities.dialect }
    var dialect = destination.dialect ?? known ?? .installPlan
    let object: Object
    do throws(ClusterError) {
      object = try await patch(name, isEnabled, dialect)
      if destination.dialect == nil, known == nil { remember(dialect) }
    } catch {
      guard error.isOfMissingKind, destination.dialect == nil else { throw failure(error, name, dialect) }
      dialect = Dialect(dialect.name == .installPlan ? .subscription : .installPlan)
      object = try await second(name, isEnabled, dialect)
      remember(dialect)
    }
    try refuseWhatIsNotCarriedOut(object)
    if invocation[.dryRun] != "server" { sender.noteSent(isEnabled ? .enable : .disable, of: name) }
    report(object, isEnabled, dialect)
    guard invocation.has(.wait) else { return }
    try await wait(for: isEnabled ? .enable : .disable, named: object.name, since: nil, dialect)
  }

  private func second(_ name: String, _ isEnabled: Bool, _ dialect: Dialect) async throws(CommandError) -> Object {
    do throws(ClusterError) {
      return try await patch(name, isEnabled, dialect)
    } catch {
      guard error.isOfMissingKind else { throw failure(error, name, dialect) }
      throw CommandError(
        "\(invocation.verb.rawValue) \(name.sanitised) --now: \(destination.server) has neither InstallPlans nor Subscriptions; check --context"
      )
    }
  }

  /// For the next emergency; whoever has time for a question asks it.
  private func remember(_ dialect: Dialect) {
    shelf.remember(Capabilities(assuming: dialect), of: destination.identity)
  }

  /// The API of August 2022 takes the switch, and nobody looks at it (docs/KUBESPHERE.md: Eras).
  private func refuseWhatIsNotCarriedOut(_ object: Object) throws(CommandError) {
    guard let known = knowledge, known.isFresh(at: Timestamp.now().secondsSince1970),
      !Installation(object).isKeptByStandalone,
      let reason = known.capabilities.reason(against: .enable)
    else { return }
    throw CommandError(
      "\(invocation.verb.rawValue) \(object.name) --now: the cluster stored it, and it has no effect: \(reason)"
        .sanitised)
  }

  private func patch(_ name: String, _ isEnabled: Bool, _ dialect: Dialect) async throws(ClusterError) -> Object {
    let write = Write.patch(dialect.installations, name: name, ["spec": ["enabled": .bool(isEnabled)]])
    let delivery = try await write.deliver(to: cluster, dryRun: invocation[.dryRun] == "server")
    tell(of: delivery, "\(invocation.verb.rawValue) \(name) --now")
    return delivery.object ?? Object([:])
  }

  private func refuseWhatNowCannotDo() throws(CommandError) {
    if invocation[.dryRun] == "client" {
      throw CommandError("--now makes no plan that --dry-run=client could show; leave one of them out")
    }
    guard destination.dialect == nil, let known = knowledge, known.isFresh(at: Timestamp.now().secondsSince1970) else {
      return
    }
    if let reason = known.capabilities.reason(against: .install) {
      throw CommandError("cannot \(invocation.verb.rawValue): \(reason)")
    }
  }

  private func report(_ object: Object, _ isEnabled: Bool, _ dialect: Dialect) {
    switch format {
    case .json, .yaml: outlet.print(format.text(object.value))
    case .name: outlet.print(object.name.sanitised + "\n")
    case .table, .wide:
      let state = ExtensionStatus(invocation.name, nil, Installation(object)).state
      let word = isEnabled ? "enabled" : "disabled"
      let note = invocation[.dryRun] == "server" ? " (the server would; nothing was changed)" : ""
      let delay = state == .installed || state == .none ? "" : "; it takes effect once \(state.word) is over"
      outlet.print(
        "\(dialect.installations.kind) \(object.name) \(word) in \(destination.name)\(delay)\(note)".sanitised + "\n"
          + "undo: \(undo(isEnabled))\n")
    }
  }

  /// The command that goes back, to the same cluster even if the current context is another by then.
  private func undo(_ isEnabled: Bool) -> String {
    var words = ["ksx", isEnabled ? "disable" : "enable", invocation.name, "--now"]
    words += destination.ownFlags ?? destination.kubectlFlags
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
    let other = dialect.name == .installPlan ? Dialect.Name.subscription : .installPlan
    if status.isMissingKind {
      return CommandError(
        "\(doing): \(destination.server) has no \(kind)s at all; try --dialect \(other.rawValue), or check --context"
      )
    }
    let alias =
      dialect.name == .subscription ? "; a Subscription may have another name: without --now it is looked for" : ""
    return CommandError(
      "\(doing): \(destination.server) has no \(kind) \(name.sanitised)\(alias). ksx list shows what is installed; check --context"
    )
  }
}
