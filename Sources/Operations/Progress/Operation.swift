package import Extensions
package import Platform

/// An operation of the controllers in progress: what it waits for, since when, and how long the last one took.
package struct Operation: Hashable, Sendable {
  package var name: String
  package var state: InstallationState
  /// The version that it leads to.
  package var version: String
  /// RFC 3339, or empty.
  package var since: String
  /// Its duration so far, if its beginning is known.
  package var seconds: Int?
  /// How long the last operation took that reached Installed, in seconds.
  package var secondsBefore: Int?
  /// What it is waiting for, as far as the cluster says.
  package var waitsFor: Sentence

  /// The operations in progress, sorted by name.
  package static func all(
    _ installations: some Sequence<Installation>, _ lines: [HistoryLine], at now: Timestamp
  ) -> [Operation] {
    installations.filter(isUnderWay).map { Operation($0, lines, at: now) }.sorted { $0.name < $1.name }
  }

  private static func isUnderWay(_ installation: Installation) -> Bool {
    installation.observed.state.isBusy || installation.isBeingDeleted
      || (installation.observed.state == .none && !installation.isBeingDeleted) || installation.hasUnobservedChange
  }

  private init(_ installation: Installation, _ lines: [HistoryLine], at now: Timestamp) {
    name = installation.extension
    state = installation.isBeingDeleted ? .uninstalling : installation.observed.state
    version = installation.version
    since = Self.beginning(installation)
    seconds = Timestamp.seconds(since).map { max(0, now.secondsSince1970 - $0) }
    secondsBefore = Self.previousDuration(installation, lines)
    waitsFor = Self.wait(of: installation)
  }

  /// What the operation waits for.
  private static func wait(of installation: Installation) -> Sentence {
    let (state, message) = (installation.observed.state, installation.presentMessage)
    // The job that the status names is that of the operation before as long as this one has none.
    let holding = installation.holdingFinalizers
    if !holding.isEmpty { return "the finalizers of another program to go: \(holding.joined(separator: ", "))" }
    if installation.isBeingDeleted, state != .uninstalling {
      let agents = installation.agents.keys.sorted().joined(separator: ", ")
      return agents.isEmpty ? "the controllers to begin" : "its agents to go: \(agents)"
    }
    if installation.hasUnobservedChange {
      let asked = installation.pending.joined(separator: ", ")
      return asked.isEmpty ? "the controllers to begin" : "the controllers to begin (\(asked))"
    }
    if state == .none { return "the controllers to begin" }
    if !message.isEmpty, state.isBusy { return Sentence(verbatim: message) }
    if state == .preparing { return "its chart, and a job for it" }
    return installation.jobName.isEmpty ? "" : "job \(installation.jobName)"
  }

  /// When the current operation began: the first of the busy states at the end of the history.
  static func beginning(_ installation: Installation) -> String {
    let busy = installation.history.reversed().prefix { transition in
      transition.state.isBusy && (!installation.isBeingDeleted || transition.state == .uninstalling)
    }
    if let first = busy.last { return first.time }
    if installation.isBeingDeleted, !installation.deleted.isEmpty { return installation.deleted }
    if installation.hasUnobservedChange, let time = requestTime(installation) { return time }
    // Before the controllers record their first state, the operation begins with the change of the spec.
    let last = installation.history.last?.time ?? installation.created
    guard let noted = Authorship(installation)?.time, let asked = Timestamp.seconds(noted),
      Timestamp.seconds(last).map({ $0 < asked }) ?? true
    else { return last }
    return noted
  }

  /// When the spec was last written, as far as that is recorded.
  private static func requestTime(_ installation: Installation) -> String? {
    let noted = Authorship(installation).map { [$0.time] } ?? []
    return (noted + installation.specWriters.map(\.time)).filter { Timestamp.seconds($0) != nil }.max()
  }

  /// The duration of the last change in this computer's history, else of the last one in the status.
  private static func previousDuration(_ installation: Installation, _ lines: [HistoryLine]) -> Int? {
    var began: Int?
    var took: Int?
    let kind = Kind(installation)
    for line in lines where line.extension == installation.extension {
      switch line.event {
      case .change(let words, _): began = Kind(words) == kind ? Timestamp.seconds(line.time) : nil
      case .outcome(.done, _, _):
        if let start = began, let end = Timestamp.seconds(line.time), end > start { took = end - start }
      default: break
      }
    }
    return took ?? durationFromStates(installation.history, kind)
  }

  /// A kind of operation; those of one kind take about equally long.
  private enum Kind {
    case install, upgrade, uninstall

    init(_ installation: Installation) {
      if installation.isBeingDeleted || installation.observed.state == .uninstalling {
        self = .uninstall
      } else {
        self = installation.hasBeenInstalled ? .upgrade : .install
      }
    }

    /// The kind of the change that the history calls `words`; `nil` for enabling, disabling and placing, which run no
    /// helm.
    init?(_ words: String) {
      if words.hasPrefix("uninstall") || words.hasPrefix("force") {
        self = .uninstall
      } else if words.hasPrefix("install") {
        self = .install
      } else if ["enable", "disable"].contains(words) || words.hasPrefix("place") {
        return nil
      } else {
        self = .upgrade
      }
    }
  }

  private static func durationFromStates(_ history: [Installation.Transition], _ kind: Kind) -> Int? {
    guard let end = history.lastIndex(where: { $0.state == .installed }) else { return nil }
    let busy = history[..<end].reversed().prefix { $0.state.isBusy }
    guard kind == .upgrade, !busy.contains(where: { $0.state == .installing }),
      let start = busy.last.flatMap({ Timestamp.seconds($0.time) }), let done = Timestamp.seconds(history[end].time)
    else { return nil }
    return done - start
  }
}
