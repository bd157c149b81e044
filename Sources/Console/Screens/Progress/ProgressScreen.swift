import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// Shows a change in progress: what it waits for and since when, its usual duration, and the output of its Job, pods
/// and events.
///
/// Closing the screen does not stop the change.
struct ProgressScreen: Screen {
  let name: String
  /// The change requested from this console, or `nil` if someone else requested it.
  private let change: Change?
  private var part = Part.steps
  private var pager = Pager()
  /// How often the screen has been refreshed.
  private var looks = 0
  private var nextLook: ClockReading?
  /// Counts the looks after its end, at what had not ended with it.
  private var lateLooks = 0

  /// The part shown below the title.
  enum Part: Hashable, Sendable {
    case steps, log, pods, events
  }

  /// The time between refreshes of a change in progress, in seconds.
  static let interval = 2.0
  /// The controllers may say that it is done a moment before its job is.
  private static let mostLateLooks = 5

  init(_ name: String, _ change: Change? = nil, showing part: Part = .steps) {
    (self.name, self.change, self.part) = (name, change, part)
  }

  private var topic: ReadRequest.Topic { .progress(of: name) }

  var sections: [KeySection] { prompt == nil ? [.progress, .text, .marketplace, .everywhere] : [.prompt] }
  var prompt: Prompt? { pager.prompt }
  var extensionName: String? { name }
  var nextWakeUp: ClockReading? { nextLook }
  var identity: String? { "progress/\(name)" }
  func title(_ state: ConsoleState) -> String { state.words("Progress") }

  func hints(_ state: ConsoleState) -> [Hint] {
    let ways = state.hints(about: name).filter { [Action.command(.rollBack), .command(.retry)].contains($0.action) }
    // The key for rolling back must be visible on the narrowest screen too.
    let canEnd = state.status(of: name).state.isBusy && !state.isBeingUninstalled(name) && !state.session.isReadOnly
    let end = canEnd ? [Hint(.screen(.cancel))] : []
    return ways.prefix(1) + .commands([.back]) + end + ways.dropFirst()
      + (isUnderWay(state) ? [] : state.undoHints(on: name))
      + .commands([.screen(.log), .screen(.pods), .screen(.events), .help])
  }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    let restarts = change?.config == nil || isUnderWay(state) ? nil : state.market.installed.of(name)
    return state.reading(topic, stamp: "\(state.stamp(of: name)) \(looks)") + (restarts.map { [.restarts($0)] } ?? [])
      + state.pastBeforeAttempt(of: name)
  }

  private func isUnderWay(_ state: ConsoleState) -> Bool {
    let status = state.status(of: name)
    return state.operations[name] != nil || state.underWay(name) != nil || status.state.isBusy
      || status.isBeingDeleted || status.hasUnobservedChange
  }

  /// Whether what is seen of the job and its pods is of this change, and not of the one before.
  private func hasBegun(_ state: ConsoleState) -> Bool {
    let status = state.status(of: name)
    if status.isBusy && status.state != .none || status.isBeingDeleted { return true }
    if status.hasUnobservedChange || state.underWay(name) != nil { return false }
    return state.operations[name] == nil || status.state.isFailure && status.pending.isEmpty
  }

  private func height(_ state: ConsoleState) -> Int { max(1, state.bodySize.rows - 1) }

  mutating func settle(_ state: inout ConsoleState) {
    if isUnderWay(state) { lateLooks = 0 }
    let goesOn = isUnderWay(state) || lateLooks < Self.mostLateLooks && isShownRunning(state)
    nextLook = goesOn ? nextLook ?? state.now + Self.interval : nil
    // What is under way, and how it ended, stand last: a small screen follows them until the user scrolls up.
    let follows = part == .steps && pager.isAtEnd(height: height(state))
    pager.show(lines(max(20, state.size.columns - 2), state), height: height(state))
    if follows { pager.reveal(pager.lines.count - 1, height: height(state)) }
  }

  mutating func wake(_ state: inout ConsoleState) {
    // A reading that takes longer than the pause between two is not given up for the next one.
    if state.readings[topic]?.isUnderWay != true { looks += 1 }
    if !isUnderWay(state) { lateLooks += 1 }
    nextLook = state.now + Self.interval
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if let steps = pager.handle(command, height: height(state)) { return steps }
    switch command {
    case .back:
      guard part == .steps else { return show(.steps) }
      // The user has read here how the change ended.
      if !isUnderWay(state) { state.messageLog.forget(name) }
      return [.close()]
    case .screen(.log): return show(.log)
    case .screen(.pods): return show(.pods)
    case .screen(.events): return show(.events)
    case .undo: return undo(on: name, state)
    case .open: return [.open(ExtensionScreen(name))]
    default: return beginChange(command, on: name, state)
    }
  }

  private mutating func show(_ part: Part) -> [Step] {
    self.part = self.part == part ? .steps : part
    pager = Pager()
    return []
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    pager.type(key, height: height(state))
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (top, rest) = area.split(top: 1)
    let (title, time) = heading(state)
    let inner = top.inset(columns: 1)
    surface.write(
      title.truncated(to: max(0, inner.size.columns - time.columns - 2)), row: 0, in: inner, style: state.theme[.title])
    let right = Point(row: inner.origin.row, column: inner.columns.upperBound - time.columns)
    surface.write(time, at: right, in: inner, style: state.theme[.dim])
    pager.draw(on: &surface, in: rest.inset(columns: 1), state)
  }

  private func operation(_ state: ConsoleState) -> Operations.Operation? {
    state.underWayOperations.first { $0.name == name }
  }

  private func heading(_ state: ConsoleState) -> (title: String, time: String) {
    let known = state.operations[name]?.change ?? change
    let back = state.cancelled[name].map { $0.isEmpty ? state.words("Cancelled") : state.words("Back to {0}", $0) }
    let words = back ?? known.map { state.words.verb($0) } ?? state.words(state.status(of: name).fullWord)
    let operation = operation(state)
    let asked = hasBegun(state) ? nil : state.market.installed.of(name).flatMap { Authorship($0)?.time }
    let age = asked.flatMap(Timestamp.seconds).map { max(0, Int(state.now.wall) - $0) }
    let seconds = (operation?.seconds ?? age).map { state.words.duration(Double($0)) }
    let before = operation?.secondsBefore.map { state.words("last time {0}", state.words.duration(Double($0))) }
    return (
      state.words("{0}: {1} on {2}", words, name, state.session.cluster),
      [seconds, before].compactMap { $0 }.joined(separator: state.words(", "))
    )
  }
}

// The lines of the screen.
extension ProgressScreen {
  private func operationProgress(_ state: ConsoleState) -> OperationProgress? {
    if case .progress(let operationProgress)? = state.readings[topic]?.facts { operationProgress } else { nil }
  }

  /// What was read last has something of it running.
  private func isShownRunning(_ state: ConsoleState) -> Bool {
    operationProgress(state)?.steps.contains { $0.mark == .underWay } == true
  }

  private func lines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    let concerns = state.staleLines(topic).flatMap { $0.wrapped(to: columns, indent: 2) }
    switch part {
    case .steps: return concerns + stepLines(columns, state)
    case .log:
      let log = operationProgress(state)?.log ?? []
      let former =
        log.isEmpty || hasBegun(state)
        ? [] : Line(state.words("Of the change before this one:"), .dim).wrapped(to: columns)
      return former + texts(log, state.words("Its job has written nothing that can be read."), columns, state)
    case .pods: return concerns + podLines(columns, state)
    case .events:
      let events = operationProgress(state)?.events ?? []
      if events.isEmpty { return texts([], state.words("No events in its namespace."), columns, state) }
      return events.flatMap { EventsPage.lines($0, columns, state) }
    }
  }

  private func texts(_ texts: [String], _ otherwise: String, _ columns: Int, _ state: ConsoleState) -> [Line] {
    if !texts.isEmpty { return texts.flatMap { Line($0).wrapped(to: columns, indent: 2) } }
    return state.emptyLine(topic, reading: state.words("Reading …"), otherwise: otherwise).wrapped(to: columns)
      + gapLines(columns, state)
  }

  private func stepLines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    let accepted: [Line] =
      state.underWay(name) != nil
      ? [Line("… ", .stateBusy) + Line(state.words("being sent"))]
      : change == nil ? [] : [Line("✓ ", .stateInstalled) + Line(state.words("accepted"))]
    let hasBegun = hasBegun(state)
    let steps = (hasBegun ? operationProgress(state)?.steps ?? [] : []).flatMap { step -> [Line] in
      let (mark, style) = step.mark.look
      return
        (Line(mark, style) + Line(state.words(step.name))
        + Line(step.note.isEmpty ? "" : "  \(state.words(step.note))", .dim))
        .wrapped(to: columns, indent: 4)
    }
    let wait = operation(state)?.waitsFor ?? (hasBegun || state.underWay(name) != nil ? "" : "the controllers to begin")
    let waits = wait.isEmpty ? [] : Line("… \(state.words(wait))", .stateBusy).wrapped(to: columns, indent: 2)
    let isRead = state.readings[topic]?.facts != nil
    let reading =
      isRead || !isUnderWay(state)
      ? [] : state.emptyLine(topic, reading: state.words("Looking …"), otherwise: "").wrapped(to: columns)
    return accepted + steps + (steps.isEmpty ? waits : []) + reading + endLines(columns, state)
      + (hasBegun ? logTail(columns, state) : [])
      + gapLines(columns, state)
  }

  /// How the change ended, with the keys of the remedies.
  private func endLines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    if isUnderWay(state) { return [] }
    let status = state.status(of: name)
    guard status.isInstalled else {
      return [.blank, Line("✓ " + state.words("{0} is not installed.", name), .stateInstalled)]
    }
    guard status.state.isFailure else {
      let effect = state.market.installed.of(name).flatMap { $0.config.isEmpty ? nil : state.effect($0) }
      return [.blank]
        + Line(
          "✓ " + state.words("{0} is {1}, version {2}.", name, state.words(status.fullWord), status.running),
          .stateInstalled
        ).wrapped(to: columns)
        + (effect?.wrapped(to: columns, indent: 2) ?? [])
    }
    func key(_ command: Command) -> String { state.settings.keys(for: command, in: sections).first ?? command.rawValue }
    let (cause, leave) = (key(.page(.doctor)), key(.back))
    let ways =
      state.isPossible(.rollBack, for: name)
      ? state.words("{0} goes back, {1} looks for the cause, {2} leaves it as it is", key(.rollBack), cause, leave)
      : state.words("{0} looks for the cause, {1} leaves it as it is", cause, leave)
    return [.blank]
      + Line("✗ \(state.words(status.fullWord)): \(status.reason)", .stateFailed).wrapped(to: columns, indent: 2)
      + Line(ways, .accent).wrapped(to: columns, indent: 2)
  }

  private func logTail(_ columns: Int, _ state: ConsoleState) -> [Line] {
    section(
      state.words("Log"),
      (operationProgress(state)?.bareLog.suffix(5) ?? []).flatMap {
        Line("  " + $0, .dim).wrapped(to: columns, indent: 4)
      })
  }

  private func podLines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    let pods = operationProgress(state)?.pods ?? []
    if pods.isEmpty { return texts([], state.words("It has no pods that can be seen."), columns, state) }
    let width = (pods.map(\.name.columns).max() ?? 0) + 2
    return pods.flatMap { pod -> [Line] in
      let restarts = pod.restarts == 0 ? "" : state.words("{0} restarts", "\(pod.restarts)") + "  "
      return
        (Line(pod.name.padded(to: width))
        + Line(pod.phase.padded(to: 11), pod.phase == "Running" ? .stateInstalled : .stateBusy)
        + Line(restarts + pod.reason, .dim)).wrapped(to: columns, indent: 4)
    }
  }

  private func gapLines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    section(
      state.words("Not known"),
      (operationProgress(state)?.gaps ?? []).flatMap {
        Line("  " + state.words($0), .dim).wrapped(to: columns, indent: 4)
      })
  }
}

extension OperationProgress.Step.Mark {
  /// The sign before a step, and its style.
  fileprivate var look: (sign: String, style: StyleName) {
    switch self {
    case .done: ("✓ ", .stateInstalled)
    case .underWay: ("… ", .stateBusy)
    case .waiting: ("· ", .dim)
    case .failed: ("✗ ", .stateFailed)
    }
  }
}

extension ConsoleState {
  /// The operations in progress, by extension.
  var underWayOperations: [Operations.Operation] {
    Operations.Operation.all(market.installed.all, records.lines, at: Timestamp(secondsSince1970: Int(now.wall)))
  }

  /// Whether `name` is being uninstalled, which cannot be cancelled.
  func isBeingUninstalled(_ name: String) -> Bool {
    let status = status(of: name)
    return status.isBeingDeleted || status.state == .uninstalling
  }
}
