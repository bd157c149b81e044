import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

/// Shows the plans of many changes together, asks once, and carries them out in order, several at a time.
struct ManySender {
  private let arguments: Arguments
  private let reader: ClusterReader
  private let session: CommandSession
  /// The heading of the plans: `Upgrade 3 extensions in production`.
  private let title: String
  /// The further changes of an extension; each is sent when the one before was accepted.
  private let rest: [String: SetDifference.Extension]

  init(
    _ arguments: Arguments, _ reader: ClusterReader, _ session: CommandSession, title: String,
    rest: [String: SetDifference.Extension] = [:]
  ) {
    (self.arguments, self.reader, self.session, self.title, self.rest) = (
      arguments, reader, session, title, rest
    )
  }

  /// Carries out `plans`; refuses all of them if one is blocked, unless `--keep-going` is given.
  func carryOut(_ plans: ManyPlans) async throws(CommandError) {
    if arguments.dryRun != .none { return try await show(plans) }
    try refuse(plans)
    try session.confirm(
      lines(plans), isConfirmed: arguments.has(.yes), typed: "ksx \(arguments.verb.name)",
      about: plans.changing.map(\.name))
    try report(await results(of: plans))
  }

  /// Throws if a plan is blocked, unless `--keep-going` is given.
  func refuse(_ plans: ManyPlans) throws(CommandError) {
    guard let first = plans.blocked.first, !arguments.has(.keepGoing) else { return }
    let others =
      plans.blocked.count > 1 ? " (and \(plans.blocked.count - 1) more; --dry-run shows them)" : ""
    throw CommandError(
      "nothing was changed: \(first.name): cannot \(first.change.words): \(first.obstacles)\(others)"
    )
  }

  private func lines(_ plans: ManyPlans) -> [String] {
    [title]
      + plans.all.flatMap { plan in
        PlanText(plan: plan, cluster: session.name).lines.map { "  \($0)" }
      }
  }

  private func show(_ plans: ManyPlans) async throws(CommandError) {
    let output = arguments.output
    if output.isStructured {
      var items: [Value] = []
      for plan in plans.all {
        guard let context = plans.contexts[plan.name] else { continue }
        let sheet = await reader.sheet(of: plan, in: context, gateway: session.session.gateway)
        items.append(PlanSheetText(sheet: sheet, cluster: session.name).value)
      }
      session.outlet.printExactly(try output.text(.ksxDocument("PlanList", ["items": .sequence(items)])))
    } else {
      session.outlet.print(lines(plans))
    }
    if let first = plans.blocked.first {
      throw CommandError("\(first.name): cannot \(first.change.words): \(first.obstacles)")
    }
    guard arguments.dryRun == .server else { return }
    for plan in plans.changing {
      _ = try await session.asking("\(plan.change.words) \(plan.name) (dry run)") {
        () throws(ClusterError) in
        try await plan.deliver(to: session.cluster, dryRun: true)
      }
    }
    if !output.isStructured {
      session.outlet.print(["  the server would accept each of these; nothing was changed"])
    }
  }

  /// Carries out `plans`, and prints the result of each.
  func results(of plans: ManyPlans) async -> ManyChanges {
    var many = ManyChanges(plans.order, keepsGoing: arguments.has(.keepGoing))
    let awaited = plans.order.awaited
    await withTaskGroup(of: (String, ChangeResult).self) { group in
      func begin() {
        while true {
          let names = many.next()
          if names.isEmpty { return }
          for name in names {
            guard let plan = plans.plans[name] else { continue }
            // A plan that depends on another change is made again, when that change has ended.
            let isFresh = plans.order.predecessors[name]?.isEmpty == true
            group.addTask {
              (name, await result(of: plan, isFresh: isFresh, isAwaited: awaited.contains(name)))
            }
          }
        }
      }
      begin()
      for await (name, result) in group {
        many.ended(name, result)
        tell(name, result)
        begin()
      }
    }
    return many
  }

  private func result(of plan: Plan, isFresh: Bool, isAwaited: Bool) async -> ChangeResult {
    do throws(CommandError) {
      if plan.change.kind == .enable { try await climbDown(plan.name) }
      var result = try await carryOut(plan, isFresh: isFresh, isAwaited: isAwaited)
      for change in rest[plan.name]?.changes.dropFirst() ?? [] {
        let next = try await self.plan(change, for: plan.name)
        let further = try await carryOut(next, isFresh: true, isAwaited: false)
        if case .done(let text) = further { result = .done(Self.joined(result, text)) }
      }
      return result
    } catch {
      // The caller prefixes the name of the extension, with which the sentence may begin too.
      let (sentence, naming) = (error.sentence, "\(plan.name): ")
      return .failed(
        sentence.hasPrefix(naming) ? String(sentence.dropFirst(naming.count)) : sentence)
    }
  }

  private static func joined(_ result: ChangeResult, _ text: String) -> String {
    if case .done(let first) = result { return "\(first), \(text)" }
    return text
  }

  private func climbDown(_ name: String) async throws(CommandError) {
    let climb = Climb(name: name, dialect: reader.dialect, session: session)
    let climbed = await climb.climbed()
    if !climbed.isEmpty { try await climb.down(climbed) }
  }

  private func plan(_ change: Change, for name: String) async throws(CommandError) -> Plan {
    let context = try await session.asking("reading what is known of \(name)") {
      () throws(ClusterError) in
      try await reader.context(
        for: name, change.kind, called: session.name, user: session.status.userText)
    }
    return Plan.make(change, for: name, in: context)
  }

  private func carryOut(_ known: Plan, isFresh: Bool, isAwaited: Bool) async throws(CommandError)
    -> ChangeResult
  {
    let plan = isFresh ? known : try await plan(known.change, for: known.name)
    if plan.isAlreadySo {
      // An earlier attempt may have begun a change that another one waits for.
      if isAwaited, plan.change.version != nil {
        try await wait(for: plan, nil, arguments.seconds(.timeout) ?? 600)
      }
      return .alreadySo
    }
    if plan.isBlocked { throw CommandError("cannot \(plan.change.words): \(plan.obstacles)") }
    let doing = "\(plan.change.words) \(plan.name)"
    let delivery = try await session.asking(doing) { () throws(ClusterError) in
      try await session.sender(because: rest[plan.name]?.reason ?? "").carryOut(plan) {
        try? await self.plan(plan.change, for: plan.name)
      }
    }
    session.tell(of: delivery, doing)
    let takesPart = plan.change.row.enables == nil
    guard
      let waitTimeout = arguments.waitTimeout
        ?? (isAwaited && takesPart ? arguments.seconds(.timeout) ?? 600 : nil)
    else { return .done(plan.change.accepted.english) }
    try await wait(for: plan, delivery, waitTimeout)
    return .done(plan.change.past.english)
  }

  private func wait(for plan: Plan, _ delivery: WriteResult?, _ seconds: Int) async throws(CommandError) {
    try await session.wait(for: Waiting(plan, delivery, reader.dialect), seconds: seconds)
  }

  private func tell(_ name: String, _ result: ChangeResult) {
    if arguments.output.isStructured { return }
    switch result {
    case .done(let text):
      session.outlet.print(arguments.output == .name ? name : "\(name): \(text) in \(session.name)")
    case .alreadySo: session.outlet.note("\(name): nothing to do")
    case .failed, .skipped: session.outlet.note("\(name): \(result.text)")
    }
  }

  /// Prints the results that were not printed yet; throws if there were failures.
  func report(_ many: ManyChanges) throws(CommandError) {
    if arguments.output.isStructured {
      let items = many.outcome.map { entry -> Value in
        [
          "extension": .string(entry.name), "result": .string(entry.result.word),
          "text": .string(entry.result.text),
        ]
      }
      session.outlet.printExactly(
        try arguments.output.text(.ksxDocument("ChangeResultList", ["items": .sequence(items)])))
    } else {
      for entry in many.outcome {
        if case .skipped = entry.result { tell(entry.name, entry.result) }
      }
    }
    guard many.failures > 0 else { return }
    throw CommandError(
      "\(many.failures) of \(counted(many.outcome.count)) did not come about; the same command goes on with the rest"
    )
  }
}
