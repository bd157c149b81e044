import Client
import Extensions
import Operations
import Packages
import Platform
import Terminal

/// The details of the selected extension, from memory only: nothing is requested for them.
struct PreviewPage {
  private let name: String
  private let state: ConsoleState
  private let status: ExtensionStatus

  init(_ name: String, _ state: ConsoleState) {
    (self.name, self.state, status) = (name, state, state.status(of: name))
  }

  /// Why the extension is in its state, in at most `size.rows` rows; empty if it wants no attention.
  func reasons(_ size: Size) -> [Line] {
    guard size.rows > 0, status.urgency != .none else { return [] }
    let columns = size.columns - 2
    let reason =
      status.hasUnobservedChange ? state.words(pendingReason) : status.reason.nonEmpty ?? state.words(status.listWord)
    let text = "\(state.title(of: name)): \(reason)"
    if size.rows == 1 { return [Line(text, reasonStyle)] }
    let reasons = Self.rows(text, columns, atMost: size.rows - 1)
    let rest = size.rows - reasons.count
    // What still runs must be visible if not everything fits.
    let all = state.words.list(facts)
    let isCut = all.wrapped(to: columns).count > rest
    let facts = Self.rows(isCut ? state.words.list(facts.reversed()) : all, columns, atMost: rest)
    return reasons.map { Line($0, reasonStyle) } + facts.map { Line($0, .dim) }
  }

  /// `text` in rows; the last one is shortened with `…` if there are more than `limit`.
  private static func rows(_ text: String, _ columns: Int, atMost limit: Int) -> [String] {
    let rows = text.wrapped(to: columns)
    guard rows.count > limit else { return rows }
    return rows.prefix(limit - 1) + [rows.dropFirst(limit - 1).joined(separator: " ").truncated(to: columns)]
  }

  /// What the controllers have not begun with.
  private var pendingReason: Sentence { "waits for the controllers: \(status.pending.joined(separator: ", "))" }

  private var reasonStyle: StyleName { status.urgency == .failed ? .stateFailed : .stateBusy }

  /// Who changed what and when, and what still runs.
  private var facts: [String] {
    let change = state.market.installed.of(name).flatMap { LastChange($0) }
    var facts = stalenessNote
    let age = state.age(change?.time ?? "")
    if let change {
      let who = state.words(change.who)
      let changeText = "\(state.words(versionChange ?? change.what)) \(who)"
      let dated = age.isEmpty ? changeText : state.words("{0}, {1}", changeText, state.words("{0} ago", age))
      facts.append(state.words.text(dated, remark: change.reason))
    } else if let versionChange {
      facts.append(state.words(versionChange))
    }
    if status.urgency == .failed, !status.running.isEmpty {
      facts.append(state.words("{0} still runs", status.running))
    } else if status.urgency == .failed, status.isRunningUnknown {
      facts.append(state.words("an earlier version still runs"))
    }
    return facts
  }

  /// Says that a change in progress has had no news for a long time, and what to do.
  private var stalenessNote: [String] {
    let row = ExtensionRow(
      name, state.market.extensions[name], state.market.installed.of(name), nil, language: state.language,
      readable: state.market.readable)
    guard status.urgency.isUnderWay, let changed = Timestamp.seconds(row.changed) else { return [] }
    let seconds = state.now.wall - Double(changed)
    guard seconds > MarketplaceRow.stuckSeconds else { return [] }
    let key = state.settings.keys(for: .page(.doctor), in: [.everywhere]).first ?? ":doctor"
    return [state.words("no progress for {0}; {1} shows why", state.words.duration(seconds), key)]
  }

  /// The change of version in progress or failed, such as `upgrade 1.0.1 → 1.1.0`; `nil` if the version stays the same.
  private var versionChange: Sentence? {
    let target = status.failed.isEmpty ? status.wanted : status.failed
    // A request without a change of version is described together with its author.
    if target.isEmpty || VersionText(target) == VersionText(status.running) { return nil }
    if status.isRunningUnknown { return "upgrade to \(target)" }
    return status.running.isEmpty ? "install \(target)" : "upgrade \(status.running) → \(target)"
  }

  /// The preview at the right of the list.
  func lines(columns: Int) -> [Line] {
    guard columns > 10 else { return [] }
    let element = state.market.extensions[name]
    var lines = Line(state.title(of: name), .title).wrapped(to: columns)
    let word = status.isInstalled ? state.words(status.listWord) : state.absence(of: name)
    lines += Line(word, status.style).wrapped(to: columns)
    if status.urgency != .none {
      let reason = status.hasUnobservedChange ? state.words(pendingReason) : status.reason
      lines += reason.isEmpty ? [] : Line(reason, reasonStyle).wrapped(to: columns)
      lines += Line(state.words.list(facts), .dim).wrapped(to: columns)
    }
    lines.append(.blank)
    let description = element?.description.text(in: state.language) ?? ""
    if !description.isEmpty { lines += Line(description).wrapped(to: columns) + [.blank] }
    lines += fact("Runs", status.running, columns) + fact("Wanted", pendingVersion, columns)
    lines += fact("Offered", element?.versions.reversed().joined(separator: ", ") ?? "", columns)
    lines += fact("Category", state.title(ofCategory: element?.category ?? ""), columns)
    lines += fact("Provider", element?.provider.text(in: state.language) ?? "", columns)
    lines += fact("From", element?.repository ?? "", columns)
    lines += fact("Namespace", state.market.installed.of(name)?.targetNamespace ?? "", columns)
    return lines + rollbackLines(columns) + timeline(columns)
  }

  /// The latest changes of the extension, newest first, on screens with enough rows.
  private func timeline(_ columns: Int) -> [Line] {
    guard state.size.rows >= 30 else { return [] }
    let own = state.ownName
    return section(
      state.words("Changes"),
      state.past(of: name).prefix(8).flatMap { change -> [Line] in
        let who = change.who(ownName: own)
        let author = who.english.hasPrefix("by ") ? state.words(who) : state.words("by {0}", state.words(who))
        let text = "\(state.words(change.sentence)) \(author)  \(state.words(change.resultWords))"
        return (Line("  " + state.age(of: change.entry.time).padded(to: 9), .dim) + Line(text, change.style))
          .wrapped(to: columns, indent: 11)
      })
  }

  private var pendingVersion: String { status.wanted == status.running ? "" : status.wanted }

  /// The version to which a rollback would return.
  private func rollbackLines(_ columns: Int) -> [Line] {
    guard status.isInstalled, let entry = state.rollbackTarget(of: name) else { return [] }
    return fact(
      "Previous", state.words("{0}, {1}", entry.version, state.words("{0} ago", state.age(entry.time))), columns)
  }

  private func fact(_ label: String, _ text: String, _ columns: Int) -> [Line] {
    if text.isEmpty { return [] }
    return (Line(state.words(label).padded(to: 11), .dim) + Line(text)).wrapped(to: columns, indent: 11)
  }
}

extension ConsoleState {
  /// The display name of the category called `name`.
  func title(ofCategory name: String) -> String {
    let title = market.categories[name]?.displayName.text(in: language) ?? ""
    return title.isEmpty ? name : title
  }
}
