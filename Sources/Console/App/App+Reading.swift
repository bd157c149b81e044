import Client
import Extensions
import Operations
import Platform

// Answers to requests of screens, and changes of earlier sessions.
extension App {
  /// Takes the answer to a request of a screen.
  mutating func receiveAnswer(_ message: Message) {
    switch message {
    case .read(let reading, let answer):
      state.readings.take(reading, answer, at: state.now, state.words)
      if case .failure(let failure) = answer { suspectConnection(after: failure.cause) }
      if case .past(let name) = reading.topic, case .success(.past(let chronicle)) = answer {
        learnPast(of: name, chronicle)
      }
    case .clusterChoices(let answer): state.clusterChoices = answer
    case .moved(let move): request = .move(move)
    case .sent(let plan, let failure):
      state.remedies[plan.title.english]?.isUnderWay = false
      if plan.cancellation != nil, failure != nil {
        state.operations.cancel(plan.subject, false)
        state.cancelled[plan.subject] = nil
      }
      let words = state.words
      state.remedies[plan.title.english]?.failure = failure.map { words($0) }
      let text = failure ?? end(of: plan)
      state.announce(failure == nil ? .good : .error, text, about: plan.subject)
      readAgain()
    default: break
    }
  }

  /// Says what was done by `plan`, and takes it into account.
  private mutating func end(of plan: RemedyPlan) -> Sentence {
    let name = plan.subject
    guard let cancellation = plan.cancellation else { return "\(plan.title): the cluster has taken it." }
    let words = state.operations[name]?.change.phrase
    state.operations.abandon(name)
    let start: Sentence = words.map { "\(name): \($0) was cancelled" } ?? "\(name): what was under way was cancelled"
    guard let former = cancellation.former?.version else { return "\(start)." }
    let installation = state.market.installed.of(name)
    let isBack = installation?.version == former && installation?.rolloutState == .settled
    return isBack ? "\(start); \(former) runs again." : "\(start); \(former) is being put back."
  }

  /// Learns from the cluster which versions ran before, in addition to the records on this computer.
  private mutating func learnPast(of name: String, _ chronicle: ExtensionHistory) {
    guard let installation = state.market.installed.of(name) else { return }
    let (runs, good) = (chronicle.deployed.last(where: \.isRunning)?.version, chronicle.lastGood?.version)
    let running = state.status(of: name).isRunningUnknown ? runs ?? good ?? "" : ""
    if running.isEmpty, chronicle.deployed.isEmpty { return }
    let known = state.records.clusterPasts[name]
    let isSame = known?.installation.lastRun == installation.lastRun
    state.records.clusterPasts[name] = ClusterPast(
      running: running.isEmpty && isSame ? known?.running ?? "" : running, deployed: chronicle.deployed,
      installation: installation)
    state.records.learnClusterPasts(state.market.installed)
    state.market.invalidate()
  }

  /// Reads again what open screens show and what is not watched.
  mutating func readAgain() {
    for case .reading(let reading) in subscriptions {
      state.readings.begin(reading, at: state.now)
      state.begin(.read(reading))
    }
  }

  /// Adds an accepted change to the records at once, so that it can be undone before the history is read again.
  mutating func noteAccepted(_ plan: Plan) {
    let before = plan.before.map(RequestedSpec.init)
    let after = RequestedSpec(plan.change, after: before)
    guard before != after else { return }
    let (time, author) = (state.now.timestamp, Author(state.session))
    state.records.lines += [
      HistoryLine(plan.name, at: time, .change(words: plan.change.words, former: nil), by: author),
      HistoryLine(plan.name, at: time, .spec(before: before, after: after)),
    ]
  }

  /// Shows once, after the start, the results of changes that no session has seen.
  mutating func tellUnfinished() {
    guard state.unfinished.isRecalled, !state.unfinished.isReported, state.market.installations.isFilled else { return }
    state.unfinished.isReported = true
    for change in UnfinishedChange.all(state.records.lines, by: state.ownName, state.market.installed) {
      if change.isNews(at: Int(state.now.wall)) {
        state.announce(change.end.tone, change.sentence(age: state.age(of: change.time)), about: change.extension)
      }
      guard let line = change.line(at: state.now.timestamp) else { continue }
      state.records.lines.append(line)
      state.begin(.remember(line))
    }
  }
}

extension UnfinishedChange.End {
  fileprivate var tone: MessageLog.Tone {
    switch self {
    case .done: .good
    case .failed: .error
    case .underWay: .note
    case .notSeen, .notKnown: .warning
    }
  }
}
