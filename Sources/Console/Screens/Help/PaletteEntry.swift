import Client
import Extensions
import Operations
import Packages
import Platform

/// A line of the palette: a command, with the object that it acts on, if any.
struct PaletteEntry: Hashable, Identifiable, Sendable {
  /// The text that can be typed for it: `rollback traffic-map to 1.0.1`.
  var text: String
  var command: Command
  /// The object and other arguments of the command, as they can be typed.
  var argument = ""
  /// What it does, or notes about the object.
  var remark: String
  /// Why it is not possible; `nil` if it is.
  var reason: Sentence?
  /// The key that is bound to it.
  var key = ""

  var id: String { text }
}

/// Everything that can be typed after `:`, and the entries that match a text.
struct PaletteList: Sendable {
  private let state: ConsoleState
  /// The current extension, which a command without an argument is about.
  private let subject: String?
  private let sections: [KeySection]
  /// The commands that are useful for that extension now, the most useful first.
  private let useful: [Command]

  init(_ state: ConsoleState, subject: String?, sections: [KeySection]) {
    (self.state, self.subject, self.sections) = (state, subject, sections)
    useful = (subject.map(state.hints(about:)) ?? []).compactMap { hint in
      if case .command(let command) = hint.action { command } else { nil }
    }
  }

  /// The entries that match `text`, the best first: possible ones before others, and recently used ones before the
  /// rest.
  func entries(for text: String, recent: [String]) -> [PaletteEntry] {
    var words = text.split(separator: " ").map(String.init)
    guard var first = words.first else { return lately(recent) + ranked(commands(), recent) }
    first = Self.otherNames[first] ?? first
    words[0] = first
    let isWhole = words.count > 1 || text.hasSuffix(" ")
    guard isWhole, let command = Self.command(in: words) ?? nearest(to: words), words.count > command.words else {
      let sought = words.joined(separator: "-")
      let named = commands().compactMap { entry in
        FuzzyMatch(sought, in: String(entry.text.map { $0 == " " ? "-" : $0 })).map { ($0, entry) }
      }
      let sorted = named.sorted { ($0.0, order($0.1, recent)) < ($1.0, order($1.1, recent)) }.map(\.1)
      guard let exact = Command(spoken: first), isWhole || sorted.isEmpty || exact.change != nil else { return sorted }
      return sorted.filter { $0.command == exact } + objects(of: exact, "") + sorted.filter { $0.command != exact }
    }
    return objects(of: command.command, words.dropFirst(command.words).joined(separator: " "))
  }

  /// Names that commands for scripts have for the same.
  static let otherNames = ["logs": "log", "history": "changes", "get": "describe", "explain": "which-rule"]

  /// Commands that exist only for scripts.
  static let onlyForScripts: Set<String> = [
    "test", "safe-mode", "bisect", "place", "login", "logout", "journal", "export", "wait", "diff", "plan",
  ]

  /// The command that `words` begin with, and how many of them are its name.
  static func command(in words: [String]) -> (command: Command, words: Int)? {
    for count in [2, 1] where words.count >= count {
      if let command = Command(spoken: words.prefix(count).joined(separator: "-")) { return (command, count) }
    }
    return nil
  }

  /// The command that takes an object and whose name matches the first word best, if other words follow.
  private func nearest(to words: [String]) -> (command: Command, words: Int)? {
    guard words.count > 1 else { return nil }
    let found = Command.allCases.filter {
      $0.change != nil || $0.needsArgument || $0 == .open || $0 == .screen(.cancel)
    }.compactMap { command in
      FuzzyMatch(words[0], in: command.spokenName).map { ($0, command) }
    }
    return found.min { $0.0 < $1.0 }.map { ($0.1, 1) }
  }

  /// The rank: recently used entries, then those that are useful for the current row, then possible ones.
  private func order(_ entry: PaletteEntry, _ recent: [String]) -> Int {
    if let index = recent.lastIndex(of: entry.text) { return recent.count - index }
    if let index = useful.firstIndex(of: entry.command) { return 200 + index }
    if entry.reason != nil { return 1000 }
    // Commands without a well-known key precede those that users know by their keys.
    return switch entry.command {
    case .page: 400
    case .change: 410
    case .turn: 420
    default: 500
    }
  }

  private func ranked(_ entries: [PaletteEntry], _ recent: [String]) -> [PaletteEntry] {
    entries.enumerated().sorted { (order($0.1, recent), $0.0) < (order($1.1, recent), $1.0) }.map(\.1)
  }

  /// Recently used entries with an argument, the newest first.
  private func lately(_ recent: [String]) -> [PaletteEntry] {
    recent.suffix(5).reversed().compactMap { text in
      let words = text.split(separator: " ").map(String.init)
      guard let found = Self.command(in: words), words.count > found.words else { return nil }
      let argument = words.dropFirst(found.words).joined(separator: " ")
      return PaletteEntry(
        text: text, command: found.command, argument: argument, remark: state.words(found.command.summary))
    }
  }

  /// Every command except movements, about the current extension.
  private func commands() -> [PaletteEntry] {
    Command.allCases.filter { !$0.isMove }.map { command in
      var entry = PaletteEntry(text: command.spokenName, command: command, remark: state.words(command.summary))
      entry.key = state.settings.keys(for: command, in: sections).first ?? ""
      entry.reason = reason(against: command)
      return entry
    }
  }

  private func reason(against command: Command) -> Sentence? {
    guard let kind = command.change else { return nil }
    if let reason = state.reasonAgainst(command) { return reason }
    return subject.flatMap { state.reason(against: kind, of: $0) }
  }

  /// The objects that `command` can act on and that match `text`.
  private func objects(of command: Command, _ text: String) -> [PaletteEntry] {
    let words = text.split(separator: " ").map(String.init)
    let found = choices(of: command).compactMap { choice in
      FuzzyMatch(words.first ?? "", in: choice).map { ($0, choice) }
    }
    let sorted = found.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(50).map(\.1)
    return sorted.flatMap { choice -> [PaletteEntry] in
      guard let kind = command.change else { return [entry(command, choice, "", nil)] }
      let reason = state.reason(against: kind, of: choice)
      return sorted.count == 1 && reason == nil
        ? versions(command, kind, choice).filter {
          words.count < 3 || $0.argument.hasPrefix("\(choice) to \(words[2])")
        }
        : [entry(command, choice, state.title(of: choice), reason)]
    }
  }

  private func entry(_ command: Command, _ argument: String, _ remark: String, _ reason: Sentence?) -> PaletteEntry {
    PaletteEntry(
      text: "\(command.spokenName) \(argument)", command: command, argument: argument, remark: remark, reason: reason)
  }

  /// The object alone, followed by the targets of a rollback.
  private func versions(_ command: Command, _ kind: ChangeKind, _ name: String) -> [PaletteEntry] {
    var all = [entry(command, name, state.title(of: name), nil)]
    guard kind == .rollBack, let installation = state.market.installed.of(name) else { return all }
    let former = state.memory(of: name).former(to: installation)
    // Of several releases with the same version, a rollback goes to the newest.
    let versions = former.enumerated().filter { index, release in
      !former[..<index].contains { $0.version == release.version }
    }
    for release in versions.map(\.element).prefix(8) {
      let remark = state.words("{0} ago", state.age(release.time))
      let end = release.wasInstalled == false ? state.words("; it failed then") : state.words(", with its config")
      all.append(entry(command, "\(name) to \(release.version)", remark + end, nil))
    }
    return all
  }

  private func choices(of command: Command) -> [String] {
    switch command {
    case .theme: return state.settings.themes.keys.sorted()
    case .keymap: return state.settings.keymapsByName.keys.sorted()
    case .language: return ["en", "zh"]
    case .selection: return RowSelection.allCases.map(\.rawValue)
    case .change(.install), .open: return Array(state.market.extensions.elements.names)
    case .change: return state.market.installed.all.map(\.extension)
    case .screen(.cancel): return state.underWayOperations.map(\.name).filter { !state.isBeingUninstalled($0) }
    default: return []
    }
  }
}

/// How well a text matches another; smaller is better.
struct FuzzyMatch: Comparable {
  private let rank: Int

  /// `nil` if `other` does not contain the characters of `text` in their order.
  init?(_ text: String, in other: String) {
    let (text, other) = (Array(text.lowercased().utf8), Array(other.lowercased().utf8))
    if other.starts(with: text) { rank = other.count - text.count; return }
    var (index, gaps, last) = (0, 0, -1)
    for (offset, byte) in other.enumerated() where index < text.count && byte == text[index] {
      if last >= 0 { gaps += offset - last - 1 }
      (index, last) = (index + 1, offset)
    }
    guard index == text.count else { return nil }
    rank = 1000 + gaps * 10 + other.count
  }

  static func < (left: FuzzyMatch, right: FuzzyMatch) -> Bool { left.rank < right.rank }
}
