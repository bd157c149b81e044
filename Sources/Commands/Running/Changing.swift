import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal

// Every change but the emergency: ask, plan, show, confirm, send, perhaps wait.
extension Runner {
  func change(_ asked: ChangeKind) async throws(CommandError) {
    let name = invocation.name
    let kind = asked == .uninstall && invocation.has(.force) ? ChangeKind.forceDelete : asked
    let config = try GivenConfig(invocation: invocation, outlet: outlet).text()
    let reader = ClusterReader(cluster, try await capabilities())
    var context = try await asking("reading what is known of \(name)") { () throws(ClusterError) in
      try await reader.context(for: name, kind, called: destination.name, user: destination.user)
    }
    context.kubectlFlags = destination.kubectlFlags
    let memory = history.releases(of: name)
    let change = try Choice(invocation, kind, context, memory: memory, config: config, outlet).change()
    let plan = Plan.make(change, for: name, in: context)
    if let dryRun = invocation[.dryRun], dryRun != "none" {
      return try await rehearse(plan, isServerAsked: dryRun == "server")
    }
    try refuse(plan)
    try confirm(plan)
    report(plan, try await send(plan))
    guard invocation.has(.wait) else { return }
    try await wait(for: change, named: plan.write.name, since: context.installation(of: name), reader.dialect)
  }

  private var history: History { shelf.history(of: destination.identity) }

  /// What changes the cluster.
  var sender: ChangeSender {
    ChangeSender(cluster, history: history) { [outlet] error in
      outlet.note("note: this could not be kept in the history, and so not for a rollback: \(error)".sanitised)
    }
  }

  private func rehearse(_ plan: Plan, isServerAsked: Bool) async throws(CommandError) {
    show(plan)
    try refuse(plan)
    guard isServerAsked else { return }
    _ = try await asking("\(plan.change.words) \(plan.name) (dry run)") { () throws(ClusterError) in
      try await plan.deliver(to: cluster, dryRun: true)
    }
    if !format.isWhole { outlet.print("  the server would accept this; nothing was changed\n") }
  }

  private func show(_ plan: Plan) {
    let text = PlanText(plan: plan, cluster: destination.name)
    outlet.print(format.isWhole ? format.text(text.value) : text.text)
  }

  private func refuse(_ plan: Plan) throws(CommandError) {
    let reasons = plan.problems.filter(\.isBlocking).map(\.text)
    if reasons.isEmpty { return }
    throw CommandError("cannot \(plan.change.words): \(reasons.joined(separator: "; "))".sanitised)
  }

  /// Shows the plan and asks, where there is somebody to ask.
  private func confirm(_ plan: Plan) throws(CommandError) {
    if invocation.has(.yes) {
      for problem in plan.problems { outlet.note("note: \(problem.text)".sanitised) }
      return
    }
    guard let ask = outlet.ask else {
      throw CommandError(
        "nothing was changed: without a terminal ksx \(invocation.verb.rawValue) needs --yes (or --dry-run=client to see the plan)"
      )
    }
    outlet.note(PlanText(plan: plan, cluster: destination.name).text)
    let answer = ask("Do this in \(destination.name.sanitised)? [y/N] ")?.lowercased() ?? ""
    if answer != "y", answer != "yes" { throw CommandError("nothing was changed") }
  }

  private func send(_ plan: Plan) async throws(CommandError) -> Object? {
    let doing = "\(plan.change.words) \(plan.name)"
    let delivery = try await asking(doing) { () throws(ClusterError) in try await sender.carryOut(plan) }
    tell(of: delivery, doing)
    return delivery.object
  }

  /// A change whose answer was lost is done all the same; the person must know how that is known.
  func tell(of delivery: Delivery, _ doing: String) {
    guard let reason = delivery.lostAnswer else { return }
    outlet.note(
      "note: \(doing): it was carried out. The answer was lost (\(reason)); the object was read again to see.".sanitised
    )
  }

  private func report(_ plan: Plan, _ object: Object?) {
    switch format {
    case .json, .yaml:
      if let object { outlet.print(format.text(object.value)) }
    case .name: outlet.print(plan.write.name.sanitised + "\n")
    case .table, .wide: outlet.print("\(plan.name): \(plan.change.accepted) in \(destination.name)".sanitised + "\n")
    }
  }
}
