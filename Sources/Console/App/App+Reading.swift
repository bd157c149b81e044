import Client
import Extensions
import Operations
import Platform

// What screens have asked for themselves, and what an earlier session has left.
extension App {
  /// Takes in the answer to what a screen has asked for.
  mutating func hearAnswer(_ message: Message) {
    switch message {
    case .read(let reading, let answer):
      state.readings.take(reading, answer, at: state.now, state.words)
      if case .past(let name) = reading.topic, case .success(.past(let chronicle)) = answer {
        learnPast(of: name, chronicle)
      }
    case .places(let answer): state.places = answer
    case .moved(let move): request = .move(move)
    case .sent(let plan, let failure):
      state.remedies[plan.title.english]?.isUnderWay = false
      let words = state.words
      state.remedies[plan.title.english]?.failure = failure.map { words($0) }
      let text = failure ?? "\(plan.title): the cluster has taken it."
      state.announce(failure == nil ? .good : .error, text, about: plan.subject)
      readAgain()
    default: break
    }
  }

  /// What ran before, as the cluster tells, whatever was noted on this computer.
  private mutating func learnPast(of name: String, _ chronicle: Chronicle) {
    guard let installation = state.market.installed.of(name) else { return }
    let (runs, good) = (chronicle.deployed.last(where: \.isRunning)?.version, chronicle.lastGood?.version)
    let running = state.status(of: name).isRunningUnknown ? runs ?? good ?? "" : ""
    if running.isEmpty, chronicle.deployed.isEmpty { return }
    let known = state.records.elsewhere[name]
    let isSame = known?.installation.lastRun == installation.lastRun
    state.records.elsewhere[name] = PastElsewhere(
      running: running.isEmpty && isSame ? known?.running ?? "" : running, deployed: chronicle.deployed,
      installation: installation)
    state.records.learnElsewhere(state.market.installed)
    state.market.invalidate()
  }

  /// Reads again what the open screens show besides what is watched.
  mutating func readAgain() {
    for case .reading(let reading) in subscriptions {
      state.readings.begin(reading)
      state.begin(.read(reading))
    }
  }

  /// Knows of an accepted change at once, as the history does that is read a moment later: it may be undone by then.
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

  /// Says once, at the start, what became of changes whose end was not seen.
  mutating func tellUnfinished() {
    guard state.unfinished.isRecalled, !state.unfinished.isTold, state.market.installations.isFilled else { return }
    state.unfinished.isTold = true
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
    }
  }
}
