import Client
import Extensions
import Operations
import Platform

/// Takes an extension out of service rung by rung (`Ladder`), or restores all of it, for commands.
struct Climb {
  let name: String
  let dialect: Dialect
  let session: CommandSession
  /// The rung named on the command line; up to this one no confirmation is needed.
  var limit: Rung?
  /// Whether only the plans are shown, and nothing is changed.
  var isDryRun = false
  /// The command that undoes this one, with the flags that select the cluster.
  var undo = ""

  private var ladder: Ladder {
    let ledger = LadderLedger(
      session.cluster, of: name, folder: session.localState.state, identity: session.status.identity
    )
    return Ladder(session.cluster, dialect, of: name, ledger: ledger)
  }

  /// Climbs until the extension is out of service, or up to `limit`.
  ///
  /// The first rung does what the controllers would do, so it needs no confirmation; each further rung does.
  func up(because verdict: SwitchVerdict) async throws(CommandError) {
    if let sentence = verdict.sentence(name) { session.outlet.note("note: \(sentence)") }
    var isOutOfService = verdict == .works
    for rung in Rung.allCases {
      guard limit.map({ rung <= $0 }) ?? !isOutOfService else { break }
      guard let entries = try await entries(of: rung, because: verdict) else { return }
      if entries.isEmpty {
        // Objects that are marked Disabled, or do not exist, are out of service.
        isOutOfService = isOutOfService || rung == .state
        continue
      }
      show(rung, entries)
      if isDryRun { continue }
      guard try isAllowed(rung) else { throw refusal(rung) }
      let outcome = try await session.asking("\(rung.title(name))") { () throws(ClusterError) in
        try await ladder.climb(rung, entries)
      }
      tell(outcome, rung.past)
      isOutOfService = isOutOfService || outcome.problems.isEmpty
    }
    if !isOutOfService, !isDryRun {
      throw CommandError("\(name) is not out of service: \(continuation(.workloads))")
    }
  }

  /// The entries that `rung` would change; `nil` if the user may not read them, and the controllers will disable the
  /// extension later.
  private func entries(
    of rung: Rung, because verdict: SwitchVerdict
  ) async throws(CommandError) -> [LadderEntry]? {
    do throws(ClusterError) {
      return try await ladder.plan(rung)
    } catch {
      guard error.isForbidden, limit == nil, verdict.isTransient else {
        throw CommandError(error, "looking at what \(name) has", at: session.server)
      }
      session.outlet.note(
        "note: the switch is stored; what \(name) has served so far cannot be looked at: \(error.brief)"
      )
      return nil
    }
  }

  private func isAllowed(_ rung: Rung) throws(CommandError) -> Bool {
    if rung == .state || limit.map({ rung <= $0 }) == true { return true }
    guard let ask = session.outlet.ask else { return false }
    let answer = ask("\(rung.title(name)) in \(session.name)? [y/N] ")?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }

  private func refusal(_ rung: Rung) -> CommandError {
    CommandError("\(name) is not out of service yet: \(continuation(rung))")
  }

  private func continuation(_ rung: Rung) -> String {
    "ksx disable \(name) --now --climb \(rung.rawValue) goes on"
  }

  private func show(_ rung: Rung, _ entries: [LadderEntry]) {
    let effects =
      entries.map { Plan.Effect(.removed, Sentence(verbatim: $0.title)) } + [
        Plan.Effect(.note, Sentence(verbatim: rung.reach))
      ]
    let undo = Plan.Effect(.note, "undo: \(undo)")
    let lines = PlanText.lines("\(rung.title(name)) in \(session.name)", effects + [undo])
    if isDryRun { session.outlet.print(lines) } else { session.outlet.note(lines) }
  }

  private func tell(_ outcome: Ladder.Outcome, _ past: String) {
    if outcome.done > 0 {
      session.outlet.print("\(name): \(outcome.done) object\(outcome.done == 1 ? "" : "s") \(past)")
    }
    session.outlet.note((outcome.problems + outcome.notes).map { "note: \($0)" })
  }
}

extension Climb {
  /// Reads the rungs that were climbed; empty if they cannot be read.
  func climbed() async -> [Rung: [LadderEntry]] {
    let found = await result { () throws(ClusterError) in try await ladder.climbed() }
    switch found {
    case .success(let entries): return entries
    case .failure(let error):
      session.outlet.note(
        "note: whether more than the switch was taken away could not be read: \(error.brief)")
      return [:]
    }
  }

  /// The effects of coming down, for plans.
  static func effects(_ climbed: [Rung: [LadderEntry]]) -> [Plan.Effect] {
    Rung.descent.flatMap { rung in
      (climbed[rung] ?? []).map { Plan.Effect(.added, "\($0.title) as it was") }
    }
  }

  /// Restores what was climbed, the webhooks last.
  func down(_ climbed: [Rung: [LadderEntry]]) async throws(CommandError) {
    var problems = 0
    for rung in Rung.descent {
      guard let entries = climbed[rung] else { continue }
      let outcome = try await session.asking("bringing back what \(name) had") {
        () throws(ClusterError) in
        try await ladder.descend(rung, entries)
      }
      tell(outcome, "back")
      problems += outcome.problems.count
    }
    if problems > 0 {
      throw CommandError(
        "\(problems) of \(name) could not be brought back; ksx enable \(name) --now tries it again")
    }
  }
}
