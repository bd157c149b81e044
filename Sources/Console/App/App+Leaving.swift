import Extensions
import Operations
import Platform

// Leaving the console.
extension App {
  /// Runs `back` on the topmost screen, which asks for confirmation if need be.
  mutating func closeTop() {
    carryOut(onTop { $0.perform(.back, &$1) } ?? [.close()])
  }

  /// Leaves, or first asks for confirmation: about unsaved work, and with `isAskingForChanges` also about changes that
  /// were made.
  mutating func quit(isAskingForChanges: Bool = false) {
    if layers.contains(where: { $0 is LeaveScreen }) { return leave() }
    var reasons = layers.compactMap { $0.unsavedWork(state) }
    for name in state.operations.names where state.underWay(name) == nil {
      let change = state.operations[name]?.change.phrase ?? ""
      reasons.append("\(name): \(change) was accepted and goes on in the cluster.")
    }
    if isAskingForChanges { reasons += state.changed.map { "You changed \($0) in this session." as Sentence } }
    for plan in state.stepQueue?.plans ?? [] {
      reasons.append("\(plan.name): \(plan.change.phrase) is sent only while the console runs.")
    }
    if reasons.isEmpty { leave() } else { open(LeaveScreen(reasons: reasons)) }
  }

  /// Leaves as soon as the cluster has answered what is being sent.
  mutating func leave() {
    layers.removeAll { $0 is LeaveScreen }
    if state.submissions.values.contains(where: \.isUnderWay) { open(SendingScreen()) } else { finish() }
  }

  /// Saves everything before the program ends, also if the terminal was closed.
  mutating func finish() {
    isFinished = true
    for screen in layers { state.begin(screen.requestsBeforeExit(state)) }
    if let places = trail.news { state.begin(.keepPlaces(places)) }
  }
}
