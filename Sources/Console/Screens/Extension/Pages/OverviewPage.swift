import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The overview of an extension: state, reason and remedy first, then versions, then the details of its objects.
struct OverviewPage: PageText {
  let name: String

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    details(state) + examination(state) + state.pastBeforeAttempt(of: name)
  }

  /// The details of its objects.
  private func details(_ state: ConsoleState) -> [Subscription] {
    guard let capabilities = state.capabilityState.capabilities, state.market.isFilled else { return [] }
    let installation = state.market.installed.of(name)
    let row = ExtensionRow(
      name, state.market.extensions[name], installation, state.records.memories[name], language: state.language,
      readable: state.market.readable)
    return [.details(DetailsSubject(row, installation), capabilities)]
  }

  /// A failed installation is examined at once.
  private func examination(_ state: ConsoleState) -> [Subscription] {
    guard state.status(of: name).state.isFailure else { return [] }
    return state.reading(.examination(of: name), stamp: state.stamp(of: name))
  }

  func open(_ state: ConsoleState) -> [Step] {
    state.market.installed.of(name) == nil ? [] : [.open(DoctorScreen(name))]
  }

  func lines(columns: Int, _ state: ConsoleState) -> [Line] {
    Overview(name: name, columns: columns, state: state).lines
  }
}

/// The lines of one overview.
private struct Overview {
  let name: String
  let columns: Int
  let state: ConsoleState

  var lines: [Line] { standing + findings + releases + facts + detailLines + states }

  /// In columns: the width of labels; those of details may be up to `labelLimit` wide.
  private static let labels = 14
  private static let labelLimit = 22

  private func row(_ label: String, _ text: String, _ style: StyleName = .text) -> [Line] {
    field(state.words(label), text, style, columns: columns)
  }

  private var installation: Installation? { state.market.installed.of(name) }
  private var element: Extension? { state.market.extensions[name] }
  private var status: ExtensionStatus { state.status(of: name) }

  /// The state, its reason, the last change, and the way back.
  private var standing: [Line] {
    let status = status
    guard installation != nil else { return absence + description }
    var lines = row("State", state.words(status.fullWord), status.style)
    if !status.reason.isEmpty, status.state != .installed || status.state.isFailure {
      lines += row("Reason", status.reason, status.state.isFailure ? .stateFailed : .text)
    }
    if let operation = state.operations[name] {
      lines += row("Under way", state.words(operation.change.progressive), .stateBusy)
    }
    lines += row("Pending", state.words(status.pending.joined(separator: "; ")), .stateBusy)
    lines += lastChange
    return lines + (status.state.isFailure ? wayBack : [])
  }

  /// Why the installation is not known; the state in the extension's own status comes first.
  private var absence: [Line] {
    let word = status.isInstalled ? state.words(status.fullWord) : ""
    return row("State", word, status.style)
      + row(word.isEmpty ? "State" : "Installed", state.absence(of: name), .dim)
      + state.installObstacles(to: name).flatMap { row("Not here", state.words($0), .stateFailed) }
  }

  private var lastChange: [Line] {
    guard let last = state.past(of: name).first(where: { !$0.isRefused }) else { return [] }
    let who = last.who(ownName: state.ownName)
    let author = who.english.hasPrefix("by ") ? state.words(who) : state.words("by {0}", state.words(who))
    let age = state.words("{0} ago", state.age(of: last.entry.time))
    let text = state.words("{0}, {1}", "\(state.words(last.sentence)) \(author)", age)
    return row("Last change", state.words.text(text, remark: last.entry.reason))
  }

  private var wayBack: [Line] {
    if status.isBeingDeleted { return [] }
    if let reason = state.reason(against: .rollBack, of: name) { return row("Way back", state.words(reason)) }
    let key = state.settings.keys(for: .rollBack, in: [.marketplace]).first ?? "b"
    guard let installation, let entry = state.memory(of: name).target(from: installation) else {
      return row("Way back", state.words("no release is known here that worked; {0} lists the versions", key))
    }
    let known =
      entry.wasInstalled == true
      ? state.words("which worked") : state.words("of which it is not known whether it worked")
    let text = state.words(
      "{0} goes back to {1}, {2}, there until {3} ago", key, entry.version, known, state.age(of: entry.time))
    return row("Way back", text, .accent)
  }

  /// The findings of the doctor, if the installation has failed.
  private var findings: [Line] {
    let topic = ReadRequest.Topic.examination(of: name)
    guard status.state.isFailure else { return [] }
    guard case .examination(let found)? = state.readings[topic]?.facts else {
      let wait = state.emptyLine(topic, reading: state.words("Looking at {0} …", name), otherwise: "")
      return section(state.words("What is wrong"), (Line("  ") + wait).wrapped(to: columns, indent: 2))
    }
    let key = state.settings.keys(for: .open, in: [.everywhere]).first ?? "enter"
    let lines = found.findings.flatMap { finding -> [Line] in
      let remedies = state.words(finding.remedies.map(\.name).joined(separator: ", or "))
      return
        (Line("  ✗ ", .stateFailed)
        + Line(state.words.text(state.words(finding.sentence), remark: state.words(finding.certainty.rawValue))))
        .wrapped(to: columns, indent: 4)
        + (remedies.isEmpty ? [] : Line("    \(key): \(remedies)", .accent).wrapped(to: columns, indent: 4))
    }
    return section(state.words("What is wrong"), lines)
  }

  private var releases: [Line] {
    let status = status
    let offered = state.offeredVersions(of: name)
    let recommended = element?.recommendedVersion ?? ""
    let isNewest = !status.running.isEmpty && VersionText(status.running) == VersionText(recommended)
    // If the running version is the recommended one, both are on one line.
    var lines = row("Running", isNewest ? state.words("{0}, the recommended version", status.running) : status.running)
    if VersionText(status.wanted) != VersionText(status.running) { lines += row("Wanted", status.wanted) }
    lines += row("Failed", status.failed, .stateFailed)
    let known = state.market.versions[name]?.elements.values.map { $0 } ?? []
    lines += row("Offered", status.absence(among: known).map { state.words($0) } ?? "", .statusWarning)
    if let isEnabled = status.isEnabled, installation != nil {
      lines += row("Enabled", isEnabled ? state.words("yes") : state.words("no"))
    }
    if !isNewest { lines += row("Recommended", recommended) }
    if let newest = offered.first, newest != recommended { lines += row("Newest", newest) }
    if let installation {
      lines += row("Namespace", installation.targetNamespace) + row("Release", installation.releaseName)
      lines += row("Job", installation.jobName) + row("Tests", installation.testRun.map { state.words.tests($0) } ?? "")
    }
    return lines.isEmpty ? [] : [.blank] + lines
  }

  private var description: [Line] {
    let text = element?.description.text(in: state.language) ?? ""
    return text.isEmpty ? [] : [.blank] + text.wrapped(to: columns).map { Line($0) }
  }

  private var facts: [Line] {
    guard let element else { return [.blank, Line(state.words("{0} is no longer in the marketplace.", name), .dim)] }
    func known(_ label: String, _ text: String) -> [Line] {
      text.isEmpty ? row(label, state.words("not known here"), .dim) : row(label, text)
    }
    return (installation == nil ? [] : description) + [.blank]
      + known("Provider", element.provider.text(in: state.language))
      + known("Category", categoryTitle(element.category)) + known("Repository", element.repository)
  }

  private func categoryTitle(_ category: String) -> String {
    let title = state.market.categories[category]?.displayName.text(in: state.language) ?? ""
    return title.isEmpty ? category : title
  }

  /// The details of its objects, once they were read.
  private var detailLines: [Line] {
    guard let details = state.details[name] else { return [] }
    let labels = details.lines.map { state.words($0.label) }
    let indent = min(Self.labelLimit, (labels.map(\.columns).max() ?? 0) + 2)
    let fields = zip(labels, details.lines).flatMap { label, line in
      field(label, legible(line.value), columns: columns, indent: max(indent, Self.labels))
    }
    let blocks = details.blocks.flatMap { block in
      section(state.words(block.title), block.lines.flatMap { Line("  " + $0).wrapped(to: columns, indent: 4) })
    }
    return section(state.words("In its objects"), fields) + blocks
  }

  /// Images in the text of an object are named, not shown.
  private func legible(_ value: String) -> String {
    guard value.hasPrefix("data:") else { return value }
    let kind = value.dropFirst(5).prefix { $0 != ";" && $0 != "," }
    return state.words("a picture in the object itself ({0})", String(kind))
  }

  private var states: [Line] {
    section(
      state.words("What happened, newest first"),
      (installation?.history ?? []).reversed().map { Line("  \($0.time)  \(state.state($0.state.word))", .dim) })
  }
}
